"""Scores of ``Markov`` in NumPy."""

from typing import Any

import numpy as np

from .numpy_ops import FIRST, add_row


def scores(state: Any, settings: Any, history: Any) -> Any:
    """Return the log-probability of each product after the last of the history, [products]."""
    shares, weight = state["shares"], np.float32(settings["backoff"])
    counts = np.zeros_like(shares)
    if len(history) and history[-1] >= FIRST:
        add_row(counts, state, "counts", history[-1] - FIRST, np.float32(1))
    return np.log((counts + weight * shares) / (counts.sum() + weight)).astype(np.float32)
