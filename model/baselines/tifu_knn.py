"""TIFU-KNN: the decayed baskets of a user and of the users whose baskets are most similar."""

from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from model.baselines import numpy_ops
from model.baselines.base import SparseBaseline, popularity_shares
from model.baselines.baskets import basket_items
from model.baselines.knn import nearest
from model.sequences.histories import Histories, add_to_stored

GROUP = 7
"""Baskets of a group; only the oldest group of a history may have fewer."""
NEIGHBOURS = 100
"""Nearest users whose vectors are averaged."""


class TifuKNN(SparseBaseline):
    """Ranks by the temporal item frequency of the user and of its nearest users (TIFU-KNN).

    Hu, He, Gao and Zhang 2020, Modeling personalized item frequency information for next-basket
    recommendation, equations 2 to 4. The vector of a user is the mean over groups of baskets of
    group_decay^(age of the group) times the mean over the baskets of a group of
    basket_decay^(age in the group) for the products of the basket. A product's score is alpha times
    its entry in the vector of the history, plus (1 − alpha) times the mean of its entries in the
    vectors of the nearest users. Nearest are, among the users who share a product with the history,
    those with the least Euclidean distance. Groups are counted from the latest basket, so that a
    new basket ages all others alike. Ties are broken by popularity.

    Parameters
    ----------
    basket_decay : float
        Factor by which a basket weighs less than the one after it in its group (r_b in the paper).
    group_decay : float
        Factor by which a group of baskets weighs less than the one after it (r_g in the paper).
    alpha : float
        Weight of the user's own vector.
    """

    name = "tifu-knn"
    reads_times = True
    grid = tuple(
        {"basket_decay": basket_decay, "group_decay": group_decay, "alpha": alpha}
        for basket_decay, group_decay in ((0.9, 0.7), (1.0, 0.9))
        for alpha in (0.3, 0.8)
    )

    def __init__(
        self, basket_decay: float = 0.9, group_decay: float = 0.7, alpha: float = 0.5
    ) -> None:
        super().__init__(basket_decay=basket_decay, group_decay=group_decay, alpha=alpha)

    def fit(self, users: Histories, products: int) -> None:
        """Compute the vector of each user."""
        vectors = self._vectors(users, products)
        self.state = {
            "vectors": vectors,
            "norms": np.asarray(vectors.multiply(vectors).sum(axis=1), dtype=np.float32).ravel(),
            "shares": popularity_shares(users, products) * 1e-3,
        }

    @cached_property
    def _user_entries(self) -> sparse.csr_matrix:
        """The vectors by product, CSR [products, users]."""
        return self.state["vectors"].T.tocsr()

    def _vectors(self, histories: Histories, products: int) -> sparse.csr_matrix:
        """Return the vector of each history, CSR [histories, products]."""
        items = basket_items(histories)
        decays = self.settings["basket_decay"], self.settings["group_decay"]
        weights = basket_weights(items.age, items.baskets[items.row], *decays)
        shape = (len(histories), products)
        return sparse.csr_matrix((weights, (items.row, items.product)), shape=shape)

    def personal_scores(self, histories: Histories) -> sparse.csr_matrix:
        """Return the weighted sum of the own vector and the mean of the nearest users' vectors.

        Shape: sparse [histories, products].
        """
        alpha = np.float32(self.settings["alpha"])
        own = self._vectors(histories, len(self.default_scores))
        similarity = (own @ self._user_entries).tocsr()
        similarity.data = 2 * similarity.data - self.state["norms"][similarity.indices]
        neighbours = nearest(similarity, NEIGHBOURS)
        counts = np.diff(neighbours.indptr)
        neighbours.data = np.repeat((1 - alpha) / np.maximum(counts, 1), counts).astype(np.float32)
        scores = own * alpha + neighbours @ self.state["vectors"]
        return add_to_stored(scores.tocsr(), self.default_scores)

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the weighted sum of own and neighbours' vectors, float32 [products]."""
        alpha = np.float32(settings["alpha"])
        item, age, baskets = numpy_ops.basket_items(history)
        decays = settings["basket_decay"], settings["group_decay"]
        weights = basket_weights(age, baskets, *decays)
        products, values = numpy_ops.item_weights(item + numpy_ops.FIRST, weights)
        dot = numpy_ops.matrix_times_vector(products, values, state, "vectors")
        users = numpy_ops.nearest(2 * dot - state["norms"], np.flatnonzero(dot), NEIGHBOURS)
        result = np.zeros_like(state["shares"])
        result[products] = alpha * values
        weight = np.float32((1 - alpha) / max(len(users), 1))
        for user in users:
            numpy_ops.add_row(result, state, "vectors", user, weight)
        return result + state["shares"]


def basket_weights(age: Any, baskets: Any, basket_decay: float, group_decay: float) -> Any:
    """Return the weight of a basket in the vector of its user, float32.

    Parameters
    ----------
    age : int array
        Number of later baskets of the user.
    baskets : int or int array
        Number of all baskets of the user.
    basket_decay, group_decay : float

    Examples
    --------
    Of eight baskets the oldest is a group of its own: 1/2 · 0.5 · 1/1; the one before the latest
    weighs 1/2 · 1 · 0.9/7:

    >>> weights = basket_weights(np.array([7, 1]), 8, basket_decay=0.9, group_decay=0.5)
    >>> [f"{weight:.4f}" for weight in weights]
    ['0.2500', '0.0643']
    """
    group, place = age // GROUP, age % GROUP
    groups, size = -(-baskets // GROUP), np.minimum(baskets - group * GROUP, GROUP)
    weights = basket_decay**place * group_decay**group / np.maximum(size * groups, 1)
    return weights.astype(np.float32)
