"""Compiled loop over the events of histories that makes the features of repeat candidates."""

import math
from typing import Any

import numpy as np

from data.preparation.sequences import FIRST, Bools, Ints, Longs
from model.kernels.math import compiled
from model.sequences.repeats_numpy import BASKET_GAP, DAY, FAST, HOUR, NO_TIME, SLOW


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


LATEST, OLDEST, EVENTS, TARGETS, NEWEST_BASKET, BASKET, BASKETS = range(7)
"""Columns of the integers of a candidate: events by index, baskets by the number of later ones."""
IN_EVENTS, IN_DAYS, SLOWLY, QUICKLY = range(4)
"""Columns of the sums of a candidate."""


@compiled()
def _add_time(numbers: Any, sums: Any, age: int, basket: int) -> None:
    """Add an event with a time to a candidate."""
    sums[IN_DAYS] += 1 / math.sqrt(1.0 + age / DAY)
    if numbers[BASKET] != basket:
        if numbers[BASKETS] == 0:
            numbers[NEWEST_BASKET] = basket
        numbers[BASKET] = basket
        numbers[BASKETS] += 1
        sums[SLOWLY] += SLOW**basket
        sums[QUICKLY] += FAST**basket


@compiled()
def _count(
    events: tuple[Ints, Ints, Longs, Bools],
    history: tuple[int, int, int],
    slots: Longs,
    counts: tuple[Any, Any],
) -> tuple[int, int]:
    """Count the events of a history by product, and return the numbers of products and baskets.

    ``counts`` are integers and sums of each product, the latest first; ``history`` is start, stop
    and asking time, ``NO_TIME`` where times are not known.
    """
    product, _kind, time, is_target = events
    start, stop, at = history
    numbers, sums = counts
    distinct, basket = 0, 0
    for event in range(stop - 1, start - 1, -1):
        if at != NO_TIME and event < stop - 1 and time[event + 1] - time[event] > BASKET_GAP:
            basket += 1
        code = product[event]
        if code < FIRST:
            continue
        slot = slots[code]
        if slot < 0:
            slot = slots[code] = distinct
            distinct += 1
            numbers[slot], sums[slot] = 0, 0.0
            numbers[slot, LATEST], numbers[slot, BASKET] = event, -1
        numbers[slot, OLDEST] = event
        numbers[slot, EVENTS] += 1
        numbers[slot, TARGETS] += is_target[event]
        sums[slot, IN_EVENTS] += 1 / math.sqrt(1.0 + (stop - 1 - event))
        if at != NO_TIME:
            _add_time(numbers[slot], sums[slot], max(at - time[event], 0), basket)
    for slot in range(distinct):
        slots[product[numbers[slot, LATEST]]] = -1
    return distinct, basket + 1


@compiled()
def _set_baskets(values: Any, numbers: Any, sums: Any, baskets: int) -> None:
    """Set the features of a candidate that count baskets, of which the history has a number."""
    baskets_of_product, since = numbers[BASKETS], numbers[NEWEST_BASKET]
    values[13] = math.log1p(baskets_of_product)
    values[14] = math.log1p(since)
    values[15] = math.log(baskets_of_product / baskets)
    values[16] = math.log(sums[SLOWLY])
    values[17] = math.log(sums[QUICKLY])
    if baskets_of_product > 1:
        interval = (numbers[BASKET] - since) / (baskets_of_product - 1)
        values[18] = math.log((since + 0.5) / (interval + 0.5))


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
    product, kind, time, _is_target = events
    starts, stops, asking_times = histories
    products, kinds, features, used = result
    most = products.shape[1]
    longest = max(np.max(stops - starts), 1)
    numbers, sums = np.empty((longest, 7), np.int64), np.empty((longest, 4))
    for row in range(len(starts)):
        start, stop, at = starts[row], stops[row], asking_times[row]
        if stop == start or time[stop - 1] == NO_TIME:
            at = NO_TIME
        distinct, baskets = _count(events, (start, stop, at), slots, (numbers, sums))
        chosen = np.arange(distinct)
        if distinct > most:
            order = np.argsort(-sums[:distinct, IN_EVENTS], kind="mergesort")
            chosen = np.sort(order[:most])
        used[row] = len(chosen)
        for candidate, slot in enumerate(chosen):
            own, values = numbers[slot], features[row, candidate]
            event = own[LATEST]
            products[row, candidate], kinds[row, candidate] = product[event], kind[event]
            values[0] = math.log1p(own[TARGETS])
            values[1] = math.log1p(own[EVENTS] - own[TARGETS])
            values[2] = math.log1p(stop - 1 - event)
            values[3] = math.log(sums[slot, IN_EVENTS])
            values[4] = math.log1p(stop - start)
            values[5] = 1 - distinct / (stop - start)
            if at != NO_TIME:
                age = max(at - time[event], 0)
                span = max(at - time[own[OLDEST]], 0) - age
                _set_times(values, age, sums[slot, IN_DAYS], span, own[EVENTS])
                _set_baskets(values, own, sums[slot], baskets)
