"""Fitting of the baselines; hyperparameters are chosen by NDCG@10 on the validation targets."""

from collections.abc import Callable

import numpy as np

from model.baselines import BASELINES
from model.baselines.base import Baseline
from model.metrics.ranking import metrics_per_target, target_ranks
from model.metrics.segments import are_repeats
from model.sequences.split_data import SplitData

TARGETS = 1000
SCORES_PER_BATCH = 2**24


def fit_all(
    task: SplitData,
    on_progress: Callable[[], object] = lambda: None,
    on_problem: Callable[[str], object] = lambda _sentence: None,
) -> list[Baseline]:
    """Return every baseline, fitted on the training events.

    Parameters
    ----------
    task : SplitData
    on_progress : callable
        Called after each fit.
    on_problem : callable
        Called with a sentence for each baseline of another package that cannot be loaded.
    """
    models, problems = BASELINES.load_all()
    for problem in problems:
        on_problem(problem)
    return [_fit_best(model, task, on_progress) for model in models.values()]


def fit(name: str, task: SplitData) -> Baseline:
    """Return one baseline, fitted with the best hyperparameters of its grid."""
    return _fit_best(BASELINES.load(name), task, lambda: None)


def _fit_best(
    model: type[Baseline], task: SplitData, on_progress: Callable[[], object]
) -> Baseline:
    candidates: list[Baseline] = []
    for reads_all in (False, True) if task.has_other_types else (False,):
        fitted: Baseline | None = None
        for settings in model.grid or ({},):
            baseline = model(**settings)
            baseline.reads_all = reads_all
            if model.fit_once and fitted is not None:
                baseline.state = fitted.state
            else:
                users = baseline.read(task.buyers)
                baseline.fit(users.select(users.lengths > 0), task.products)
                fitted = baseline
            candidates.append(baseline)
            on_progress()
    if len(candidates) == 1:
        return candidates[0]
    return max(candidates, key=lambda baseline: validation_ndcg(baseline, task))


def validation_ndcg(baseline: Baseline, task: SplitData) -> float:
    """Return NDCG@10 on at most 1,000 validation targets, the same ones for every baseline.

    Where no validation target is a repeat purchase, the products of the targets in the history are
    excluded from the ranking.
    """
    targets = task.split.validation
    if len(targets) > TARGETS:
        drawn = np.random.default_rng(0).choice(len(targets), TARGETS, replace=False)
        targets = targets[np.sort(drawn)]
    histories, answers = task.histories(targets), task.answers(targets)
    bought = histories.of_targets()
    exclude_seen = not are_repeats(bought, task.sequences.product[targets]).any()
    step = max(SCORES_PER_BATCH // max(task.products, 1), 16)
    ranks = []
    for begin in range(0, len(targets), step):
        rows = slice(begin, begin + step)
        scores = baseline.scores(baseline.read(histories.select(rows)))
        if exclude_seen:
            scores[bought.select(rows).matrix(task.products).nonzero()] = -np.inf
        ranks.append(target_ranks(scores, answers[begin : begin + step]))
    return float(metrics_per_target(np.concatenate(ranks), answers < 0)["ndcg@10"].mean())
