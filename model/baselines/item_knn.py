"""Item-based k-nearest-neighbour baselines."""

from typing import Any

import numpy as np
from scipy import sparse

from model.baselines import numpy_ops
from model.baselines.base import SparseBaseline, popularity_shares
from model.baselines.interactions import binary_matrix, decayed_counts
from model.baselines.knn import nearest_in_product
from model.sequences.histories import Histories, add_to_stored

SHRINKAGE = 20
"""Users added to the support of every product, as if they had bought it alone."""


class ItemKNN(SparseBaseline):
    """Ranks products by their summed cosine similarity with the products of the history.

    A product is its own neighbour. Cosines are shrunk where products have few users, to the end
    to which Bell and Koren 2007 shrink correlations.

    Parameters
    ----------
    decay : float
        Factor by which an event weighs less than the one after it; 1 weighs all alike.
    """

    name = "item neighbours"

    def __init__(self, decay: float = 1.0) -> None:
        super().__init__(decay=decay)

    def fit(self, users: Histories, products: int) -> None:
        """Compute the cosines of all products that share a user, and keep the 100 nearest."""
        matrix = binary_matrix(users, products)
        norms = np.sqrt(np.asarray(matrix.sum(axis=0)).ravel() + SHRINKAGE)
        scaled = (matrix @ sparse.diags(1 / norms)).tocsr().astype(np.float32)
        self.state = {
            "cosines": nearest_in_product(scaled.T.tocsr(), scaled),
            "shares": popularity_shares(users, products) * 1e-3,
        }

    def personal_scores(self, histories: Histories) -> sparse.csr_matrix:
        """Return the weighted sum of the cosines, sparse [histories, products]."""
        counts = decayed_counts(histories, len(self.default_scores), self.settings["decay"])
        return add_to_stored((counts @ self.state["cosines"]).tocsr(), self.default_scores)

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the weighted sum of the cosines, float32 [products]."""
        products, values = numpy_ops.decayed_counts(history, settings["decay"])
        return numpy_ops.vector_times_matrix(products, values, state, "cosines") + state["shares"]


class RecentItemKNN(ItemKNN):
    """Item kNN whose events weigh less the older they are."""

    name = "item neighbours, recent"
    grid = tuple({"decay": decay} for decay in (0.95, 0.8, 0.5, 0.3))
    fit_once = True

    def __init__(self, decay: float = 0.8) -> None:
        super().__init__(decay=decay)
