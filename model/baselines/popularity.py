"""Popularity: everybody is offered what most have bought, ever or in the last week."""

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST, Floats
from model.baselines.base import SparseBaseline
from model.sequences.histories import Histories, known

DAY = 24 * 3600 * 1_000_000
WEEK = 7 * DAY


class Popularity(SparseBaseline):
    """Ranks products by their number of events in training."""

    name = "popularity"
    probabilistic = True

    def fit(self, buyers: Histories, products: int) -> None:
        """Count every product's events."""
        self.learned = {"scores": np.log(self.shares(buyers, products))}

    @property
    def usual(self) -> Floats:
        """The logarithm of each product's share of events."""
        scores: Floats = self.learned["scores"]
        return scores

    def changed(self, histories: Histories) -> sparse.csr_matrix:
        """Return no scores at all: nobody's differ."""
        return sparse.csr_matrix((len(histories), len(self.usual)), dtype=np.float32)


class RecentPopularity(Popularity):
    """Ranks products by their events in the last seven days of training, then by all."""

    name = "popularity, 7 days"

    def fit(self, buyers: Histories, products: int) -> None:
        """Count every product's events of the last seven days."""
        codes, times = buyers.of("product"), buyers.of("time")
        recent = known(codes) & (times > times.max(initial=0) - WEEK)
        counts = np.bincount(codes[recent] - FIRST, minlength=products)
        shares = counts + self.shares(buyers, products)
        self.learned = {"scores": np.log(shares / shares.sum()).astype(np.float32)}


class FadingPopularity(Popularity):
    """Ranks products by their events in training, which count less the older they are.

    Parameters
    ----------
    half_life : float
        Days after which an event counts half.
    """

    name = "popularity, fading"
    choices = tuple({"half_life": days} for days in (10.0, 30.0, 90.0))

    def __init__(self, half_life: float = 30.0) -> None:
        super().__init__(half_life=half_life)

    def fit(self, buyers: Histories, products: int) -> None:
        """Count every product's events, each with its weight."""
        codes, times = buyers.of("product"), buyers.of("time")
        some = known(codes)
        ages = (times.max(initial=0) - times[some]) / DAY
        weights = 0.5 ** (ages / self.settings["half_life"])
        counts = np.bincount(codes[some] - FIRST, weights=weights, minlength=products)
        shares = counts + self.shares(buyers, products)
        self.learned = {"scores": np.log(shares / shares.sum()).astype(np.float32)}
