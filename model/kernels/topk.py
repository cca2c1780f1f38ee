"""Heap: the largest of many numbers, in compiled loops; of equal ones the first."""

from typing import Any

import numpy as np

from data.preparation.sequences import Floats, Longs
from model.kernels.csr import Entries
from model.kernels.math import compiled

BLOCK = 64
"""Numbers that are compared at once with the smallest that is kept."""


@compiled()
def largest(scores: Floats, best: Longs) -> None:
    """Find the places of the largest numbers of each row, largest first; what is no number is last.

    Parameters
    ----------
    scores : float array [rows, numbers]
    best : int64 [rows, k]
        Where to put them; k is at least 1.
    """
    k, count = best.shape[1], scores.shape[1]
    values = np.empty(k, scores.dtype)
    for row in range(len(scores)):
        of_row, places = scores[row], best[row]
        for i in range(k):
            values[i] = -np.inf if np.isnan(of_row[i]) else of_row[i]
            places[i] = i
        _heap(values, places)
        for begin in range(k, count, BLOCK):
            end = min(begin + BLOCK, count)
            if _above(of_row[begin:end], values[0]):
                for i in range(begin, end):
                    if of_row[i] > values[0]:
                        values[0], places[0] = of_row[i], i
                        _sink(values, places, 0)
        for last in range(k - 1, 0, -1):
            values[0], values[last] = values[last], values[0]
            places[0], places[last] = places[last], places[0]
            _sink(values[:last], places[:last], 0)


@compiled()
def strongest(entries: Entries, kept: Entries) -> None:
    """Keep the largest entries of each row of a sparse matrix; of equal ones the first columns.

    Parameters
    ----------
    entries : Entries
    kept : Entries
        Where to put them, in any order: it has room for as many of each row as are to be kept.
    """
    for row in range(len(entries.first) - 1):
        chosen = slice(kept.first[row], kept.first[row + 1])
        values, columns = kept.value[chosen], kept.column[chosen]
        begin, end = entries.first[row] + len(values), entries.first[row + 1]
        values[:] = entries.value[entries.first[row] : begin]
        columns[:] = entries.column[entries.first[row] : begin]
        if begin < end:
            _heap(values, columns)
        for i in range(begin, end):
            if _weaker(values[0], columns[0], entries.value[i], entries.column[i]):
                values[0], columns[0] = entries.value[i], entries.column[i]
                _sink(values, columns, 0)


@compiled()
def _above(numbers: Any, limit: Any) -> Any:
    """Tell how many numbers are above a limit."""
    found = np.int32(0)
    for i in range(len(numbers)):
        found += np.int32(numbers[i] > limit)
    return found


@compiled()
def _heap(values: Any, places: Any) -> None:
    """Bring entries into the order of a heap, the weakest first."""
    for i in range(len(values) // 2 - 1, -1, -1):
        _sink(values, places, i)


@compiled()
def _sink(values: Any, places: Any, at: int) -> None:
    """Let an entry sink until those below it are stronger."""
    value, place = values[at], places[at]
    while 2 * at + 1 < len(values):
        below = 2 * at + 1
        other = below + 1
        if other < len(values) and _weaker(
            values[other], places[other], values[below], places[below]
        ):
            below = other
        if not _weaker(values[below], places[below], value, place):
            break
        values[at], places[at] = values[below], places[below]
        at = below
    values[at], places[at] = value, place


@compiled()
def _weaker(value: Any, place: Any, other: Any, other_place: Any) -> Any:
    return value < other or (value == other and place > other_place)
