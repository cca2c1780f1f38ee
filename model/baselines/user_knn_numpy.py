"""Scores of ``UserKNN`` in NumPy."""

from typing import Any

import numpy as np

from .numpy_ops import LONGEST, add_row, reciprocal_counts

NEIGHBOURS = 100


def scores(state: Any, settings: Any, history: Any) -> Any:
    """Return the summed similarity of the nearest users of each product, float32 [products]."""
    shares = state["shares"]
    if "order" not in state:  # the users of each product: the columns of the matrix
        columns = state["scaled.indices"]
        state["order"] = np.argsort(columns, kind="stable")
        state["first"] = np.append(0, np.cumsum(np.bincount(columns, minlength=len(shares))))
        lengths = np.diff(state["scaled.indptr"])
        state["row"] = np.repeat(np.arange(len(lengths)), lengths)
    similarity = np.zeros(len(state["scaled.indptr"]) - 1, dtype=np.float32)
    for product, weight in zip(*reciprocal_counts(history, LONGEST), strict=True):
        entries = state["order"][state["first"][product] : state["first"][product + 1]]
        similarity[state["row"][entries]] += weight * state["scaled.data"][entries]
    users = np.flatnonzero(similarity)
    result = np.zeros_like(shares)
    for user in users[np.argsort(-similarity[users], kind="stable")[:NEIGHBOURS]]:
        add_row(result, state, "held", user, similarity[user])
    return result + shares
