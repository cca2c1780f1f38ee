"""Neighbours: buyers with like histories, and products that are bought by the same buyers."""

from functools import cached_property

import numpy as np
from scipy import sparse

from model.baselines.base import SparseBaseline
from model.kernels.csr import Entries
from model.sequences.histories import Histories, added

LONGEST = 200
NEIGHBOURS = 100
SHRINKAGE = 20
"""Buyers that each product is given besides its own, none of them in common with another."""


def decayed(histories: Histories, products: int, decay: float) -> sparse.csr_matrix:
    """Return histories as vectors; an event counts decay^age, and 1 without decay."""
    recent = histories.latest(LONGEST)
    weights = np.power(np.float32(decay), recent.ages()).astype(np.float32)
    return recent.matrix(products, weights)


def held(buyers: Histories, products: int) -> sparse.csr_matrix:
    """Return 1 where a buyer has bought a product."""
    matrix = buyers.latest(LONGEST).matrix(products)
    matrix.data[:] = 1
    return matrix


def strongest(matrix: sparse.csr_matrix, number: int) -> sparse.csr_matrix:
    """Keep the largest entries of each row; of equal ones those in the first columns."""
    from model.kernels import topk

    kept = Entries.empty(np.minimum(np.diff(matrix.indptr), number))
    topk.strongest(Entries.of(matrix), kept)
    return kept.matrix(matrix.shape[1])


class ItemNeighbours(SparseBaseline):
    """Ranks products by their cosine with those of the history, themselves among them.

    What few have bought is like much else by chance, so its cosines are made smaller; Bell and
    Koren 2007 shrink likenesses to the same end.

    Parameters
    ----------
    decay : float
        What an event counts in comparison with the one after it; 1 counts all alike.
    """

    name = "item neighbours"

    def __init__(self, decay: float = 1.0) -> None:
        super().__init__(decay=decay)

    def fit(self, buyers: Histories, products: int) -> None:
        """Compare all products that some buyer has both of."""
        matrix = held(buyers, products)
        norms = np.sqrt(np.asarray(matrix.sum(axis=0)).ravel() + SHRINKAGE)
        scaled = (matrix @ sparse.diags(1 / norms)).tocsr().astype(np.float32)
        self.learned = {
            "cosines": strongest((scaled.T @ scaled).tocsr(), NEIGHBOURS),
            "shares": self.shares(buyers, products) * 1e-3,
        }

    def changed(self, histories: Histories) -> sparse.csr_matrix:
        """Return the summed cosines, each with its event's weight."""
        vectors = decayed(histories, len(self.usual), self.settings["decay"])
        return added((vectors @ self.learned["cosines"]).tocsr(), self.usual)


class RecentItemNeighbours(ItemNeighbours):
    """Item neighbours of a history whose events count less the older they are."""

    name = "item neighbours, recent"
    choices = tuple({"decay": decay} for decay in (0.95, 0.8, 0.5, 0.3))
    late = True

    def __init__(self, decay: float = 0.8) -> None:
        super().__init__(decay=decay)


class BuyerNeighbours(SparseBaseline):
    """Ranks what buyers with like histories have bought (V-SkNN).

    Events of the history count less the older they are (Ludewig and Jannach 2018, section 3.2;
    here 1/(age + 1)); the 100 nearest buyers are asked.
    """

    name = "buyer neighbours"

    def fit(self, buyers: Histories, products: int) -> None:
        """Keep what every buyer has bought."""
        matrix = held(buyers, products)
        sizes = np.sqrt(np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1))
        self.learned = {
            "held": matrix,
            "scaled": (sparse.diags(1 / sizes) @ matrix).tocsr().astype(np.float32),
            "shares": self.shares(buyers, products) * 1e-3,
        }

    @cached_property
    def holders(self) -> sparse.csr_matrix:
        """Of each product, who has bought it, and what this is of all that they have bought."""
        return self.learned["scaled"].T.tocsr()

    def changed(self, histories: Histories) -> sparse.csr_matrix:
        """Return the summed likeness of the nearest buyers that hold each product."""
        shares = self.usual
        recent = histories.latest(LONGEST)
        weights = (1 / (1 + recent.ages())).astype(np.float32)
        vectors = recent.matrix(len(shares), weights)
        near = strongest(vectors @ self.holders, NEIGHBOURS)
        return added((near @ self.learned["held"]).tocsr(), shares)
