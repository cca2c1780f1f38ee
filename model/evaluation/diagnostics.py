"""Whether figures can be trusted: calibration, collapse, and an audit for leaks."""

from typing import Any

import numpy as np

from data.i18n import N_, _
from data.preparation.sequences import FIRST, Longs
from model.sequences.histories import Array
from model.sequences.split_data import Task

BINS = 10
COLLAPSED = 0.9
"""Share of buyers with one and the same list from which a model counts as collapsed."""


def calibration(probability: Array, hit: Array) -> dict[str, Any] | None:
    """Compare the probability of each list's first product with how often it was right.

    Parameters
    ----------
    probability, hit : float arrays [targets]
        NaN probabilities, of models that have none, give None.

    Returns
    -------
    dict or None
        ``error``: mean gap between the two, weighted by targets (expected calibration error);
        ``bins``: tenths of the targets by probability.

    Examples
    --------
    >>> calibration(np.array([0.9, 0.1]), np.array([1.0, 0.0]))["error"]
    0.1
    """
    if not np.isfinite(probability).all() or not len(probability):
        return None
    bins = []
    for part in np.array_split(np.argsort(probability, kind="stable"), BINS):
        if len(part):
            told, seen = float(probability[part].mean()), float(hit[part].mean())
            bins.append({"targets": len(part), "predicted": told, "observed": seen})
    gaps = sum(one["targets"] * abs(one["predicted"] - one["observed"]) for one in bins)
    return {"error": round(float(gaps / len(probability)), 6), "bins": bins}


def same_list(best: Longs) -> float:
    """Return the share of lists that equal the most frequent one, whatever their order.

    Examples
    --------
    >>> same_list(np.array([[1, 2], [2, 1], [3, 4]]))
    0.6666666666666666
    """
    if not len(best):
        return 0.0
    counts = np.unique(np.sort(best, axis=1), axis=0, return_counts=True)[1]
    return float(counts.max() / len(best))


LATER = N_("Training sees an event at or after the time of a validation or test target.")
TARGETS = N_("Training sees a validation or test target.")
FUTURE = N_("A history holds an event that is later than its target.")
OTHERS = N_("A history holds another buyer's event.")
COUNTS = N_("The vocabulary counts events that training must not see.")


def audit(task: Task) -> list[str]:
    """Return a sentence for each leak between training and targets; none where all is well.

    Parameters
    ----------
    task : Task
        Whose visible events, targets, histories and vocabulary are compared anew.
    """
    sequences, split = task.sequences, task.split
    held = np.concatenate([split.validation, split.test])
    found = []
    if split.visible[held].any():
        found.append(TARGETS)
    later = sequences.time[split.visible].max(initial=0) >= sequences.time[held].min()
    if split.protocol == "temporal" and later:
        found.append(LATER)
    histories = task.histories(held)
    rows, events = histories.rows(), histories.indices()
    if (events >= held[rows]).any() or (sequences.time[events] > sequences.time[held[rows]]).any():
        found.append(FUTURE)
    if (sequences.user[events] != sequences.user[held[rows]]).any():
        found.append(OTHERS)
    visible = sequences.product[split.visible]
    counts = np.bincount(visible[visible >= FIRST] - FIRST, minlength=task.products)
    if not np.array_equal(counts, task.popularity):
        found.append(COUNTS)
    return [_(sentence) for sentence in found]
