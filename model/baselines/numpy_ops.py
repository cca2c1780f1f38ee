"""Operations on one history and on CSR arrays that ``numpy_scores`` of baselines use.

Imports nothing of Vitrina: it is copied into exported bundles.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

FIRST = 2
"""Code of the first product of the catalogue and of the first event type; 0 is padding, 1 an
unknown one."""
NO_TIME = -1
"""Time of events, and of asking, that is not known."""
LONGEST = 200
"""Most recent events of a history that are read."""
BASKET_GAP = 30 * 60 * 1_000_000
"""Microseconds without an event after which a basket begins."""


@dataclass(frozen=True)
class History:
    """What a baseline reads of one history: its events, the oldest first, and when it is asked.

    Attributes
    ----------
    product : int array [events]
        Codes; ``FIRST`` for the first product of the catalogue.
    type : int array [events]
        Codes of the event types.
    is_target : bool array [events]
        Whether each event is of a type that is predicted, such as a purchase.
    time : int64 array [events]
        Microseconds since 1970; ``NO_TIME`` for all events where times are not known.
    at : int
        Asking time in microseconds, or ``NO_TIME``.
    buyer : int array [attributes] or None
        Codes of the attributes of the buyer, where the model reads any.

    Examples
    --------
    >>> history = History.of([2, 5], is_target=[False, True])
    >>> history.of_targets().product, history.time, history.at
    (array([5]), array([-1, -1]), -1)
    """

    product: Any
    type: Any
    is_target: Any
    time: Any
    at: int = NO_TIME
    buyer: Any = None

    @classmethod
    def of(
        cls,
        product: Any,
        type: Any = None,
        is_target: Any = None,
        time: Any = None,
        at: Any = None,
        *,
        buyer: Any = None,
    ) -> "History":
        """Return a history; by default of targets of one type, without times.

        The asking time is by default, and at least, the time of the last event.
        """
        product = np.asarray(product, dtype=np.int64)
        events = len(product)
        types = np.full(events, FIRST) if type is None else np.asarray(type)
        targets = np.ones(events, bool) if is_target is None else np.asarray(is_target, bool)
        times = np.full(events, NO_TIME) if time is None else np.asarray(time, np.int64)
        latest = int(times[-1]) if events else NO_TIME
        asking_time = latest if at is None else max(at, latest)
        return cls(product, types, targets, times, asking_time, buyer)

    def of_targets(self) -> "History":
        """Return the history without the events of types that are not predicted."""
        chosen = self.is_target
        columns = (self.product, self.type, self.is_target, self.time)
        product, type, is_target, time = (column[chosen] for column in columns)
        return History(product, type, is_target, time, self.at, self.buyer)


def known_items(history: History) -> Any:
    """Return the indices of the known products of a history, oldest first."""
    return history.product[history.product >= FIRST] - FIRST


def decayed_counts(history: History, decay: float) -> tuple[Any, Any]:
    """Return the products of a history and the sum of decay^age over each one's events."""
    recent = history.product[-LONGEST:]
    ages = np.arange(len(recent))[::-1]
    return item_weights(recent, np.power(np.float32(decay), ages).astype(np.float32))


def reciprocal_counts(history: History, longest: int) -> tuple[Any, Any]:
    """Return the products of a history and the sum of 1/(age + 1) over each one's events."""
    recent = history.product[-longest:]
    return item_weights(recent, (1 / np.arange(len(recent), 0, -1)).astype(np.float32))


def item_weights(codes: Any, weights: Any) -> tuple[Any, Any]:
    """Return the distinct known products among some codes and the sum of each one's weights."""
    known = codes >= FIRST
    products, position = np.unique(codes[known] - FIRST, return_inverse=True)
    sums = np.zeros(len(products), dtype=np.float32)
    np.add.at(sums, position, weights[known])
    return products, sums


def basket_numbers(time: Any, begins: Any) -> Any:
    """Return the number of the basket of each event, int64 [events], from 1.

    Parameters
    ----------
    time : int64 [events]
        Microseconds; ``NO_TIME`` where it is not known, which makes each event a basket.
    begins : bool [events]
        The first event of each history.
    """
    begins = begins | (time == NO_TIME) | (np.diff(time, prepend=time[:1]) > BASKET_GAP)
    return np.cumsum(begins)


def basket_items(history: History) -> tuple[Any, Any, int]:
    """Return the different known products of each basket, oldest first.

    Returns
    -------
    product, age : int64 [items]
        Index of the product, and the number of later baskets.
    baskets : int
        Number of baskets.
    """
    number = basket_numbers(history.time, np.zeros(len(history.time), dtype=bool))
    number += 1 - number[:1]
    width = int(history.product.max(initial=0)) + 1
    _keys, item = np.unique(number * width + history.product, return_index=True)
    item = np.sort(item[history.product[item] >= FIRST])
    baskets = int(number[-1]) if len(number) else 0
    return history.product[item] - FIRST, baskets - number[item], baskets


def matrix_times_vector(products: Any, values: Any, state: Any, name: str) -> Any:
    """Return the CSR matrix that is stored under ``name`` times a sparse vector, float32 [rows].

    The first call adds the matrix by column to the state.
    """
    if f"{name}.order" not in state:
        columns, lengths = state[f"{name}.indices"], np.diff(state[f"{name}.indptr"])
        counts = np.bincount(columns, minlength=int(state[f"{name}.shape"][1]))
        state[f"{name}.order"] = np.argsort(columns, kind="stable")
        state[f"{name}.first"] = np.append(0, np.cumsum(counts))
        state[f"{name}.row"] = np.repeat(np.arange(len(lengths)), lengths)
    total = np.zeros(len(state[f"{name}.indptr"]) - 1, dtype=np.float32)
    order, first = state[f"{name}.order"], state[f"{name}.first"]
    for product, value in zip(products, values, strict=True):
        entries = order[first[product] : first[product + 1]]
        total[state[f"{name}.row"][entries]] += value * state[f"{name}.data"][entries]
    return total


def nearest(similarity: Any, rows: Any, k: int) -> Any:
    """Return the ``k`` of some rows with the highest similarity; ties are broken by row."""
    return rows[np.argsort(-similarity[rows], kind="stable")[:k]]


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
