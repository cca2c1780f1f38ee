"""Scores of ``Affinity`` in NumPy."""

from typing import Any

import numpy as np

from .numpy_ops import decayed_counts

PRIOR = 2.0


def scores(state: Any, settings: Any, history: Any) -> Any:
    """Return the log-probability of each product, float32 [products]."""
    shares, weights = state["shares"], state["weights"]
    products, values = decayed_counts(history, settings["decay"])
    mixture = np.full(len(shares), weights[0], dtype=np.float64)
    total = values.sum() + PRIOR
    for number, weight in enumerate(weights[1:]):
        kind, lift = state[f"lift{number}.indices"], state[f"lift{number}.data"]
        counts = np.bincount(kind[products], weights=values, minlength=kind.max() + 1)
        mixture += weight * (counts[kind] * lift + PRIOR) / total
    return np.log(mixture * shares).astype(np.float32)
