"""What baselines have learned, as plain arrays and back: a file holds nothing else."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from scipy import sparse

FIELDS = ("data", "indices", "indptr", "shape")


def packed(learned: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Yield a baseline's arrays by name; a sparse matrix becomes four."""
    for key, value in learned.items():
        if sparse.issparse(value):
            for name in FIELDS:
                yield f"{key}.{name}", np.asarray(getattr(value, name))
        else:
            yield key, value


def unpacked(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Put a baseline's arrays together again."""
    learned: dict[str, Any] = {}
    for key in arrays:
        name, _dot, part = key.partition(".")
        if not part:
            learned[name] = arrays[key]
        elif part == "data":
            pieces = tuple(arrays[f"{name}.{field}"] for field in FIELDS[:3])
            shape = tuple(int(size) for size in arrays[f"{name}.shape"])
            learned[name] = sparse.csr_matrix(pieces, shape=shape)
    return learned
