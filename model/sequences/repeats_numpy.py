"""Candidates for a repeat purchase of one history, in NumPy.

Imports nothing of Vitrina: it is copied into exported bundles. ``model.sequences.repeats``
describes the features.
"""

from typing import Any

import numpy as np

FIRST = 2
FEATURES = 19
MOST_CANDIDATES = 512
HOUR, DAY = 3_600_000_000, 86_400_000_000
BASKET_GAP = 30 * 60 * 1_000_000
"""Microseconds without an event after which a basket begins."""
SLOW, FAST = 0.95, 0.8
"""Weight of a basket by that of the one after it."""
NO_TIME = -1
"""Asking time of a history whose events have no times."""


def repeat_candidates(
    product: Any, kind: Any, is_target: Any, time: Any = None, at: Any = None
) -> dict[str, Any]:
    """Return the inputs ``candidate``, ``candidate_type`` and ``candidate_features``, [1, …].

    Parameters
    ----------
    product, kind : int [events]
        Codes of the products and of the event types, the oldest first.
    is_target : bool [events]
        Whether an event is of a type that is predicted.
    time : int [events], optional
        Microseconds.
    at : int, optional
        Asking time in microseconds.
    """
    known = product >= FIRST
    timed = time is not None
    since = np.arange(len(product))[::-1]
    age = np.maximum(at - time, 0) if timed else np.zeros(len(product))
    latest_first = np.flatnonzero(known)[::-1]
    codes, first, inverse = np.unique(product[latest_first], return_index=True, return_inverse=True)
    slot = np.empty(len(codes), dtype=np.int64)
    slot[np.argsort(first)] = np.arange(len(codes))
    slot = slot[inverse]
    in_events = np.bincount(slot, (1.0 + since[latest_first]) ** -0.5, minlength=len(codes))
    order = np.sort(np.argsort(-in_events, kind="stable")[:MOST_CANDIDATES])

    def total(weights: Any) -> Any:
        return np.bincount(slot, weights[latest_first], minlength=len(codes))[order]

    latest = latest_first[np.sort(first)[order]]
    oldest = np.zeros(len(codes), dtype=np.int64)
    oldest[slot] = latest_first  # the last assignment is that of the oldest event
    oldest = oldest[order]
    features = np.zeros((len(order), FEATURES), dtype=np.float32)
    if len(order):
        features[:, 0], features[:, 1] = np.log1p(total(is_target)), np.log1p(total(~is_target))
        features[:, 2] = np.log1p(since[latest])
        features[:, 3] = np.log(in_events[order])
        features[:, 4] = np.log1p(len(product))
        features[:, 5] = 1 - len(codes) / len(product)
    if len(order) and timed:
        last, days = age[latest] / DAY, (age[oldest] - age[latest]) / DAY
        features[:, 6] = 1
        features[:, 7] = np.log1p(age[latest] / HOUR)
        features[:, 8] = np.log(total((1.0 + age / DAY) ** -0.5))
        features[:, 9] = age[latest] == 0
        several = days > 0
        features[:, 10] = several
        interval = days[several] / (total(np.ones(len(product)))[several] - 1)
        features[several, 11] = np.log1p(interval)
        features[several, 12] = np.log((last[several] + 0.5) / (interval + 0.5))
        features[:, 13:] = _basket_features(slot, time, latest_first)[order]
    if not len(order):  # a padded candidate
        return {
            "candidate": np.zeros((1, 1), np.int32),
            "candidate_type": np.zeros((1, 1), np.int32),
            "candidate_features": np.zeros((1, 1, FEATURES), np.float32),
        }
    return {
        "candidate": product[latest][None].astype(np.int32),
        "candidate_type": kind[latest][None].astype(np.int32),
        "candidate_features": features[None],
    }


def _basket_features(slot: Any, time: Any, latest_first: Any) -> Any:
    """Return the features of each candidate that count baskets, float64 [candidates, 6].

    Parameters
    ----------
    slot : int [events]
        Candidate of each known event, the latest first.
    time : int [all events]
        Microseconds, the oldest first.
    latest_first : int [events]
        Index of each known event.
    """
    begins = np.append(np.diff(time) > BASKET_GAP, False)
    since = np.cumsum(begins[::-1])[::-1]  # the baskets after that of each event
    baskets = since[0] + 1
    pair = np.unique(slot * baskets + since[latest_first])
    candidate, age = pair // baskets, pair % baskets
    counts = np.bincount(candidate)
    newest, oldest = age[np.cumsum(counts) - counts], age[np.cumsum(counts) - 1]
    result = np.zeros((len(counts), 6))
    result[:, 0], result[:, 1] = np.log1p(counts), np.log1p(newest)
    result[:, 2] = np.log(counts / baskets)
    for column, decay in ((3, SLOW), (4, FAST)):
        result[:, column] = np.log(np.bincount(candidate, decay**age))
    interval = (oldest - newest) / np.maximum(counts - 1, 1)
    result[:, 5] = np.where(counts > 1, np.log((newest + 0.5) / (interval + 0.5)), 0)
    return result
