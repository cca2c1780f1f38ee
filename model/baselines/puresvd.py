"""PureSVD: a truncated singular value decomposition of the user-item matrix."""

from typing import Any

import numpy as np
from scipy import sparse

from data.preparation.sequences import Floats
from model.baselines import numpy_ops
from model.baselines.base import Baseline, popularity_shares
from model.baselines.interactions import binary_matrix, decayed_counts
from model.sequences.histories import Histories


class PureSVD(Baseline):
    """Ranks by the projection of the history onto the right singular vectors (PureSVD).

    Cremonesi, Koren and Turrin 2010, equation 12.

    Parameters
    ----------
    rank : float
        Number of singular vectors.
    """

    name = "matrix factorisation"

    def __init__(self, rank: float = 32) -> None:
        super().__init__(rank=rank)

    def fit(self, users: Histories, products: int) -> None:
        """Compute the largest singular vectors of the binary user-item matrix."""
        matrix = binary_matrix(users, products).astype(np.float64)
        rank = min(int(self.settings["rank"]), min(matrix.shape) - 1)
        vectors = np.zeros((0, products))
        if rank > 0:
            start = np.ones(min(matrix.shape))
            vectors = sparse.linalg.svds(matrix, k=rank, v0=start)[2]
        self.state = {
            "vectors": np.asfortranarray(vectors, dtype=np.float32),  # read by column
            "shares": popularity_shares(users, products) * 1e-3,
        }

    def scores(self, histories: Histories) -> Floats:
        """Return the counts of the history, projected onto the singular vectors and back.

        Shape: float32 [histories, products].
        """
        vectors, shares = self.state["vectors"], self.state["shares"]
        scores: Floats = (decayed_counts(histories, len(shares), 1.0) @ vectors.T) @ vectors
        scores += shares
        return scores

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the history projected onto the singular vectors and back, float32 [products]."""
        products, values = numpy_ops.decayed_counts(history, 1.0)
        vectors = state["vectors"]
        return (vectors[:, products] @ values) @ vectors + state["shares"]
