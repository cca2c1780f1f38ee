"""Scores of ``PureSVD`` in NumPy."""

from typing import Any

from .numpy_ops import decayed_counts


def scores(state: Any, settings: Any, history: Any) -> Any:
    """Return the history projected onto the singular vectors and back, float32 [products]."""
    products, values = decayed_counts(history, 1.0)
    vectors = state["vectors"]
    return (vectors[:, products] @ values) @ vectors + state["shares"]
