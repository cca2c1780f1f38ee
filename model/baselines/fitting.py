"""Fits every baseline; those with settings to choose are chosen on the validation targets."""

from collections.abc import Callable

import numpy as np

from model.baselines import BASELINES
from model.metrics import per_target, ranks
from model.ranker import Baseline
from model.task import Task

JUDGED = 1000
AT_ONCE = 2**24


def fit_all(task: Task, beat: Callable[[], None]) -> list[Baseline]:
    """Return every baseline, fitted on what training sees.

    Parameters
    ----------
    task : Task
    beat : callable
        Called after each fit.
    """
    return [fit(name, task, beat) for name in BASELINES]


def fit(name: str, task: Task, beat: Callable[[], None]) -> Baseline:
    """Return one baseline, fitted with the settings that are worth most on validation."""
    kind = BASELINES[name]
    tried = [_fitted(kind, task, settings, beat) for settings in kind.choices or ({},)]
    return max(tried, key=lambda one: _worth(one, task)) if len(tried) > 1 else tried[0]


def _fitted(
    kind: type[Baseline], task: Task, settings: dict[str, float], beat: Callable[[], None]
) -> Baseline:
    baseline = kind(**settings)
    baseline.fit(task.buyers, task.products)
    beat()
    return baseline


def _worth(baseline: Baseline, task: Task) -> float:
    """Return NDCG@10 on some validation targets, the same ones for every baseline."""
    targets = task.split.validation
    if len(targets) > JUDGED:
        chosen = np.random.default_rng(0).choice(len(targets), JUDGED, replace=False)
        targets = targets[np.sort(chosen)]
    histories, answers = task.histories(targets), task.answers(targets)
    step = max(AT_ONCE // max(task.products, 1), 16)
    found = [
        ranks(
            baseline.scores(histories.some(slice(begin, begin + step))),
            answers[begin : begin + step],
        )
        for begin in range(0, len(targets), step)
    ]
    return float(per_target(np.concatenate(found), answers < 0)["ndcg@10"].mean())
