"""Operations on one history and on CSR arrays that ``numpy_scores`` of baselines use.

Imports nothing of Vitrina: it is copied into exported bundles.
"""

from typing import Any

import numpy as np

FIRST = 2
"""Code of the first product of the catalogue; 0 is padding, 1 an unknown product."""
LONGEST = 200
"""Most recent events of a history that are read."""


def known_items(history: Any) -> Any:
    """Return the indices of the known products of a history, oldest first."""
    return history[history >= FIRST] - FIRST


def decayed_counts(history: Any, decay: float) -> tuple[Any, Any]:
    """Return the products of a history and the sum of decay^age over each one's events."""
    recent = history[-LONGEST:]
    ages = np.arange(len(recent))[::-1]
    return item_weights(recent, np.power(np.float32(decay), ages).astype(np.float32))


def reciprocal_counts(history: Any, longest: int) -> tuple[Any, Any]:
    """Return the products of a history and the sum of 1/(age + 1) over each one's events."""
    recent = history[-longest:]
    return item_weights(recent, (1 / np.arange(len(recent), 0, -1)).astype(np.float32))


def item_weights(history: Any, weights: Any) -> tuple[Any, Any]:
    """Return the distinct known products of a history and the sum of each one's weights."""
    known = history >= FIRST
    products, position = np.unique(history[known] - FIRST, return_inverse=True)
    sums = np.zeros(len(products), dtype=np.float32)
    np.add.at(sums, position, weights[known])
    return products, sums


def vector_times_matrix(products: Any, values: Any, state: Any, name: str) -> Any:
    """Return a sparse vector times the CSR matrix that is stored under ``name``."""
    total = np.zeros(int(state[f"{name}.shape"][1]), dtype=np.float32)
    for product, value in zip(products, values, strict=True):
        add_row(total, state, name, product, value)
    return total


def add_row(total: Any, state: Any, name: str, row: int, factor: Any) -> None:
    """Add ``factor`` times a row of the CSR matrix that is stored under ``name``."""
    begin, end = state[f"{name}.indptr"][row : row + 2]
    total[state[f"{name}.indices"][begin:end]] += factor * state[f"{name}.data"][begin:end]
