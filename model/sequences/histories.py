"""Histories of events as slices of flat arrays; padded only in batches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from data.preparation.sequences import FIRST, PADDING, UNKNOWN, Bools, Floats, Ints, Longs

Array = npt.NDArray[Any]
Columns = Mapping[str, npt.NDArray[Any]]
EVENTS_PER_BLOCK = 2**22


class EventColumns(dict[str, npt.NDArray[Any]]):
    """Columns of events by name, each of shape (events,).

    Attributes
    ----------
    every : EventColumns
        The columns of the events of every type, from which these were selected.
    """

    def __init__(self, columns: Columns, every: "EventColumns | None" = None) -> None:
        super().__init__(columns)
        self.every = self if every is None else every

    @cached_property
    def is_target(self) -> Bools:
        """Whether each event is of a type that is predicted; without a column, every one is."""
        size = len(self["product"])
        return np.asarray(self.get("target", np.ones(size, dtype=bool)), dtype=bool)

    @cached_property
    def ends(self) -> Longs:
        """Index after the last event of each event's history (``data.preparation.moments``)."""
        events = np.arange(len(self["product"]))
        return events - self["lag"] if "lag" in self else events

    @cached_property
    def targets(self) -> "EventColumns":
        """The columns of the targets alone."""
        is_target, before = self.is_target, self.targets_before
        columns = {name: values[is_target] for name, values in self.items()}
        columns["lag"] = (before[:-1] - before[self.ends])[is_target]
        return EventColumns(columns, self.every)

    @cached_property
    def targets_before(self) -> Longs:
        """Number of targets before each event, and of all, int64 [events + 1]."""
        return np.append(0, np.cumsum(self.is_target))


