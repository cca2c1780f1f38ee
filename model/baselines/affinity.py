"""Affinity baseline: popularity, lifted where a product's kinds are the user's."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from data.preparation.sequences import Floats, Ints
from model.baselines import numpy_ops
from model.baselines.base import Baseline, popularity_shares
from model.baselines.content import price_bins
from model.baselines.interactions import NextItems, decayed_counts, next_items
from model.kernels.csr import Entries
from model.sequences.histories import Array, Histories, product_columns

if TYPE_CHECKING:
    from model.baselines.affinity_kernel import Kinds

PRICE_BINS = 20
EM_STEPS = 50
PRIOR = 2.0
"""Events of the catalogue's mean that smooth the user's own shares."""

PAIRS = {3: (0, 1), 4: (2,)}
"""The groupings that combine two, and the simple groupings that each of them implies."""


class Affinity(Baseline):
    """Ranks products by popularity times a mixture of lifts over kinds of product.

    Kinds are categories, brands, price bins, and categories combined with a brand or a price bin.
    If a share s of the user's events is of a kind that has a share p of all events, the lift of
    its products is s/p. The weights of the mixture, one per grouping and one for no grouping, are
    fitted to the next purchases in training by expectation maximisation (Dempster, Laird and
    Rubin 1977).

    Parameters
    ----------
    decay : float
        Factor by which an event weighs less than the one after it.
    """

    name = "affinity"
    probabilistic = True
    grid = tuple({"decay": decay} for decay in (1.0, 0.9))

    def __init__(self, decay: float = 1.0) -> None:
        super().__init__(decay=decay)

    def fit(self, users: Histories, products: int) -> None:
        """Group the products and fit the mixture weights."""
        shares = popularity_shares(users, products)
        self.state = {"shares": shares}
        for number, kind in enumerate(_groupings(users, products)):
            kind_shares = np.bincount(kind, weights=shares)
            self.state[f"lift{number}"] = sparse.csr_matrix(
                (1 / kind_shares[kind], kind, np.arange(products + 1)), dtype=np.float32
            )
        self.state["weights"] = _fit_mixture(self._lifts(next_items(users)))

    def scores(self, histories: Histories) -> Floats:
        """Return the log-probability of each product, float32 [histories, products]."""
        from model.baselines.affinity_kernel import log_lifted

        weights = self.state["weights"]
        counts, totals = self._counts(histories)
        bias = weights[0] + weights[1:].sum() * PRIOR / (totals + PRIOR)
        counts.data /= np.repeat(totals + PRIOR, np.diff(counts.indptr))
        scores: Floats = np.empty(counts.shape, dtype=np.float32)
        log_lifted(Entries.of(counts), bias.astype(np.float32), self._kinds, scores)
        return scores

    @cached_property
    def _kinds(self) -> "Kinds":
        """The kinds of all groupings, numbered consecutively."""
        from model.baselines.affinity_kernel import Kinds

        weights = self.state["weights"][1:]
        lifts = [self.state[f"lift{number}"] for number in range(len(weights))]
        *begin, end = np.cumsum([0, *(lift.shape[1] for lift in lifts)])
        kind = np.stack([lift.indices + first for lift, first in zip(lifts, begin, strict=True)])
        lift = np.stack([lift.data * weight for lift, weight in zip(lifts, weights, strict=True)])
        first_pair = begin[min(PAIRS)]
        parts = np.full((2, end - first_pair), end)
        for pair, groupings in PAIRS.items():
            for side, grouping in enumerate(groupings):
                parts[side, kind[pair] - first_pair] = kind[grouping]
        left, right = parts.astype(np.uint32)
        return Kinds(
            kind.astype(np.uint32),
            lift.astype(np.float32),
            int(first_pair),
            left,
            right,
            np.log(self.state["shares"]),
        )

    def _counts(self, histories: Histories) -> tuple[sparse.csr_matrix, Array]:
        """Return the decayed counts of each history's products, and their sums."""
        counts = decayed_counts(histories, len(self.state["shares"]), self.settings["decay"])
        return counts, np.asarray(counts.sum(axis=1)).ravel()

    def _lifts(self, examples: NextItems) -> Array:
        """Return the lift of each target by each grouping, [examples, 1 + groupings].

        The first column is 1: no grouping.
        """
        counts, totals = self._counts(examples.histories)
        lifts = [np.ones(len(totals))]
        number = 0
        while f"lift{number}" in self.state:
            lift = self.state[f"lift{number}"]
            kinds = sparse.csr_matrix((np.ones(lift.shape[0]), lift.indices, lift.indptr))
            lifted = (counts @ kinds).multiply(lift[examples.target]).sum(axis=1)
            lifts.append((np.asarray(lifted).ravel() + PRIOR) / (totals + PRIOR))
            number += 1
        return np.stack(lifts, axis=1)

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the log-probability of each product, float32 [products]."""
        shares, weights = state["shares"], state["weights"]
        products, values = numpy_ops.decayed_counts(history, settings["decay"])
        mixture = np.full(len(shares), weights[0], dtype=np.float64)
        total = values.sum() + PRIOR
        for number, weight in enumerate(weights[1:]):
            kind, lift = state[f"lift{number}.indices"], state[f"lift{number}.data"]
            counts = np.bincount(kind[products], weights=values, minlength=kind.max() + 1)
            mixture += weight * (counts[kind] * lift + PRIOR) / total
        return np.log(mixture * shares).astype(np.float32)


def _groupings(users: Histories, products: int) -> list[Ints]:
    """Return each product's kind by each grouping, int32 [products] each.

    Category, brand, price bin, category with brand, and category with price bin. A missing value
    is a kind like any other.
    """
    category, brand, price = product_columns(users, products, "category", "brand", "price")
    price_bin = price_bins(price, PRICE_BINS, side="right")
    groupings = [
        category,
        brand,
        price_bin,
        category * np.int64(2**32) + brand,
        category * 100 + price_bin,
    ]
    return [np.unique(codes, return_inverse=True)[1].astype(np.int32) for codes in groupings]


def _fit_mixture(likelihoods: Array) -> Array:
    """Return the mixture weights that maximise the likelihood of the examples, by EM.

    Parameters
    ----------
    likelihoods : float array [examples, components]
    """
    weights = np.full(likelihoods.shape[1], 1 / likelihoods.shape[1])
    for _step in range(EM_STEPS if len(likelihoods) else 0):
        joint = likelihoods * weights
        weights = (joint / joint.sum(axis=1, keepdims=True)).mean(axis=0)
    return weights
