"""Personal-frequency baselines: how often the user bought each product, then popularity."""

from typing import Any

import numpy as np
from scipy import sparse

from model.baselines import numpy_ops
from model.baselines.base import SparseBaseline, popularity_shares
from model.sequences.histories import Histories, add_to_stored


class PersonalFrequency(SparseBaseline):
    """Ranks the products of the history by their number of purchases, then all by popularity."""

    name = "personal frequency"

    def fit(self, users: Histories, products: int) -> None:
        """Count the events of every product."""
        self.state = {"shares": popularity_shares(users, products)}

    def personal_scores(self, histories: Histories) -> sparse.csr_matrix:
        """Return weight × count + share of events for the products of the history.

        Shape: sparse [histories, products].
        """
        counts = histories.matrix(len(self.default_scores))
        weight = np.float32(self.settings.get("weight", 1.0))
        return add_to_stored(counts * weight, self.default_scores)

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return share of events + weight × count of each product, float32 [products]."""
        result = state["shares"].copy()
        products, counts = np.unique(numpy_ops.known_items(history), return_counts=True)
        result[products] += counts.astype(np.float32) * np.float32(settings.get("weight", 1.0))
        return result


class PopularityAndPersonalFrequency(PersonalFrequency):
    """Ranks products by popularity plus a weighted count of the user's own purchases.

    Parameters
    ----------
    weight : float
        Share of all events that one purchase of the history is worth.
    """

    name = "popularity + own count"
    grid = tuple({"weight": weight} for weight in (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016))
    fit_once = True

    def __init__(self, weight: float = 0.004) -> None:
        super().__init__(weight=weight)
