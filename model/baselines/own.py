"""Own purchases: a buyer is offered again what that buyer has bought."""

import numpy as np

from data.sequences import FIRST, Floats
from model.histories import Histories, known
from model.ranker import Baseline


class RepeatLast(Baseline):
    """Ranks a buyer's products from the latest to the earliest, then all others by popularity."""

    name = "repeat last"

    def fit(self, buyers: Histories, products: int) -> None:
        """Count every product's events."""
        self.learned = {"shares": self.shares(buyers, products)}

    def scores(self, histories: Histories) -> Floats:
        """Return 1 + 1/(age + 1) for what was bought, and a share of events for the rest."""
        scores: Floats = np.tile(self.learned["shares"], (len(histories), 1))
        codes, rows = histories.of("product"), histories.rows()
        chosen = known(codes)
        recency = (1 + 1 / (1 + histories.ages())).astype(np.float32)
        np.maximum.at(scores, (rows[chosen], codes[chosen] - FIRST), recency[chosen])
        return scores


class PersonalFrequency(Baseline):
    """Ranks a buyer's products by how often that buyer bought them, then by popularity."""

    name = "personal frequency"

    def fit(self, buyers: Histories, products: int) -> None:
        """Count every product's events."""
        self.learned = {"shares": self.shares(buyers, products)}

    def scores(self, histories: Histories) -> Floats:
        """Return weight × own count + share of events."""
        shares = self.learned["shares"]
        own = histories.matrix(len(shares)) * np.float32(self.settings.get("weight", 1.0))
        found: Floats = own.toarray() + shares
        return found


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
