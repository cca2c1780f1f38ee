"""Scores of ``RepeatLast`` in NumPy."""

from typing import Any

import numpy as np

from .numpy_ops import FIRST


def scores(state: Any, settings: Any, history: Any) -> Any:
    """Return 1 + 1/(age + 1) for products of the history, shares for others, [products]."""
    result = state["shares"].copy()
    ages = np.arange(len(history))[::-1]
    known = history >= FIRST
    recency = (1 + 1 / (1 + ages[known])).astype(np.float32)
    np.maximum.at(result, history[known] - FIRST, recency)
    return result
