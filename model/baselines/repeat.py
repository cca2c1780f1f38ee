"""Own purchases: a buyer is offered again what that buyer has bought."""

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST
from model.baselines.base import SparseBaseline
from model.sequences.histories import Histories, added, known


class OwnFirst(SparseBaseline):
    """Ranks a buyer's own products first; all others by their share of events."""

    def fit(self, buyers: Histories, products: int) -> None:
        """Count every product's events."""
        self.learned = {"shares": self.shares(buyers, products)}


class RepeatLast(OwnFirst):
    """Ranks a buyer's products from the latest to the earliest, then all others by popularity."""

    name = "repeat last"

    def changed(self, histories: Histories) -> sparse.csr_matrix:
        """Return 1 + 1/(age + 1) for what was bought, by the latest time that it was."""
        shape = (len(histories), len(self.usual))
        chosen = np.flatnonzero(known(histories.of("product")))[::-1]
        row, product = histories.rows()[chosen], histories.of("product")[chosen] - FIRST
        _key, latest = np.unique(row * shape[1] + product, return_index=True)
        recency = (1 + 1 / (1 + histories.ages()[chosen[latest]])).astype(np.float32)
        return sparse.csr_matrix((recency, (row[latest], product[latest])), shape=shape)


class PersonalFrequency(OwnFirst):
    """Ranks a buyer's products by how often that buyer bought them, then by popularity."""

    name = "personal frequency"

    def changed(self, histories: Histories) -> sparse.csr_matrix:
        """Return weight × own count + share of events for what was bought."""
        own = histories.matrix(len(self.usual)) * np.float32(self.settings.get("weight", 1.0))
        return added(own, self.usual)


class PopularityAndOwn(PersonalFrequency):
    """Popularity plus a weight for each time that the buyer bought a product.

    Parameters
    ----------
    weight : float
        What one own purchase counts, in shares of all events.
    """

    name = "popularity + own count"
    choices = tuple({"weight": w} for w in (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016))
    late = True

    def __init__(self, weight: float = 0.004) -> None:
        super().__init__(weight=weight)
