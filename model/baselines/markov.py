"""Markov: what was bought most often right after the latest product."""

import numpy as np
from scipy import sparse

from data.sequences import FIRST, PADDING, Floats
from model.histories import Histories, known
from model.ranker import Baseline, popularity


class Markov(Baseline):
    """A chain of the first order that backs off to popularity.

    The probability of product ``j`` after ``i`` is (c_ij + w p_j) / (c_i + w), where c counts
    transitions, p is a product's share of events, and w weighs the back-off.

    Parameters
    ----------
    backoff : float
        How many transitions the back-off counts as.
    """

    name = "markov"
    probabilities = True

    def __init__(self, backoff: float = 1.0) -> None:
        self.backoff = backoff

    def fit(self, buyers: Histories, products: int) -> "Markov":
        """Count which product follows which."""
        codes, rows = buyers.of("product"), buyers.rows()
        follows = (rows[1:] == rows[:-1]) & known(codes[1:]) & known(codes[:-1])
        pairs = (codes[:-1][follows] - FIRST, codes[1:][follows] - FIRST)
        counts = sparse.coo_matrix(
            (np.ones(len(pairs[0]), dtype=np.float32), pairs), shape=(products + 1, products)
        )
        self._counts = counts.tocsr()
        self._totals = np.asarray(self._counts.sum(axis=1)).ravel()
        shares = popularity(buyers, products).astype(np.float64)
        self._shares = ((shares + 1e-9) / shares.sum()).astype(np.float32)
        return self

    def scores(self, histories: Histories) -> Floats:
        """Return the logarithm of each product's probability after the latest one."""
        last = np.full(len(histories), PADDING)
        some = histories.lengths > 0
        last[some] = histories.columns["product"][histories.stop[some] - 1]
        row = np.where(known(last), last - FIRST, len(self._totals) - 1)
        smoothed = self._counts[row].toarray() + self.backoff * self._shares
        smoothed /= (self._totals[row] + self.backoff)[:, None]
        found: Floats = np.log(smoothed, dtype=np.float32)
        return found
