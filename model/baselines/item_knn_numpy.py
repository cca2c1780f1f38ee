"""Scores of the item-kNN baselines in NumPy."""

from typing import Any

from .numpy_ops import decayed_counts, vector_times_matrix


def scores(state: Any, settings: Any, history: Any) -> Any:
    """Return the weighted sum of the cosines, float32 [products]."""
    products, values = decayed_counts(history, settings["decay"])
    return vector_times_matrix(products, values, state, "cosines") + state["shares"]
