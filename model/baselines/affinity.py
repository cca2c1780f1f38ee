"""Affinity: popular among what is of the kinds that a buyer buys."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import sparse

from data.preparation.sequences import Floats, Ints, Longs
from model.baselines.base import Baseline
from model.baselines.knn import decayed
from model.baselines.repurchase import positions
from model.kernels.csr import Entries, Places
from model.sequences.histories import Array, Histories, sample_events

PRICES = 20
STEPS = 50
SMOOTH = 2.0
"""Events that the whole shop's taste counts as beside a buyer's own."""


PAIRS = {3: (0, 1), 4: (2,)}
"""Kinds that are pairs, and kinds that such a pair tells: see ``_kinds``."""


class Kinds(NamedTuple):
    """Kinds of products in several ways of telling them apart, numbered through.

    Attributes
    ----------
    of : uint32 [ways, products]
        The number of each product's kind; the last two ways are of pairs.
    lift : float32 [ways, products]
        How much more probable a kind makes a product that is of it.
    first : int
        The number of the first pair.
    left, right : uint32 [pairs]
        The kinds that a pair is of; one number more than there are kinds stands for none.
    log_shares : float32 [products]
        The logarithm of each product's share of events.
    """

    of: Places
    lift: Floats
    first: int
    left: Places
    right: Places
    log_shares: Floats


class Affinity(Baseline):
    """Ranks products by popularity within the kinds of product that the buyer buys.

    A kind is a category, a brand, a price range, or a category with a brand or a price range. If
    a buyer takes a share s of a kind of which the shop sells a share p, popularity counts s/p
    times as much there. The kinds' weights in this mixture are those that make the next purchases
    within training most probable (expectation maximisation; Dempster, Laird and Rubin 1977).

    Parameters
    ----------
    decay : float
        What an event counts in comparison with the one after it.
    """

    name = "affinity"
    probabilistic = True
    choices = tuple({"decay": decay} for decay in (1.0, 0.9))

    def __init__(self, decay: float = 1.0) -> None:
        super().__init__(decay=decay)

    def fit(self, buyers: Histories, products: int) -> None:
        """Note every product's kinds, and weigh them."""
        kinds = _kinds(buyers, products)
        shares = self.shares(buyers, products)
        self.learned = {"shares": shares}
        for number, kind in enumerate(kinds):
            of_kind = np.bincount(kind, weights=shares)
            lift = sparse.csr_matrix(
                (1 / of_kind[kind], kind, np.arange(products + 1)), dtype=np.float32
            )
            self.learned[f"lift{number}"] = lift
        before, answers, _owner = positions(buyers)
        self.learned["weights"] = _weights(self._lifts_of(before, answers))

    def scores(self, histories: Histories) -> Floats:
        """Return the logarithm of each product's probability."""
        from model.baselines.kernels import lifted

        weights = self.learned["weights"]
        vectors, size = self._vectors(histories)
        level = weights[0] + weights[1:].sum() * SMOOTH / (size + SMOOTH)
        vectors.data /= np.repeat(size + SMOOTH, np.diff(vectors.indptr))
        found: Floats = np.empty(vectors.shape, dtype=np.float32)
        lifted(Entries.of(vectors), level.astype(np.float32), self._numbered, found)
        return found

    @cached_property
    def _numbered(self) -> Kinds:
        """What is learned of kinds."""
        weights = self.learned["weights"][1:]
        lifts = [self.learned[f"lift{way}"] for way in range(len(weights))]
        *begin, nothing = np.cumsum([0, *(lift.shape[1] for lift in lifts)])
        of = np.stack([lift.indices + first for lift, first in zip(lifts, begin, strict=True)])
        lift = np.stack([lift.data * weight for lift, weight in zip(lifts, weights, strict=True)])
        first = begin[min(PAIRS)]
        parts = np.full((2, nothing - first), nothing)
        for pair, ways in PAIRS.items():
            for side, way in enumerate(ways):
                parts[side, of[pair] - first] = of[way]
        left, right = parts.astype(np.uint32)
        log_shares = np.log(self.learned["shares"])
        return Kinds(
            of.astype(np.uint32), lift.astype(np.float32), int(first), left, right, log_shares
        )

    def _vectors(self, histories: Histories) -> tuple[sparse.csr_matrix, Array]:
        """Return histories as vectors of products, and their sums."""
        vectors = decayed(histories, len(self.learned["shares"]), self.settings["decay"])
        return vectors, np.asarray(vectors.sum(axis=1)).ravel()

    def _lifts_of(self, before: Histories, answers: Longs) -> Array:
        """Return by how much each kind lifts what came next, [histories, kinds]; first no kind."""
        vectors, size = self._vectors(before)
        lifts = [np.ones(len(before))]
        number = 0
        while f"lift{number}" in self.learned:
            lift = self.learned[f"lift{number}"]
            kinds = sparse.csr_matrix((np.ones(lift.shape[0]), lift.indices, lift.indptr))
            own = (vectors @ kinds).multiply(lift[answers]).sum(axis=1)
            lifts.append((np.asarray(own).ravel() + SMOOTH) / (size + SMOOTH))
            number += 1
        return np.stack(lifts, axis=1)


def _kinds(buyers: Histories, products: int) -> list[Ints]:
    """Return each product's kind in every way of telling kinds apart.

    Category, brand, price range, category with brand, and category with price range.
    """
    event = sample_events(buyers, products)
    names = ("category", "brand", "price")
    category, brand, price = (buyers.columns[name][event] for name in names)
    edges = np.unique(np.quantile(price, np.linspace(0, 1, PRICES + 1)[1:-1]))
    tier = np.searchsorted(edges, price, side="right")
    ways = [category, brand, tier, category * np.int64(2**32) + brand, category * 100 + tier]
    return [np.unique(way, return_inverse=True)[1].astype(np.int32) for way in ways]


def _weights(lifts: Array) -> Array:
    """Return the shares of a mixture's parts that make what came next most probable."""
    weights = np.full(lifts.shape[1], 1 / lifts.shape[1])
    for _step in range(STEPS if len(lifts) else 0):
        parts = lifts * weights
        weights = (parts / parts.sum(axis=1, keepdims=True)).mean(axis=0)
    return weights
