"""Histories of events as slices of flat arrays; padded only in batches."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from data.preparation.sequences import FIRST, PADDING, UNKNOWN, Floats, Ints, Longs

Array = npt.NDArray[Any]
Columns = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Histories:
    """A batch of histories: history ``i`` is ``[start[i], stop[i])`` of every column.

    Attributes
    ----------
    columns : mapping of str to array, shape (events,)
        ``product``, ``brand``, ``category`` (codes), ``price`` (-1 where missing), ``time``
        (microseconds) and ``session`` of each event, oldest first within a history; and the other
        configured features.
    start, stop : int64, shape (histories,)
        Slice of each history in the columns.

    Examples
    --------
    >>> columns = {"product": np.array([2, 3, 2, 4], dtype=np.int32)}
    >>> histories = Histories(columns, np.array([0, 3]), np.array([3, 4]))
    >>> histories.padded(("product",))["product"]
    array([[2, 3, 2],
           [4, 0, 0]], dtype=int32)
    >>> histories.latest(1).flat("product")
    array([2, 4], dtype=int32)
    """

    columns: Columns
    start: Longs
    stop: Longs

    def __len__(self) -> int:
        """Return the number of histories."""
        return len(self.start)

    @property
    def lengths(self) -> Longs:
        """Events in each history."""
        return self.stop - self.start

    def latest(self, length: int | None) -> "Histories":
        """Return the histories cut to their most recent ``length`` events; None cuts none."""
        if length is None:
            return self
        return Histories(self.columns, np.maximum(self.start, self.stop - length), self.stop)

    def select(self, index: slice | npt.NDArray[Any]) -> "Histories":
        """Return a subset of the histories, by a slice, a mask or indices."""
        return Histories(self.columns, self.start[index], self.stop[index])

    def indices(self) -> Longs:
        """Return the column indices of all events, shape (events of all histories,)."""
        lengths = self.lengths
        before = np.cumsum(lengths) - lengths
        return np.repeat(self.start - before, lengths) + np.arange(lengths.sum())

    def rows(self) -> Longs:
        """Return the row (history) of each of ``indices``."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def flat(self, column: str) -> npt.NDArray[Any]:
        """Return a column's values at ``indices``."""
        return self.columns[column][self.indices()]

    def ages(self) -> Longs:
        """Return the age in events of each of ``indices``: 0 for the most recent of its history."""
        return np.repeat(self.stop, self.lengths) - 1 - self.indices()

    def padded(self, names: tuple[str, ...], width: int | None = None) -> dict[str, Any]:
        """Return columns padded on the right, [histories, width], and ``length``.

        Parameters
        ----------
        names : tuple of str
            Columns to return.
        width : int, optional
            Padded length, at least that of the longest history, which is the default.
        """
        width = width or max(int(self.lengths.max(initial=0)), 1)
        position = np.arange(width)
        inside = position < self.lengths[:, None]
        index = np.where(inside, self.start[:, None] + position, 0)
        batch: dict[str, Any] = {}
        for name in names:
            column = self.columns[name]
            if len(column):
                batch[name] = np.where(inside, column[index], column.dtype.type(PADDING))
            else:
                batch[name] = np.zeros(index.shape, dtype=column.dtype)
        batch["length"] = self.lengths.astype(np.int32)
        return batch

    def matrix(self, products: int, weights: Floats | None = None) -> sparse.csr_matrix:
        """Return the counts, or summed weights, of the products of each history.

        Parameters
        ----------
        products : int
            Number of ranked products; others are left out.
        weights : float array, optional
            Weight of each of ``indices``; 1 by default.

        Returns
        -------
        csr_matrix, float32, shape (histories, products)
        """
        codes = self.flat("product")
        known = codes >= FIRST
        values = np.ones(len(codes)) if weights is None else weights
        first = np.append(0, np.cumsum(known))[np.append(0, np.cumsum(self.lengths))]
        entries = (values[known].astype(np.float32), codes[known] - FIRST, first)
        counts = sparse.csr_matrix(entries, shape=(len(self), products))
        counts.sum_duplicates()
        return counts


def histories_of_targets(columns: Columns, offsets: Longs, targets: Longs) -> Histories:
    """Return the history of each target: all earlier events of the same buyer."""
    buyer = np.searchsorted(offsets, targets, side="right") - 1
    return Histories(columns, offsets[buyer], targets)


def training_histories(
    columns: Columns, offsets: Longs, visible: npt.NDArray[np.bool_]
) -> Histories:
    """Return the training events of each buyer as one history; buyers without any are left out."""
    training = {name: values[visible] for name, values in columns.items()}
    counts = np.add.reduceat(np.append(visible, False).astype(np.int64), offsets[:-1])
    stop = np.cumsum(counts)
    return Histories(training, stop - counts, stop).select(counts > 0)


def stored_entries(matrix: sparse.csr_matrix) -> tuple[Longs, Ints]:
    """Return the rows and columns of the stored entries of a CSR matrix, zeros included."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), matrix.indices


def add_to_stored(matrix: sparse.csr_matrix, row: Floats) -> sparse.csr_matrix:
    """Return a CSR matrix with a dense row added to its stored entries only."""
    values = matrix.data + row[matrix.indices]
    return sparse.csr_matrix((values, matrix.indices, matrix.indptr), shape=matrix.shape)


def last_events(buyers: Histories, products: int) -> Longs:
    """Return a column index for each product, shape (products,): that of its last event."""
    codes = buyers.columns["product"]
    events = np.flatnonzero(known(codes))
    result = np.zeros(products, dtype=np.int64)
    result[codes[events] - FIRST] = events
    return result


def known(codes: Ints) -> npt.NDArray[np.bool_]:
    """Return a mask of the codes of ranked products (neither padding nor unknown)."""
    return codes > UNKNOWN
