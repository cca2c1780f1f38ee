"""Conversion of a baseline's state to plain arrays, as a file stores them, and back."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from scipy import sparse

FIELDS = ("data", "indices", "indptr", "shape")


def to_arrays(state: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Yield the arrays of a state by name; a CSR matrix ``m`` yields ``m.data`` and so on."""
    for key, value in state.items():
        if sparse.issparse(value):
            for field in FIELDS:
                yield f"{key}.{field}", np.asarray(getattr(value, field))
        else:
            yield key, value


def from_arrays(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state whose arrays ``to_arrays`` yielded."""
    state: dict[str, Any] = {}
    for key in arrays:
        name, _dot, field = key.partition(".")
        if not field:
            state[name] = arrays[key]
        elif field == "data":
            parts = tuple(arrays[f"{name}.{part}"] for part in FIELDS[:3])
            shape = tuple(int(size) for size in arrays[f"{name}.shape"])
            state[name] = sparse.csr_matrix(parts, shape=shape)
    return state
