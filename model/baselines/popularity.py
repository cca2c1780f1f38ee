"""Popularity baselines: over all training events, over the last week, and with a half-life."""

from typing import Any

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST, Floats
from model.baselines.base import SparseBaseline, popularity_shares
from model.sequences.histories import Histories, known

DAY = 24 * 3600 * 1_000_000
WEEK = 7 * DAY


class Popularity(SparseBaseline):
    """Ranks products by their number of training events."""

    name = "popularity"
    probabilistic = True

    def fit(self, users: Histories, products: int) -> None:
        """Count the events of every product."""
        self.state = {"scores": np.log(popularity_shares(users, products))}

    @property
    def default_scores(self) -> Floats:
        """The logarithm of each product's share of events, float32 [products]."""
        scores: Floats = self.state["scores"]
        return scores

    def personal_scores(self, histories: Histories) -> sparse.csr_matrix:
        """Return an empty matrix: the scores do not depend on the history.

        Shape: sparse [histories, products].
        """
        return sparse.csr_matrix((len(histories), len(self.default_scores)), dtype=np.float32)

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the logarithm of each product's share of events, float32 [products]."""
        return state["scores"]


class RecentPopularity(Popularity):
    """Ranks products by their events in the last seven days of training, then by all events."""

    name = "popularity, 7 days"

    def fit(self, users: Histories, products: int) -> None:
        """Count the events of every product in the last seven days."""
        codes, times = users.flat("product"), users.flat("time")
        recent = known(codes) & (times > times.max(initial=0) - WEEK)
        counts = np.bincount(codes[recent] - FIRST, minlength=products)
        shares = counts + popularity_shares(users, products)
        self.state = {"scores": np.log(shares / shares.sum()).astype(np.float32)}


class FadingPopularity(Popularity):
    """Ranks products by training events with exponentially decaying weights.

    Parameters
    ----------
    half_life : float
        Days after which the weight of an event is halved.
    """

    name = "popularity, fading"
    grid = tuple({"half_life": days} for days in (10.0, 30.0, 90.0))

    def __init__(self, half_life: float = 30.0) -> None:
        super().__init__(half_life=half_life)

    def fit(self, users: Histories, products: int) -> None:
        """Sum the weights of every product's events."""
        codes, times = users.flat("product"), users.flat("time")
        is_known = known(codes)
        ages = (times.max(initial=0) - times[is_known]) / DAY
        weights = 0.5 ** (ages / self.settings["half_life"])
        counts = np.bincount(codes[is_known] - FIRST, weights=weights, minlength=products)
        shares = counts + popularity_shares(users, products)
        self.state = {"scores": np.log(shares / shares.sum()).astype(np.float32)}
