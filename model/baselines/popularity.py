"""Popularity: everybody is offered what most have bought."""

import numpy as np

from data.sequences import Floats
from model.histories import Histories
from model.ranker import Baseline, popularity


class Popularity(Baseline):
    """Ranks products by their number of events in training."""

    name = "popularity"
    probabilities = True

    def fit(self, buyers: Histories, products: int) -> "Popularity":
        """Count every product's events."""
        counts = popularity(buyers, products)
        self._scores = np.log((counts + 1e-9) / counts.sum()).astype(np.float32)
        return self

    def scores(self, histories: Histories) -> Floats:
        """Return the logarithm of each product's share of events, the same for everybody."""
        return np.tile(self._scores, (len(histories), 1))
