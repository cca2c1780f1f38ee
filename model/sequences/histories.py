"""Histories: what a network or a baseline reads. Parts of flat arrays, padded only in batches."""

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
    """Some histories: history ``i`` is ``[start[i], stop[i])`` of every column.

    Attributes
    ----------
    columns : mapping of str to array, shape (events,)
        ``product``, ``brand``, ``category`` (codes), ``price`` (-1 where missing), ``time``
        (microseconds) and ``session`` of each event, oldest first within a history; and the other
        features that a network reads.
    start, stop : int64, shape (histories,)
        Where each history begins and ends in the columns.

    Examples
    --------
    >>> columns = {"product": np.array([2, 3, 2, 4], dtype=np.int32)}
    >>> two = Histories(columns, np.array([0, 3]), np.array([3, 4]))
    >>> two.padded(("product",))["product"]
    array([[2, 3, 2],
           [4, 0, 0]], dtype=int32)
    >>> two.latest(1).of("product")
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
        """Keep at most this many of each history's most recent events."""
        if length is None:
            return self
        return Histories(self.columns, np.maximum(self.start, self.stop - length), self.stop)

    def some(self, chosen: slice | npt.NDArray[Any]) -> "Histories":
        """Keep some of the histories."""
        return Histories(self.columns, self.start[chosen], self.stop[chosen])

    def indices(self) -> Longs:
        """Return the events of all histories, one history after another, as column indices."""
        lengths = self.lengths
        before = np.cumsum(lengths) - lengths
        return np.repeat(self.start - before, lengths) + np.arange(lengths.sum())

    def rows(self) -> Longs:
        """Return which history each of ``indices`` belongs to."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def of(self, column: str) -> npt.NDArray[Any]:
        """Return one column's values of all histories, one history after another."""
        return self.columns[column][self.indices()]

    def ages(self) -> Longs:
        """Return how many events before the end each one lies: 0 for the most recent."""
        return np.repeat(self.stop, self.lengths) - 1 - self.indices()

    def padded(self, names: tuple[str, ...], width: int | None = None) -> dict[str, Any]:
        """Return columns padded on the right, [histories, width], and ``length``.

        Parameters
        ----------
        names : tuple of str
            Columns to return.
        width : int, optional
            At least the longest history, which is the default.
        """
        width = width or max(int(self.lengths.max(initial=0)), 1)
        places = np.arange(width)
        inside = places < self.lengths[:, None]
        index = np.where(inside, self.start[:, None] + places, 0)
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
        """Return how often, or with what weight, each history holds each known product.

        Parameters
        ----------
        products : int
            Known products; the matrix has the shape (histories, products).
        weights : float array, optional
            One for each of ``indices``; 1 each where it is left out.
        """
        codes = self.of("product")
        known = codes >= FIRST
        values = np.ones(len(codes)) if weights is None else weights
        first = np.append(0, np.cumsum(known))[np.append(0, np.cumsum(self.lengths))]
        entries = (values[known].astype(np.float32), codes[known] - FIRST, first)
        found = sparse.csr_matrix(entries, shape=(len(self), products))
        found.sum_duplicates()
        return found


def of_targets(columns: Columns, offsets: Longs, targets: Longs) -> Histories:
    """Return the history of each target: all earlier events of the same buyer."""
    buyer = np.searchsorted(offsets, targets, side="right") - 1
    return Histories(columns, offsets[buyer], targets)


def of_buyers(columns: Columns, offsets: Longs, visible: npt.NDArray[np.bool_]) -> Histories:
    """Return what training sees of each buyer, as one history each; buyers with none go."""
    seen = {name: values[visible] for name, values in columns.items()}
    counts = np.add.reduceat(np.append(visible, False).astype(np.int64), offsets[:-1])
    stop = np.cumsum(counts)
    return Histories(seen, stop - counts, stop).some(counts > 0)


def places(matrix: sparse.csr_matrix) -> tuple[Longs, Ints]:
    """Return the row and the column of every entry that a sparse matrix stores, zeros too."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), matrix.indices


def added(matrix: sparse.csr_matrix, row: Floats) -> sparse.csr_matrix:
    """Return a sparse matrix with a row's values added to the entries that it stores."""
    values = matrix.data + row[matrix.indices]
    return sparse.csr_matrix((values, matrix.indices, matrix.indptr), shape=matrix.shape)


def sample_events(buyers: Histories, products: int) -> Longs:
    """Return an event of each product: of those that training sees, the last in the columns."""
    codes = buyers.columns["product"]
    some = np.flatnonzero(known(codes))
    event = np.zeros(products, dtype=np.int64)
    event[codes[some] - FIRST] = some
    return event


def known(codes: Ints) -> npt.NDArray[np.bool_]:
    """Tell which product codes stand for a product of the catalogue."""
    return codes > UNKNOWN
