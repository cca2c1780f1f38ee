"""Diagnostics of an evaluation: calibration, collapsed rankings, and leaks of held-out events."""

from typing import Any

import numpy as np

from data.i18n import N_, _
from data.preparation.sequences import FIRST, Longs
from data.preparation.splits import BY_TIME, CUT
from model.sequences.histories import Array
from model.sequences.split_data import SplitData

BINS = 10
COLLAPSED = 0.9
"""Share of identical top-10 lists from which a model counts as collapsed."""


def calibration(probability: Array, hit: Array) -> dict[str, Any] | None:
    """Compare the predicted probability of the first product with its observed hit rate.

    Parameters
    ----------
    probability : float array [targets]
        Of the product ranked first.
    hit : float array [targets]
        1 where it was the target.

    Returns
    -------
    dict or None
        ``error``: expected calibration error, over bins weighted by their targets; ``bins``: ten
        bins of equally many targets, by probability. None where a probability is NaN, as for
        models that give none.

    Examples
    --------
    >>> calibration(np.array([0.9, 0.1]), np.array([1.0, 0.0]))["error"]
    0.1
    """
    if not np.isfinite(probability).all() or not len(probability):
        return None
    bins = [
        {
            "targets": len(rows),
            "predicted": float(probability[rows].mean()),
            "observed": float(hit[rows].mean()),
        }
        for rows in np.array_split(np.argsort(probability, kind="stable"), BINS)
        if len(rows)
    ]
    gaps = sum(row["targets"] * abs(row["predicted"] - row["observed"]) for row in bins)
    return {"error": round(float(gaps / len(probability)), 6), "bins": bins}


def modal_list_share(top: Longs) -> float:
    """Return the share of lists that hold the same products as the most frequent list.

    Examples
    --------
    >>> modal_list_share(np.array([[1, 2], [2, 1], [3, 4]]))
    0.6666666666666666
    """
    if not len(top):
        return 0.0
    counts = np.unique(np.sort(top, axis=1), axis=0, return_counts=True)[1]
    return float(counts.max() / len(top))


LATER = N_("Training sees an event at or after the time of a validation or test target.")
TARGETS = N_("Training sees a validation or test target.")
FUTURE = N_("A history holds an event that is later than its target.")
MOMENT = N_("A history holds an event of its target's session or basket.")
AFTER_CUT = N_("A history holds an event at or after the cut.")
OTHERS = N_("A history holds another buyer's event.")
COUNTS = N_("The vocabulary counts events that training must not see.")
LEAKS = (TARGETS, LATER, FUTURE, AFTER_CUT, MOMENT, OTHERS, COUNTS)


def find_leaks(task: SplitData) -> list[str]:
    """Return one sentence for each way in which held-out events leak into training.

    Parameters
    ----------
    task : SplitData
        Its visible events, targets, histories and vocabulary are checked against one another.
    """
    sequences, split = task.sequences, task.split
    targets = np.concatenate([split.validation, split.test])
    leaks = set()
    if split.visible[targets].any():
        leaks.add(TARGETS)
    later = sequences.time[split.visible].max(initial=0) >= sequences.time[targets].min()
    if split.protocol in BY_TIME and later:
        leaks.add(LATER)
    histories = task.histories(targets)
    for block in histories.blocks():
        part = histories.select(block)
        leaks |= _leaks_of_histories(task, targets[block][part.rows()], part.indices())
    visible = sequences.product[split.visible & sequences.is_target]
    counts = np.bincount(visible[visible >= FIRST] - FIRST, minlength=task.products)
    if not np.array_equal(counts, task.popularity):
        leaks.add(COUNTS)
    return [_(sentence) for sentence in LEAKS if sentence in leaks]


def _leaks_of_histories(task: SplitData, target: Longs, event: Longs) -> set[str]:
    """Return the leaks from events of histories, each beside the target that its history is of."""
    sequences, split = task.sequences, task.split
    time, session = sequences.time, sequences.session
    same = (session[event] == session[target]) & (session[target] >= 0)
    if split.moment == "basket":
        same = (time[event] == time[target]) | (same & sequences.is_target[event])
    checks = {
        FUTURE: (event >= target) | (time[event] > time[target]),
        OTHERS: sequences.user[event] != sequences.user[target],
    }
    if split.moment == CUT:
        checks[AFTER_CUT] = time[event] >= split.asking_time[target]
    if split.moment in ("session", "basket"):
        checks[MOMENT] = same
    return {sentence for sentence, leaking in checks.items() if leaking.any()}
