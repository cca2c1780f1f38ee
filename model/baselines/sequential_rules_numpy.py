"""Scores of ``SequentialRules`` in NumPy."""

from typing import Any

from .numpy_ops import reciprocal_counts, vector_times_matrix

FARTHEST = 10


def scores(state: Any, settings: Any, history: Any) -> Any:
    """Return the sum of the rules' weights, float32 [products]."""
    products, values = reciprocal_counts(history, FARTHEST)
    if "bought" in state:  # absent where an earlier version stored the model
        damping = settings["damping"]
        values = values * (1 + damping) / (state["bought"][products] + damping)
    return vector_times_matrix(products, values, state, "rules") + state["shares"]
