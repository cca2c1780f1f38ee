"""Repeat last: a buyer is offered the latest purchases again, then what is popular."""

import numpy as np

from data.sequences import FIRST, Floats
from model.histories import Histories, known
from model.ranker import Baseline, popularity


class RepeatLast(Baseline):
    """Ranks a buyer's products from the latest to the earliest, then all others by popularity."""

    name = "repeat last"

    def fit(self, buyers: Histories, products: int) -> "RepeatLast":
        """Count every product's events."""
        counts = popularity(buyers, products)
        self._shares = (counts / (counts.sum() + 1)).astype(np.float32)
        return self

    def scores(self, histories: Histories) -> Floats:
        """Return 1 + 1/(age + 1) for what was bought, and a share of events for the rest."""
        scores = np.tile(self._shares, (len(histories), 1))
        codes, rows = histories.of("product"), histories.rows()
        chosen = known(codes)
        recency = (1 + 1 / (1 + histories.ages())).astype(np.float32)
        np.maximum.at(scores, (rows[chosen], codes[chosen] - FIRST), recency[chosen])
        return scores
