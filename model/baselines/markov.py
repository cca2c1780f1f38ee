"""First-order Markov chain with back-off to popularity."""

from typing import Any

import numpy as np
from scipy import sparse

from data.preparation.sequences import Floats
from model.baselines import numpy_ops
from model.baselines.base import SparseBaseline, popularity_shares
from model.baselines.interactions import last_items
from model.sequences.histories import Histories, add_to_stored
from model.sequences.rules import pair_weights


class Markov(SparseBaseline):
    """First-order Markov chain with back-off to popularity.

    The probability of product ``j`` after ``i`` is (c_ij + w p_j) / (c_i + w), where c counts
    transitions, p is a product's share of events and w the weight of the back-off.

    Parameters
    ----------
    backoff : float
        Weight of the back-off, in transitions.
    """

    name = "markov"
    probabilistic = True
    grid = tuple({"backoff": backoff} for backoff in (1.0, 100.0))
    fit_once = True

    def __init__(self, backoff: float = 1.0) -> None:
        super().__init__(backoff=backoff)

    def fit(self, users: Histories, products: int) -> None:
        """Count the transitions between consecutive products."""
        self.state = {
            "counts": pair_weights(users, products, 1),
            "shares": popularity_shares(users, products),
        }

    @property
    def default_scores(self) -> Floats:
        """The logarithm of each product's share of events, float32 [products]."""
        scores: Floats = np.log(self.state["shares"])
        return scores

    def personal_scores(self, histories: Histories) -> sparse.csr_matrix:
        """Return log(c/w + p) of the products that followed the last one in training.

        Equals the log-probability up to a constant per history.
        """
        shares, weight = self.state["shares"], np.float32(self.settings["backoff"])
        counts = self.state["counts"][last_items(histories, len(shares))]
        scores = add_to_stored(counts * (1 / weight), shares)
        np.log(scores.data, out=scores.data)
        return scores

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the log-probability of each product after the last of the history, [products]."""
        shares, weight = state["shares"], np.float32(settings["backoff"])
        counts = np.zeros_like(shares)
        last = history.product[-1:] - numpy_ops.FIRST
        if len(last) and last[0] >= 0:
            numpy_ops.add_row(counts, state, "counts", last[0], np.float32(1))
        return np.log((counts + weight * shares) / (counts.sum() + weight)).astype(np.float32)
