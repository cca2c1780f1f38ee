"""What follows what: a Markov chain, and rules over longer distances."""

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST, PADDING, Floats
from model.baselines.base import SparseBaseline, popularity
from model.sequences.histories import Histories, added, known

FARTHEST = 10


def pairs(buyers: Histories, products: int, farthest: int) -> sparse.csr_matrix:
    """Return the weight of every ordered pair: the sum of 1/distance, up to a distance.

    One more row than there are products stays empty, for what is not known.
    """
    codes, rows = buyers.of("product"), buyers.rows()
    total = sparse.csr_matrix((products + 1, products), dtype=np.float32)
    for distance in range(1, farthest + 1):
        earlier, later = codes[:-distance], codes[distance:]
        joined = (rows[distance:] == rows[:-distance]) & known(earlier) & known(later)
        places = (earlier[joined] - FIRST, later[joined] - FIRST)
        weights = np.full(len(places[0]), 1 / distance, dtype=np.float32)
        total = total + sparse.coo_matrix((weights, places), shape=total.shape).tocsr()
    return total.tocsr()


def latest(histories: Histories, products: int) -> "np.typing.NDArray[np.int64]":
    """Return the index of each history's latest product; ``products`` where it is not known."""
    last = np.full(len(histories), PADDING, dtype=np.int32)
    some = histories.lengths > 0
    last[some] = histories.columns["product"][histories.stop[some] - 1]
    return np.where(known(last), last - FIRST, products)


class Markov(SparseBaseline):
    """A chain of the first order that backs off to popularity.

    The probability of product ``j`` after ``i`` is (c_ij + w p_j) / (c_i + w), where c counts
    transitions, p is a product's share of events, and w weighs the back-off.

    Parameters
    ----------
    backoff : float
        How many transitions the back-off counts as.
    """

    name = "markov"
    probabilistic = True
    choices = tuple({"backoff": backoff} for backoff in (1.0, 100.0))
    late = True

    def __init__(self, backoff: float = 1.0) -> None:
        super().__init__(backoff=backoff)

    def fit(self, buyers: Histories, products: int) -> None:
        """Count which product follows which."""
        self.learned = {
            "counts": pairs(buyers, products, 1),
            "shares": self.shares(buyers, products),
        }

    @property
    def usual(self) -> Floats:
        """The logarithm of each product's share of events."""
        found: Floats = np.log(self.learned["shares"])
        return found

    def changed(self, histories: Histories) -> sparse.csr_matrix:
        """Return log(c/w + p) where something came after the latest product.

        The logarithm of a probability but for what is the same for all products of a history.
        """
        shares, weight = self.learned["shares"], np.float32(self.settings["backoff"])
        counts = self.learned["counts"][latest(histories, len(shares))]
        rows = added(counts * (1 / weight), shares)
        np.log(rows.data, out=rows.data)
        return rows


class SequenceRules(SparseBaseline):
    """Ranks by rules between pairs at every distance, each weighted 1/distance.

    Ludewig and Jannach 2018, section 3.1 (SR), with the rules of the latest ten products and not
    of the last alone, also weighted 1/distance; popularity for ties.

    Parameters
    ----------
    damping : float
        Of a product that is bought ``n`` times, rules count (1 + damping) / (n + damping): with
        little of it they are shares of what follows, with much they are counts.
    """

    name = "sequence rules"
    choices = tuple({"damping": damping} for damping in (20.0, 1e6))
    late = True

    def __init__(self, damping: float = 1e6) -> None:
        super().__init__(damping=damping)

    def fit(self, buyers: Histories, products: int) -> None:
        """Count which product comes after which, near or far."""
        self.learned = {
            "rules": pairs(buyers, products, FARTHEST)[:products],
            "bought": popularity(buyers, products),
            "shares": self.shares(buyers, products) * 1e-3,
        }

    def changed(self, histories: Histories) -> sparse.csr_matrix:
        """Return the rules' summed weights where there are rules."""
        recent, damping = histories.latest(FARTHEST), self.settings["damping"]
        weights = (1 / (1 + recent.ages())).astype(np.float32)
        asked = recent.matrix(len(self.usual), weights)
        if "bought" in self.learned:  # earlier versions have counted and damped nothing
            asked.data *= (1 + damping) / (self.learned["bought"][asked.indices] + damping)
        return added((asked @ self.learned["rules"]).tocsr(), self.usual)
