"""Content-based baseline: similarity with the history in category, brand and price."""

from functools import cached_property
from typing import Any, Literal

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST, UNKNOWN, Floats
from model.baselines import numpy_ops
from model.baselines.base import Baseline, popularity_shares
from model.baselines.interactions import decayed_counts
from model.kernels.csr import Indices
from model.sequences.histories import Array, Histories, product_columns, stored_entries

PRICE_BINS = 10
FEATURES = 3


class Content(Baseline):
    """Ranks products by cosine similarity with the history in category, brand and price decile.

    Features are weighted by inverse document frequency; ties are broken by popularity. A missing
    category, brand or price is no feature.

    Parameters
    ----------
    decay : float
        Factor by which an event weighs less than the one after it.
    """

    name = "content"
    grid = tuple({"decay": decay} for decay in (1.0, 0.8))
    fit_once = True

    def __init__(self, decay: float = 0.8) -> None:
        super().__init__(decay=decay)

    def fit(self, users: Histories, products: int) -> None:
        """Compute every product's feature vector, of length 1."""
        category, brand, price = product_columns(users, products, "category", "brand", "price")
        parts = [category, brand, price_bins(price, PRICE_BINS)]
        features = sparse.hstack([_one_hot(part) for part in parts]).tocsr()
        counts = np.maximum(np.asarray(features.sum(axis=0)).ravel(), 1)
        features = features @ sparse.diags(np.log(1 + products / counts))
        norms = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
        scaled = sparse.diags(1 / np.maximum(norms, 1e-9)) @ features
        self.state = {
            "traits": scaled.tocsr().astype(np.float32),
            "shares": popularity_shares(users, products),
        }

    def scores(self, histories: Histories) -> Floats:
        """Return the cosine similarity of each product with the history.

        Shape: float32 [histories, products].
        """
        from model.baselines.content_kernel import similarities

        features, shares = self.state["traits"], self.state["shares"]
        counts = decayed_counts(histories, len(shares), self.settings["decay"])
        profiles = (counts @ features).toarray()
        profiles /= np.maximum(np.linalg.norm(profiles, axis=1, keepdims=True), 1e-9)
        scores: Floats = np.empty((len(profiles), len(shares)), dtype=np.float32)
        similarities(profiles, *self._dense_features, 0.1 * shares / shares.max(), scores)
        return scores

    @cached_property
    def _dense_features(self) -> tuple[Indices, Floats]:
        """The features of each product and their values, [3, products]; 0 where it has fewer."""
        features = self.state["traits"]
        row, feature = stored_entries(features)
        position = np.arange(len(row)) - features.indptr[row]
        indices = np.zeros((FEATURES, features.shape[0]), np.uint32)
        values = np.zeros((FEATURES, features.shape[0]), np.float32)
        indices[position, row], values[position, row] = feature, features.data
        return indices, values

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the cosine similarity of each product with the history, float32 [products]."""
        shares = state["shares"]
        counts = numpy_ops.decayed_counts(history, settings["decay"])
        profile = numpy_ops.vector_times_matrix(*counts, state, "traits")
        profile /= max(np.linalg.norm(profile), np.float32(1e-9))
        rows = np.repeat(np.arange(len(shares)), np.diff(state["traits.indptr"]))
        products = state["traits.data"] * profile[state["traits.indices"]]
        cosine = np.bincount(rows, weights=products, minlength=len(shares)).astype(np.float32)
        return cosine + 0.1 * shares / shares.max()


def price_bins(price: Floats, bins: int, side: Literal["left", "right"] = "left") -> Array:
    """Return the quantile bin of each price, from ``FIRST``; ``UNKNOWN`` where it is missing.

    Parameters
    ----------
    price : float array
        Below 0 where it is missing; missing prices have no part in the quantiles.
    bins : int
    side : {"left", "right"}
        Whether a price that equals an edge belongs to the bin on its left or on its right.

    Examples
    --------
    >>> price_bins(np.array([-1, 1, 2, 3, 4, -1], dtype=np.float32), 2)
    array([1, 2, 2, 3, 3, 1])
    """
    known_prices = price[price >= 0]
    if not len(known_prices):
        return np.full(len(price), UNKNOWN)
    edges = np.quantile(known_prices, np.linspace(0, 1, bins + 1)[1:-1])
    return np.where(price >= 0, np.searchsorted(edges, price, side=side) + FIRST, UNKNOWN)


def _one_hot(codes: Array) -> sparse.csr_matrix:
    """Return a one-hot matrix [rows, codes]; the row of an unknown code is empty."""
    is_known = codes > UNKNOWN
    indices = (np.flatnonzero(is_known), codes[is_known])
    shape = (len(codes), int(codes.max(initial=0)) + 1)
    return sparse.coo_matrix((np.ones(is_known.sum()), indices), shape=shape).tocsr()
