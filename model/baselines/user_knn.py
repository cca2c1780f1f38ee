"""User-based (session-based) k-nearest-neighbour baseline."""

from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from model.baselines import numpy_ops
from model.baselines.base import SparseBaseline, popularity_shares
from model.baselines.interactions import LONGEST, binary_matrix, reciprocal_counts
from model.baselines.knn import nearest
from model.sequences.histories import Histories, add_to_stored

NEIGHBOURS = 100
"""Most similar users whose products are ranked."""


class UserKNN(SparseBaseline):
    """Ranks the products of the 100 users whose histories are most similar (V-SkNN).

    Events of the history are weighted by 1/(age + 1) in the similarity (Ludewig and Jannach 2018,
    section 3.2).
    """

    name = "buyer neighbours"

    def fit(self, users: Histories, products: int) -> None:
        """Store the user-item matrix, and the same with rows of length 1."""
        matrix = binary_matrix(users, products)
        norms = np.sqrt(np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1))
        self.state = {
            "held": matrix,
            "scaled": (sparse.diags(1 / norms) @ matrix).tocsr().astype(np.float32),
            "shares": popularity_shares(users, products) * 1e-3,
        }

    @cached_property
    def _item_users(self) -> sparse.csr_matrix:
        """The normalised matrix by product, CSR [products, users]."""
        return self.state["scaled"].T.tocsr()

    def personal_scores(self, histories: Histories) -> sparse.csr_matrix:
        """Return the summed similarity of the nearest users that bought each product.

        Shape: sparse [histories, products].
        """
        shares = self.default_scores
        weights = reciprocal_counts(histories, len(shares), LONGEST)
        neighbours = nearest(weights @ self._item_users, NEIGHBOURS)
        return add_to_stored((neighbours @ self.state["held"]).tocsr(), shares)

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the summed similarity of the nearest users of each product, float32 [products]."""
        weights = numpy_ops.reciprocal_counts(history, numpy_ops.LONGEST)
        similarity = numpy_ops.matrix_times_vector(*weights, state, "scaled")
        result = np.zeros_like(state["shares"])
        for user in numpy_ops.nearest(similarity, np.flatnonzero(similarity), NEIGHBOURS):
            numpy_ops.add_row(result, state, "held", user, similarity[user])
        return result + state["shares"]
