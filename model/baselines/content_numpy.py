"""Scores of ``Content`` in NumPy."""

from typing import Any

import numpy as np

from .numpy_ops import decayed_counts, vector_times_matrix


def scores(state: Any, settings: Any, history: Any) -> Any:
    """Return the cosine similarity of each product with the history, float32 [products]."""
    shares = state["shares"]
    profile = vector_times_matrix(*decayed_counts(history, settings["decay"]), state, "traits")
    profile /= max(np.linalg.norm(profile), np.float32(1e-9))
    rows = np.repeat(np.arange(len(shares)), np.diff(state["traits.indptr"]))
    products = state["traits.data"] * profile[state["traits.indices"]]
    cosine = np.bincount(rows, weights=products, minlength=len(shares)).astype(np.float32)
    return cosine + 0.1 * shares / shares.max()
