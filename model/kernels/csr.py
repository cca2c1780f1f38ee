"""CSR matrices as named tuples of arrays, which compiled loops read and write."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from data.preparation.sequences import Floats, Ints, Longs

Indices = npt.NDArray[np.uint32]
"""Unsigned indices: compiled loops skip the check for negative ones."""


class Entries(NamedTuple):
    """The stored entries of a CSR matrix.

    Attributes
    ----------
    first : int64 [rows + 1]
        Where each row's entries begin (``indptr``).
    column : int32 [entries]
    value : float32 [entries]
    """

    first: Longs
    column: Ints
    value: Floats

    @classmethod
    def of(cls, matrix: sparse.csr_matrix) -> "Entries":
        """Return the entries of a matrix, without a copy where the types are the same."""
        return cls(
            matrix.indptr.astype(np.int64, copy=False),
            matrix.indices.astype(np.int32, copy=False),
            matrix.data.astype(np.float32, copy=False),
        )

    @classmethod
    def empty(cls, counts: Longs) -> "Entries":
        """Return uninitialised entries, with the given number in each row."""
        first = np.append(0, np.cumsum(counts))
        return cls(first, np.empty(first[-1], np.int32), np.empty(first[-1], np.float32))

    def select(self, rows: slice) -> "Entries":
        """Return the entries of a slice of rows."""
        first = self.first[rows.start : rows.stop + 1]
        inside = slice(first[0], first[-1])
        return Entries(first - first[0], self.column[inside], self.value[inside])

    @property
    def row(self) -> Longs:
        """The row of each entry, int64 [entries]."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    def matrix(self, columns: int) -> sparse.csr_matrix:
        """Return the CSR matrix of these entries."""
        shape = (len(self.first) - 1, columns)
        return sparse.csr_matrix((self.value, self.column, self.first), shape=shape)
