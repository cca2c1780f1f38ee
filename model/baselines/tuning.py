"""Fits every baseline; those with settings to choose are chosen on the validation targets."""

from collections.abc import Callable

import numpy as np

from model.baselines import BASELINES
from model.baselines.base import Baseline
from model.metrics.ranking import metrics_per_target, target_ranks
from model.metrics.segments import are_repeats
from model.sequences.split_data import Task

JUDGED = 1000
AT_ONCE = 2**24


def fit_all(task: Task, on_progress: Callable[[], object] = lambda: None) -> list[Baseline]:
    """Return every baseline, fitted on what training sees.

    Parameters
    ----------
    task : Task
    on_progress : callable
        Called after each fit.
    """
    return [fit(name, task, on_progress) for name in BASELINES]


def fit(name: str, task: Task, on_progress: Callable[[], object] = lambda: None) -> Baseline:
    """Return one baseline, fitted with the settings that are worth most on validation."""
    tried = _tried(BASELINES[name], task, on_progress)
    return max(tried, key=lambda one: worth(one, task)) if len(tried) > 1 else tried[0]


def _tried(kind: type[Baseline], task: Task, on_progress: Callable[[], object]) -> list[Baseline]:
    """Return a baseline fitted with each of its choices."""
    tried: list[Baseline] = []
    for settings in kind.choices or ({},):
        baseline = kind(**settings)
        if kind.late and tried:
            baseline.learned = tried[0].learned
        else:
            baseline.fit(task.buyers, task.products)
        tried.append(baseline)
        on_progress()
    return tried


def worth(baseline: Baseline, task: Task) -> float:
    """Return NDCG@10 on some validation targets, the same ones for every baseline.

    Where nobody buys a product twice, a buyer's own products are left out of the ranking.
    """
    targets = task.split.validation
    if len(targets) > JUDGED:
        chosen = np.random.default_rng(0).choice(len(targets), JUDGED, replace=False)
        targets = targets[np.sort(chosen)]
    histories, answers = task.histories(targets), task.answers(targets)
    only_new = not are_repeats(histories, task.sequences.product[targets]).any()
    step = max(AT_ONCE // max(task.products, 1), 16)
    found = []
    for begin in range(0, len(targets), step):
        part = histories.some(slice(begin, begin + step))
        scores = baseline.scores(part)
        if only_new:
            scores[part.matrix(task.products).nonzero()] = -np.inf
        found.append(target_ranks(scores, answers[begin : begin + step]))
    return float(metrics_per_target(np.concatenate(found), answers < 0)["ndcg@10"].mean())
