"""Affinity: popular among what is of the kinds that a buyer buys."""

import numpy as np
from scipy import sparse

from data.sequences import Floats, Ints, Longs
from model.baselines.neighbours import decayed
from model.baselines.repurchase import positions
from model.histories import Array, Histories, places, sample_events
from model.ranker import Baseline

PRICES = 20
STEPS = 50
SMOOTH = 2.0
"""Events that the whole shop's taste counts as beside a buyer's own."""


PAIRS = {3: (0, 1), 4: (2,)}
"""Kinds that are pairs, and kinds that such a pair tells: see ``_kinds``."""


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
    probabilities = True
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
        shares, weights = self.learned["shares"], self.learned["weights"]
        kind = [self.learned[f"lift{number}"].indices for number in range(len(weights) - 1)]
        taken, size = self._taken(histories)
        for pair, parts in PAIRS.items():  # a product's pair tells its kinds, too
            for part in parts:
                of_pair = np.empty(taken[pair].shape[1], dtype=np.int64)
                of_pair[kind[pair]] = kind[part]
                taken[pair] += taken[part].take(of_pair, axis=1, mode="wrap")
        level = weights[0] + weights[1:].sum() * SMOOTH / (size + SMOOTH)
        # "wrap" spares NumPy asking of each index whether it is there
        first, *others = (taken[pair].take(kind[pair], axis=1, mode="wrap") for pair in PAIRS)
        mixed: Floats = first
        for other in others:
            mixed += other
        mixed += level.astype(np.float32)[:, None]
        np.log(mixed, out=mixed)
        mixed += np.log(shares)
        return mixed

    def _taken(self, histories: Histories) -> tuple[list[Floats], Array]:
        """Return by how much each kind is lifted, [histories, kinds] each; and vectors' sums."""
        vectors, size = self._vectors(histories)
        row, product = places(vectors)
        share = vectors.data / (size + SMOOTH)[row]
        found = []
        for number, weight in enumerate(self.learned["weights"][1:]):
            lift = self.learned[f"lift{number}"]
            taken: Floats = np.zeros((len(histories), lift.shape[1]), dtype=np.float32)
            np.add.at(taken, (row, lift.indices[product]), share * weight * lift.data[product])
            found.append(taken)
        return found, size

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