@dataclass(frozen=True)
class Histories:
    """A batch of histories: history ``i`` is ``[start[i], stop[i])`` of every column.

    Attributes
    ----------
    columns : mapping of str to array, shape (events,)
        ``product``, ``brand``, ``category`` (codes), ``price`` (-1 where missing), ``time``
        (microseconds), ``session``, ``type`` (code) and ``target`` (whether it is of a type that is
        predicted) of each event, oldest first within a history; ``lag``, the events between the
        end of an event's own history and the event; ``asking_time``, that of the history;
        ``buyer``, the attributes of the buyer, uint8 [events, attributes], where a dataset has any;
        and the other configured features.
    start, stop : int64, shape (histories,)
        Slice of each history in the columns.
    at : int64, shape (histories,), optional
        Asking time of each history in microseconds, ``NO_TIME`` where it is not known; without it
        none is.
    buyer : uint8, shape (histories, attributes), optional
        Codes of the attributes of each history's buyer (``model.sequences.buyer_attributes``);
        None where a dataset has none.

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
    at: Longs | None = None
    buyer: npt.NDArray[np.uint8] | None = None

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
        return replace(self, start=np.maximum(self.start, self.stop - length))

    @property
    def events(self) -> EventColumns:
        """The columns with what is derived from them."""
        columns = self.columns
        return columns if isinstance(columns, EventColumns) else EventColumns(columns)

    def of_targets(self) -> "Histories":
        """Return the histories without the events of types that are not predicted."""
        events = self.events
        if events.is_target.all():
            return self
        before = events.targets_before
        return replace(
            self, columns=events.targets, start=before[self.start], stop=before[self.stop]
        )

    def select(self, index: slice | npt.NDArray[Any]) -> "Histories":
        """Return a subset of the histories, by a slice, a mask or indices."""
        at = None if self.at is None else self.at[index]
        buyer = None if self.buyer is None else self.buyer[index]
        return Histories(self.columns, self.start[index], self.stop[index], at, buyer)

    def distinct(self) -> "tuple[Histories, Longs]":
        """Return the different histories, and the row of each one among them.

        Examples
        --------
        >>> columns = {"product": np.array([2, 3, 2], dtype=np.int32)}
        >>> histories = Histories(columns, np.array([0, 0, 0]), np.array([2, 1, 2]))
        >>> distinct, row = histories.distinct()
        >>> distinct.stop, row
        (array([1, 2]), array([1, 0, 1]))
        """
        at = np.zeros(len(self), dtype=np.int64) if self.at is None else self.at
        order = np.lexsort((at, self.stop, self.start))
        keys = np.stack([self.start, self.stop, at])[:, order]
        new = np.append(True, (keys[:, 1:] != keys[:, :-1]).any(axis=0))[: len(order)]
        row = np.empty(len(order), dtype=np.int64)
        row[order] = np.cumsum(new) - 1
        return self.select(order[new]), row

    def blocks(self, events: int = EVENTS_PER_BLOCK) -> Iterator[slice]:
        """Yield slices of histories with at most this many events together, or of a single one.

        Histories of targets overlap: arrays of an entry for each event of each of them are larger
        than the log by the mean length of a history.

        Examples
        --------
        >>> columns = {"product": np.arange(6, dtype=np.int32)}
        >>> histories = Histories(columns, np.array([0, 0, 0]), np.array([1, 2, 6]))
        >>> list(histories.blocks(events=3))
        [slice(0, 2, None), slice(2, 3, None)]
        """
        ends = np.cumsum(self.lengths)
        begin = before = 0
        while begin < len(self):
            end = max(int(np.searchsorted(ends, before + events, side="right")), begin + 1)
            yield slice(begin, end)
            begin, before = end, int(ends[end - 1])

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

    def padded(self, names: tuple[str, ...], length: int | None = None) -> dict[str, Any]:
        """Return columns padded on the right, [histories, length], and ``length``.

        Parameters
        ----------
        names : tuple of str
            Columns to return.
        length : int, optional
            Padded length, at least that of the longest history, which is the default.
        """
        length = length or max(int(self.lengths.max(initial=0)), 1)
        position = np.arange(length)
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
    """Return the history of each target: the same buyer's events before the asking moment.

    The asking time is that of the first event which is not in the history: of the target itself, or
    of the begin of its session or basket.
    """
    start = offsets[np.searchsorted(offsets, targets, side="right") - 1]
    stop = targets - columns["lag"][targets]
    return Histories(
        columns, start, stop, columns["asking_time"][targets], _buyers(columns, targets)
    )


def training_histories(columns: Columns, offsets: Longs, visible: Bools) -> Histories:
    """Return the training events of each buyer as one history; buyers without any are left out.

    The visible events of a buyer are the first ones, so that every ``lag`` remains right.
    """
    training = EventColumns({name: values[visible] for name, values in columns.items()})
    counts = np.add.reduceat(np.append(visible, False).astype(np.int64), offsets[:-1])
    stop = np.cumsum(counts)[counts > 0]
    start = stop - counts[counts > 0]
    return Histories(training, start, stop, buyer=_buyers(training, start))


def _buyers(columns: Columns, events: Longs) -> npt.NDArray[np.uint8] | None:
    """Return the attributes of the buyers of some events; None where a dataset has none."""
    return columns["buyer"][events] if "buyer" in columns else None


def targets_within(buyers: Histories) -> tuple[Longs, Longs, Longs]:
    """Return the targets among the events of buyers that have a history there.

    Returns
    -------
    event : int64 array [targets]
        Column index of each target.
    end : int64 array [targets]
        Column index after the last event of its history.
    row : int64 array [targets]
        Row of the buyer.
    """
    event, row = buyers.indices(), buyers.rows()
    end = buyers.events.ends[event]
    usable = buyers.events.is_target[event] & (end > buyers.start[row])
    return event[usable], end[usable], row[usable]


def repeats_within(buyers: Histories) -> tuple[Longs, Bools]:
    """Return the targets of ``targets_within``, and whether the product of each is in its history.

    Examples
    --------
    >>> columns = {"product": np.array([2, 3, 2, 4, 5], dtype=np.int32)}
    >>> repeats_within(Histories(columns, np.array([0, 3]), np.array([3, 5])))
    (array([1, 2, 4]), array([False,  True, False]))
    """
    event, end, _row = targets_within(buyers)
    indices = buyers.indices()
    codes = buyers.columns["product"][indices].astype(np.int64)
    _keys, first, key = np.unique(
        buyers.rows() * (codes.max(initial=0) + 1) + codes, return_index=True, return_inverse=True
    )
    earliest = np.empty(len(buyers.columns["product"]), dtype=np.int64)
    earliest[indices] = indices[first[key]]
    return event, earliest[event] < end


def repeat_share(buyers: Histories) -> float:
    """Return the share of the targets of buyers whose product is in their history.

    Examples
    --------
    >>> columns = {"product": np.array([2, 3, 2, 4, 5], dtype=np.int32)}
    >>> repeat_share(Histories(columns, np.array([0, 3]), np.array([3, 5])))
    0.3333333333333333
    """
    event, is_repeat = repeats_within(buyers)
    return float(is_repeat.mean()) if len(event) else 0.0


def stored_entries(matrix: sparse.csr_matrix) -> tuple[Longs, Ints]:
    """Return the rows and columns of the stored entries of a CSR matrix, zeros included."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), matrix.indices


def add_to_stored(matrix: sparse.csr_matrix, row: Floats) -> sparse.csr_matrix:
    """Return a CSR matrix with a dense row added to its stored entries only."""
    values = matrix.data + row[matrix.indices]
    return sparse.csr_matrix((values, matrix.indices, matrix.indptr), shape=matrix.shape)


def product_columns(buyers: Histories, products: int, *names: str) -> tuple[Array, ...]:
    """Return columns by product, each of shape (products,): those of its last event of any type.

    A product that is in no event has the values of the first one.
    """
    columns = buyers.events.every
    codes = columns["product"]
    events = np.flatnonzero(known(codes))
    last = np.zeros(products, dtype=np.int64)
    last[codes[events] - FIRST] = events
    return tuple(columns[name][last] for name in names)


def known(codes: Ints) -> Bools:
    """Return a mask of the codes of ranked products (neither padding nor unknown)."""
    return codes > UNKNOWN
