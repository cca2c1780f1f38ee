"""Repeat-last baseline: the products of the history, most recent first."""

from typing import Any

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST
from model.baselines import numpy_ops
from model.baselines.base import SparseBaseline, popularity_shares
from model.sequences.histories import Histories, known


class RepeatLast(SparseBaseline):
    """Ranks the products of the history by their last purchase, then all others by popularity."""

    name = "repeat last"

    def fit(self, users: Histories, products: int) -> None:
        """Count the events of every product."""
        self.state = {"shares": popularity_shares(users, products)}

    def personal_scores(self, histories: Histories) -> sparse.csr_matrix:
        """Return 1 + 1/(age + 1) of each product's last event in the history.

        Shape: sparse [histories, products].
        """
        shape = (len(histories), len(self.default_scores))
        events = np.flatnonzero(known(histories.flat("product")))[::-1]
        row, product = histories.rows()[events], histories.flat("product")[events] - FIRST
        _key, last = np.unique(row * shape[1] + product, return_index=True)
        recency = (1 + 1 / (1 + histories.ages()[events[last]])).astype(np.float32)
        return sparse.csr_matrix((recency, (row[last], product[last])), shape=shape)

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return 1 + 1/(age + 1) for products of the history, shares for others, [products]."""
        result = state["shares"].copy()
        ages = np.arange(len(history.product))[::-1]
        known = history.product >= numpy_ops.FIRST
        recency = (1 + 1 / (1 + ages[known])).astype(np.float32)
        np.maximum.at(result, history.product[known] - numpy_ops.FIRST, recency)
        return result
