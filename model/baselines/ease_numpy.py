"""Scores of the EASE baselines in NumPy."""

from typing import Any

from .numpy_ops import decayed_counts


def scores(state: Any, settings: Any, history: Any) -> Any:
    """Return the linear model's scores, float32 [products]."""
    result, weights = state["shares"].copy(), state["weights"]
    products, values = decayed_counts(history, settings["decay"])
    covered = products < len(weights)
    result[: len(weights)] += values[covered] @ weights[products[covered]]
    return result
