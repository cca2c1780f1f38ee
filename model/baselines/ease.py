"""EASE baselines: a linear item-item model in closed form."""

from typing import Any

import numpy as np
from scipy import sparse

from model.baselines import numpy_ops
from model.baselines.base import SparseBaseline, popularity_shares
from model.baselines.interactions import binary_matrix, decayed_counts
from model.sequences.histories import Histories

MOST_PRODUCTS = 2000
"""Most popular products that the model covers: it inverts a dense matrix of this size."""


class Ease(SparseBaseline):
    """Ranks by a linear item-item model (EASE; Steck 2019, equation 8).

    Products beyond the 2,000 most popular are ranked by popularity.

    Parameters
    ----------
    penalty : float
        L2 penalty, as a share of the number of users.
    decay : float
        Factor by which an event weighs less than the one after it; 1 weighs all alike.
    """

    name = "ease"

    def __init__(self, penalty: float = 0.3, decay: float = 1.0) -> None:
        super().__init__(penalty=penalty, decay=decay)

    def fit(self, users: Histories, products: int) -> None:
        """Invert the regularised Gram matrix."""
        matrix = binary_matrix(users, products)[:, : min(products, MOST_PRODUCTS)]
        gram = (matrix.T @ matrix).toarray().astype(np.float64)
        gram[np.diag_indices_from(gram)] += self.settings["penalty"] * matrix.shape[0]
        inverse = np.linalg.inv(gram)
        weights = inverse / -np.diag(inverse)
        np.fill_diagonal(weights, 0)
        self.state = {
            "weights": weights.astype(np.float32),
            "shares": popularity_shares(users, products) * 1e-3,
        }

    def personal_scores(self, histories: Histories) -> sparse.csr_matrix:
        """Return the linear model's scores of all products that it covers.

        Shape: sparse [histories, products].
        """
        weights = self.state["weights"]
        rows, size = len(histories), len(weights)
        counts = decayed_counts(histories, len(self.default_scores), self.settings["decay"])
        scores = (counts[:, :size] @ weights + self.default_scores[:size]).ravel()
        column, indptr = np.tile(np.arange(size), rows), np.arange(rows + 1) * size
        return sparse.csr_matrix((scores, column, indptr), shape=(rows, len(self.default_scores)))

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the linear model's scores, float32 [products]."""
        result, weights = state["shares"].copy(), state["weights"]
        products, values = numpy_ops.decayed_counts(history, settings["decay"])
        covered = products < len(weights)
        result[: len(weights)] += values[covered] @ weights[products[covered]]
        return result


class RecentEase(Ease):
    """EASE whose events weigh less the older they are."""

    name = "ease, recent"
    grid = tuple({"decay": decay} for decay in (0.95, 0.8, 0.6))
    fit_once = True

    def __init__(self, penalty: float = 0.3, decay: float = 0.8) -> None:
        super().__init__(penalty=penalty, decay=decay)
