"""Linear models of the history: EASE, and factors of the matrix of buyers and products."""

import numpy as np
from scipy import sparse

from data.preparation.sequences import Floats
from model.baselines.base import Baseline, SparseBaseline
from model.baselines.knn import decayed, held
from model.sequences.histories import Histories

MOST = 2000
"""EASE inverts a dense matrix of so many products at most: the most frequent ones."""


class Ease(SparseBaseline):
    """Ranks by a linear map of the history (Steck 2019, equation 8).

    Products beyond the most frequent 2,000 are left to popularity.

    Parameters
    ----------
    penalty : float
        Of the squared weights, as a share of the buyers.
    decay : float
        What an event counts in comparison with the one after it; 1 counts all alike.
    """

    name = "ease"

    def __init__(self, penalty: float = 0.3, decay: float = 1.0) -> None:
        super().__init__(penalty=penalty, decay=decay)

    def fit(self, buyers: Histories, products: int) -> None:
        """Solve for the map, in closed form."""
        matrix = held(buyers, products)[:, : min(products, MOST)]
        gram = (matrix.T @ matrix).toarray().astype(np.float64)
        gram[np.diag_indices_from(gram)] += self.settings["penalty"] * matrix.shape[0]
        inverse = np.linalg.inv(gram)
        weights = inverse / -np.diag(inverse)
        np.fill_diagonal(weights, 0)
        self.learned = {
            "weights": weights.astype(np.float32),
            "shares": self.shares(buyers, products) * 1e-3,
        }

    def changed(self, histories: Histories) -> sparse.csr_matrix:
        """Return the map of the history's vector, for all products that have one."""
        weights = self.learned["weights"]
        rows, size = len(histories), len(weights)
        vectors = decayed(histories, len(self.usual), self.settings["decay"])
        found = (vectors[:, :size] @ weights + self.usual[:size]).ravel()
        product, stop = np.tile(np.arange(size), rows), np.arange(rows + 1) * size
        return sparse.csr_matrix((found, product, stop), shape=(rows, len(self.usual)))


class RecentEase(Ease):
    """EASE of a history whose events count less the older they are."""

    name = "ease, recent"
    choices = tuple({"decay": decay} for decay in (0.95, 0.8, 0.6))
    late = True

    def __init__(self, penalty: float = 0.3, decay: float = 0.8) -> None:
        super().__init__(penalty=penalty, decay=decay)


class Factors(Baseline):
    """Ranks by the largest singular vectors of who bought what (Cremonesi et al. 2010).

    Parameters
    ----------
    rank : float
        Singular vectors that are kept.
    """

    name = "matrix factorisation"

    def __init__(self, rank: float = 32) -> None:
        super().__init__(rank=rank)

    def fit(self, buyers: Histories, products: int) -> None:
        """Find the singular vectors."""
        matrix = held(buyers, products).astype(np.float64)
        rank = min(int(self.settings["rank"]), min(matrix.shape) - 1)
        vectors = np.zeros((0, products))
        if rank > 0:
            start = np.ones(min(matrix.shape))
            vectors = sparse.linalg.svds(matrix, k=rank, v0=start)[2]
        self.learned = {
            "vectors": np.asfortranarray(vectors, dtype=np.float32),  # read by product
            "shares": self.shares(buyers, products) * 1e-3,
        }

    def scores(self, histories: Histories) -> Floats:
        """Return the history's vector, projected onto the singular vectors and back."""
        vectors, shares = self.learned["vectors"], self.learned["shares"]
        found: Floats = (decayed(histories, len(shares), 1.0) @ vectors.T) @ vectors
        found += shares
        return found
