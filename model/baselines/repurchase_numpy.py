"""Scores of ``Repurchase`` in NumPy."""

from typing import Any

import numpy as np

from .numpy_ops import FIRST, LONGEST

PRIOR = 4.0
LOWEST, HIGHEST = -25.0, 3.0


def scores(state: Any, settings: Any, history: Any) -> Any:
    """Return log-shares, and the utility of each product of the history, float32 [products]."""
    result = state["log_share"].copy()
    recent = history[-LONGEST:]
    ages, known = np.arange(len(recent))[::-1], recent >= FIRST
    product, entry = np.unique(recent[known] - FIRST, return_inverse=True)
    if not len(product):
        return result

    def sums(weights: Any) -> Any:
        return np.bincount(entry, weights=weights[known], minlength=len(product))

    count, last_two = sums(np.ones(len(recent))), sums(ages < 2)
    age = np.full(len(product), LONGEST, dtype=np.float64)
    np.minimum.at(age, entry, ages[known])
    same = np.append(recent[1:] == recent[:-1], False)
    own = (("counts", count), ("at_once", sums(same)), ("followed", sums(ages > 0)))
    others, at_once, followed = (np.maximum(state[key][product] - part, 0.0) for key, part in own)
    again = np.maximum(state["again"][product] - np.maximum(count - 1, 0), 0.0)
    mean = state["again"].sum() / max(state["counts"].sum(), 1)
    mean_at_once = state["at_once"].sum() / max(state["followed"].sum(), 1)
    length, ones = float(len(recent)), np.ones(len(product))
    is_last = (age == 0).astype(np.float64)
    user_rate = _smoothed_log_odds(length - len(product), length, mean)
    features = [
        ones,
        np.log(count),
        np.log(sums((1.0 + ages) ** -0.5)),
        np.log1p(age),
        is_last,
        ones * np.log(length),
        np.log((others + 1) / (state["counts"].sum() + 1)),
        _smoothed_log_odds(again, others, mean),
        ones * user_rate,
        np.log(count) * np.log(length),
        is_last * _smoothed_log_odds(at_once, followed, mean_at_once),
        is_last * user_rate,
        is_last * np.log(length),
        (last_two == 2).astype(np.float64),
    ]
    if "category" in state:
        features += _category_features(state, product, count, recent[known] - FIRST, ages[known])
    utility = np.stack(features, axis=1).astype(np.float32) @ state["theta"]
    result[product] = np.clip(utility, LOWEST, HIGHEST)
    return result


def _category_features(state: Any, product: Any, count: Any, events: Any, ages: Any) -> list[Any]:
    category = state["category"]
    mean = state["again"].sum() / max(state["counts"].sum(), 1)
    counts, again = (
        np.bincount(category, weights=state[key])[category[product]] for key in ("counts", "again")
    )
    counts = np.maximum(counts - count, 0.0)
    again = np.maximum(again - np.maximum(count - 1, 0), 0.0)
    same = category[events] == category[product][:, None]
    age = np.where(same, ages, LONGEST).min(axis=1)
    return [_smoothed_log_odds(again, counts, mean), np.log(same.sum(axis=1)), np.log1p(age)]


def _smoothed_log_odds(part: Any, whole: Any, mean: float) -> Any:
    rate = (part + PRIOR * mean + 0.01) / (whole + PRIOR + 0.02)
    return np.log(rate) - np.log1p(-np.minimum(rate, 0.999))
