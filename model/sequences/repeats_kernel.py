"""Compiled loop over the events of histories that makes the features of repeat candidates."""

import math
from typing import Any

import numpy as np

from data.preparation.sequences import FIRST, Bools, Ints, Longs
from model.kernels.math import compiled
from model.sequences.repeats_numpy import DAY, HOUR, NO_TIME


@compiled()
def _set_times(values: Any, age: int, in_days: float, span: int, count: int) -> None:
    """Set the features of a candidate that need times; ages and spans are in microseconds."""
    values[6] = 1
    values[7] = math.log1p(age / HOUR)
    values[8] = math.log(in_days)
    values[9] = age == 0
    if span > 0:
        interval = span / DAY / (count - 1)
        values[10] = 1
        values[11] = math.log1p(interval)
        values[12] = math.log((age / DAY + 0.5) / (interval + 0.5))


@compiled()
def fill(
    events: tuple[Ints, Ints, Longs, Bools],
    histories: tuple[Longs, Longs, Longs],
    slots: Longs,
    result: Any,
) -> None:
    """Compute the candidates of each history, the latest event first.

    Parameters
    ----------
    events : tuple of arrays [events]
        Product code, type code, time in microseconds, and whether the event is a target.
    histories : tuple of int64 [histories]
        Start, stop and asking time of each.
    slots : int64 [codes]
        Filled with -1; holds the index of each code among the products of a history.
    result : tuple
        Product and type [histories, candidates], features [histories, candidates, features] and
        number of candidates [histories]; filled with 0.
    """
    product, kind, time, is_target = events
    starts, stops, at = histories
    products, kinds, features, counts = result
    most = products.shape[1]
    longest = max(np.max(stops - starts), 1)
    latest, oldest, targets = (
        np.empty(longest, np.int64),
        np.empty(longest, np.int64),
        np.empty(longest, np.int64),
    )
    totals = np.empty(longest, np.int64)
    in_events, in_days = np.empty(longest), np.empty(longest)
    for row in range(len(starts)):
        distinct, start, stop = 0, starts[row], stops[row]
        timed = stop > start and at[row] != NO_TIME and time[stop - 1] != NO_TIME
        for event in range(stop - 1, start - 1, -1):
            code = product[event]
            if code < FIRST:
                continue
            slot = slots[code]
            if slot < 0:
                slot = slots[code] = distinct
                distinct += 1
                latest[slot] = event
                targets[slot] = totals[slot] = 0
                in_events[slot] = in_days[slot] = 0.0
            oldest[slot] = event
            targets[slot] += is_target[event]
            totals[slot] += 1
            in_events[slot] += 1 / math.sqrt(1.0 + (stop - 1 - event))
            if timed:
                in_days[slot] += 1 / math.sqrt(1.0 + max(at[row] - time[event], 0) / DAY)
        for slot in range(distinct):
            slots[product[latest[slot]]] = -1
        chosen = np.arange(distinct)
        if distinct > most:
            chosen = np.sort(np.argsort(-in_events[:distinct], kind="mergesort")[:most])
        counts[row] = len(chosen)
        for candidate in range(len(chosen)):
            slot = chosen[candidate]
            event, values = latest[slot], features[row, candidate]
            products[row, candidate], kinds[row, candidate] = product[event], kind[event]
            values[0] = math.log1p(targets[slot])
            values[1] = math.log1p(totals[slot] - targets[slot])
            values[2] = math.log1p(stop - 1 - event)
            values[3] = math.log(in_events[slot])
            values[4] = math.log1p(stop - start)
            values[5] = 1 - distinct / (stop - start)
            if timed:
                age = max(at[row] - time[event], 0)
                span = max(at[row] - time[oldest[slot]], 0) - age
                _set_times(values, age, in_days[slot], span, totals[slot])
