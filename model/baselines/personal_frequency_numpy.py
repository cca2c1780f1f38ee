"""Scores of the personal-frequency baselines in NumPy."""

from typing import Any

import numpy as np

from .numpy_ops import known_items


def scores(state: Any, settings: Any, history: Any) -> Any:
    """Return share of events + weight × count of each product, float32 [products]."""
    result = state["shares"].copy()
    products, counts = np.unique(known_items(history), return_counts=True)
    result[products] += counts.astype(np.float32) * np.float32(settings.get("weight", 1.0))
    return result
