"""Fitting of the baselines; hyperparameters are chosen by NDCG@10 on the validation targets."""

import itertools
from collections.abc import Callable

import numpy as np

from data.preparation.sequences import Longs
from model.baselines import BASELINES
from model.baselines.base import Baseline
from model.metrics.held_out import HeldOutTargets
from model.metrics.ranking import target_ranks
from model.metrics.segments import are_repeats
from model.phases import OnShare, ignore_share
from model.sequences.split_data import SplitData

POPULARITY = "popularity"
"""The baseline that every model is put beside."""
HISTORIES = 1000
SCORES_PER_BATCH = 2**24


def fit_all(
    task: SplitData,
    on_progress: OnShare = ignore_share,
    on_problem: Callable[[str], object] = lambda _sentence: None,
    *,
    popularity_only: bool = False,
) -> list[Baseline]:
    """Return every baseline that is not fitted on demand, fitted on the training events.

    Those that read attributes of buyers are left out where there are none.

    Parameters
    ----------
    task : SplitData
    on_progress : callable
        Called after each fit with the share of the fits that are done.
    on_problem : callable
        Called with a sentence for each baseline of another package that cannot be loaded.
    popularity_only : bool
        Whether ``POPULARITY`` is fitted alone.
    """
    if popularity_only:
        return [fit(POPULARITY, task)]
    loaded, problems = BASELINES.load_all()
    for problem in problems:
        on_problem(problem)
    models = [
        model
        for name, model in loaded.items()
        if not BASELINES[name].on_demand and (task.buyer_attributes or not model.reads_buyer)
    ]
    readings = 2 if task.has_other_types else 1
    fits = sum(len(model.grid or ({},)) * readings for model in models)
    done = itertools.count(1)
    return [_fit_best(model, task, lambda: on_progress(next(done) / fits)) for model in models]


def fit(name: str, task: SplitData) -> Baseline:
    """Return one baseline, fitted with the best hyperparameters of its grid."""
    return _fit_best(BASELINES.load(name), task, lambda: None)


def _fit_best(model: type[Baseline], task: SplitData, on_fit: Callable[[], object]) -> Baseline:
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
            on_fit()
    if len(candidates) == 1:
        return candidates[0]
    return max(candidates, key=lambda baseline: validation_ndcg(baseline, task))


def validation_ndcg(baseline: Baseline, task: SplitData) -> float:
    """Return NDCG@10 on the validation targets of at most 1,000 histories, always the same.

    Where ``excludes_seen``, the products of the targets in the history are not ranked.
    """
    targets = sample_targets(task)
    exclude_seen = excludes_seen(task)
    answers = task.answers(targets)
    histories, row = task.histories(targets).distinct()
    step = max(SCORES_PER_BATCH // max(task.products, 1), 16)
    ranks = np.zeros(len(targets), dtype=np.int64)
    for begin in range(0, len(histories), step):
        batch = histories.select(slice(begin, begin + step))
        scores = baseline.scores(baseline.read(batch))
        if exclude_seen:
            scores[batch.of_targets().matrix(task.products).nonzero()] = -np.inf
        inside = np.flatnonzero((row >= begin) & (row < begin + step))
        ranks[inside] = target_ranks(scores, answers[inside], row[inside] - begin)
    return HeldOutTargets.of(task, targets).figures(ranks).means["ndcg@10"]


def excludes_seen(task: SplitData) -> bool:
    """Return whether models are compared on validation without the products of the history.

    They are where none of the validation targets of ``sample_targets`` is a repeat purchase:
    products that nobody buys again, ranked first, would hide what is right among the others.
    """
    targets = sample_targets(task)
    bought = task.histories(targets).of_targets()
    return not bool(are_repeats(bought, task.sequences.product[targets]).any())


def sample_targets(task: SplitData) -> Longs:
    """Return the validation targets of at most 1,000 histories, drawn at random."""
    targets = task.split.validation
    ends, history = np.unique(task.split.ends[targets], return_inverse=True)
    if len(ends) <= HISTORIES:
        return targets
    sample = np.zeros(len(ends), dtype=bool)
    sample[np.random.default_rng(0).choice(len(ends), HISTORIES, replace=False)] = True
    return targets[sample[history]]
