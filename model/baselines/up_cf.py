"""UP-CF: how often similar users, and the user, bought each product lately."""

from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from model.baselines import numpy_ops
from model.baselines.base import SparseBaseline, popularity_shares
from model.baselines.baskets import basket_items
from model.baselines.knn import nearest
from model.sequences.histories import Histories, add_to_stored

NEIGHBOURS = 100
"""Most similar users whose frequencies are summed."""


class UserPopularityCF(SparseBaseline):
    """Ranks by the recent frequency of products in the baskets of similar users (UP-CF).

    Faggioli, Polato and Aiolli 2020, Recency aware collaborative filtering for next basket
    recommendation, section 3. The frequency of a product is the share of a user's latest baskets
    that hold it. Its score is its frequency in the history, plus the sum of its frequencies at the
    100 most similar users, each times the user's similarity to the power of the locality. The
    similarity of the sets of products U and V is |U ∩ V| / (|U|^asymmetry · |V|^(1 − asymmetry)).
    Ties are broken by popularity.

    Parameters
    ----------
    recency : float
        Number of latest baskets that a frequency counts (r in the paper).
    asymmetry : float
        From 0 (the share of the neighbour's products in the history) to 1 (the share of the
        history's products at the neighbour); alpha in the paper.
    locality : float
        Exponent of the similarity: the higher, the less weigh all but the most similar users (q in
        the paper).
    """

    name = "up-cf"
    reads_times = True
    grid = tuple(
        {"recency": recency, "locality": locality}
        for recency in (5.0, 25.0, 100.0)
        for locality in (1.0, 5.0)
    )

    def __init__(
        self, recency: float = 25.0, asymmetry: float = 0.25, locality: float = 5.0
    ) -> None:
        super().__init__(recency=recency, asymmetry=asymmetry, locality=locality)

    def fit(self, users: Histories, products: int) -> None:
        """Store each user's products, and the frequencies in the latest baskets."""
        frequency, bought = self._baskets(users, products)
        self.state = {
            "frequency": frequency,
            "bought": bought,
            "shares": popularity_shares(users, products) * 1e-3,
        }

    @cached_property
    def _product_users(self) -> sparse.csr_matrix:
        """The users of each product, CSR [products, users]."""
        return self.state["bought"].T.tocsr()

    def _baskets(
        self, histories: Histories, products: int
    ) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Return frequencies in the latest baskets, and 1 for each product of all baskets."""
        items = basket_items(histories)
        shape = (len(histories), products)
        indices = (items.row, items.product)
        bought = sparse.csr_matrix((np.ones(len(items.row), np.float32), indices), shape=shape)
        bought.data[:] = 1
        weights = basket_shares(items.age, items.baskets[items.row], self.settings["recency"])
        frequency = sparse.csr_matrix((weights, indices), shape=shape)
        frequency.eliminate_zeros()
        return frequency, bought

    def personal_scores(self, histories: Histories) -> sparse.csr_matrix:
        """Return the own frequencies plus those of the similar users.

        Shape: sparse [histories, products].
        """
        asymmetry, locality = self.settings["asymmetry"], self.settings["locality"]
        own, bought = self._baskets(histories, len(self.default_scores))
        shared = (bought @ self._product_users).tocsr()
        sizes = np.diff(self.state["bought"].indptr)[shared.indices]
        own_sizes = np.repeat(np.diff(bought.indptr), np.diff(shared.indptr))
        shared.data = similarity(shared.data, own_sizes, sizes, asymmetry, locality)
        neighbours = nearest(shared, NEIGHBOURS)
        scores = own + neighbours @ self.state["frequency"]
        return add_to_stored(scores.tocsr(), self.default_scores)

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the own frequencies plus those of the similar users, float32 [products]."""
        item, age, baskets = numpy_ops.basket_items(history)
        weights = basket_shares(age, baskets, settings["recency"])
        products, frequency = numpy_ops.item_weights(item + numpy_ops.FIRST, weights)
        ones = np.ones(len(products), dtype=np.float32)
        shared = numpy_ops.matrix_times_vector(products, ones, state, "bought")
        users = np.flatnonzero(shared)
        sizes = np.diff(state["bought.indptr"])[users]
        exponents = settings["asymmetry"], settings["locality"]
        shared[users] = similarity(shared[users], len(products), sizes, *exponents)
        result = np.zeros_like(state["shares"])
        result[products] = frequency
        for user in numpy_ops.nearest(shared, users, NEIGHBOURS):
            numpy_ops.add_row(result, state, "frequency", user, shared[user])
        return result + state["shares"]


def basket_shares(age: Any, baskets: Any, recency: float) -> Any:
    """Return the weight of each basket in the frequency of its products, float32.

    Examples
    --------
    Of three baskets, each of the latest two is one half:

    >>> basket_shares(np.array([2, 1, 0]), 3, recency=2).tolist()
    [0.0, 0.5, 0.5]
    """
    return ((age < recency) / np.maximum(np.minimum(baskets, recency), 1)).astype(np.float32)


def similarity(shared: Any, own: Any, other: Any, asymmetry: float, locality: float) -> Any:
    """Return the asymmetric cosine of two sets to the power of the locality, float32.

    Parameters
    ----------
    shared, own, other : number or array
        Products in both sets, in that of the history, and in that of the neighbour.
    asymmetry, locality : float

    Examples
    --------
    Two of the history's four products are all that the neighbour bought:

    >>> float(similarity(2, 4, 2, asymmetry=1.0, locality=2.0))
    0.25
    >>> float(similarity(2, 4, 2, asymmetry=0.0, locality=2.0))
    1.0
    """
    scale = np.power(own, asymmetry, dtype=np.float64) * np.power(
        other, 1 - asymmetry, dtype=np.float64
    )
    return ((shared / scale) ** locality).astype(np.float32)
