"""Baskets of a history: what baselines for the next basket count and weight."""

from typing import NamedTuple

import numpy as np

from data.preparation.sequences import FIRST, Longs
from model.baselines.numpy_ops import basket_numbers
from model.sequences.histories import Histories


class BasketItems(NamedTuple):
    """The different products of each basket, ordered by history and basket.

    Attributes
    ----------
    row, product : int64 [items]
        Index of the history and of the product.
    age : int64 [items]
        Number of later baskets in the history.
    baskets : int64 [histories]
        Number of baskets of each history.
    """

    row: Longs
    product: Longs
    age: Longs
    baskets: Longs


def basket_items(histories: Histories) -> BasketItems:
    """Return the different known products of each basket of each history.

    A basket ends where no event follows for 30 minutes, whatever the log says of sessions: in
    service, products and times are all that is known. Without times each event is a basket.

    Examples
    --------
    Two products within a minute, the first of them twice, and one an hour later:

    >>> minute = 60_000_000
    >>> columns = {
    ...     "product": np.array([2, 3, 2, 2], dtype=np.int32),
    ...     "time": np.array([0, 1, 1, 61]) * minute,
    ... }
    >>> items = basket_items(Histories(columns, np.array([0]), np.array([4])))
    >>> items.product, items.age, items.baskets
    (array([0, 1, 0]), array([1, 1, 0]), array([2]))
    """
    codes, rows = histories.flat("product").astype(np.int64), histories.rows()
    number = basket_numbers(histories.flat("time"), np.diff(rows, prepend=-1) != 0)
    filled = histories.lengths > 0
    end = np.cumsum(histories.lengths)[filled]
    last, first = (np.zeros(len(histories), dtype=np.int64) for _number in range(2))
    last[filled], first[filled] = number[end - 1], number[end - histories.lengths[filled]] - 1
    width = int(codes.max(initial=0)) + 1
    _keys, item = np.unique(number * width + codes, return_index=True)
    item = np.sort(item[codes[item] >= FIRST])
    row, code = rows[item], codes[item]
    product: Longs = code - FIRST
    return BasketItems(row, product, last[row] - number[item], last - first)
