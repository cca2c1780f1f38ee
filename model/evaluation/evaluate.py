"""Evaluation: networks and baselines on the same targets, over the whole catalogue."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.datasets.store import Dataset
from data.preparation.sequences import Floats, Ints, Longs
from model.baselines.base import Recommender, log_total
from model.baselines.tuning import fit_all
from model.blend.blend import Blend
from model.evaluation.diagnostics import COLLAPSED, audit, calibration, same_list
from model.evaluation.per_target import held_out, keep_outcomes
from model.kernels.malloc import keep_freed
from model.metrics.bootstrap import intervals
from model.metrics.ranking import beyond_accuracy, means, per_target, ranks, top
from model.metrics.segments import segments, summarise
from model.run_folder import RunFolder
from model.sequences.histories import Array, Histories
from model.sequences.split_data import Task, make_task
from model.serving.onnx_model import networks

EVALUATION = "evaluation.json"
DEPTH = 20
SCORES_AT_ONCE = 2**21


def nothing() -> None:
    """Do nothing."""


@dataclass
class Outcome:
    """What one model did on every target, in the order of the targets.

    Attributes
    ----------
    rank : int64 [targets]
    loss : float [targets]
        −log of the target's probability; NaN where it is not ranked.
    best : int64 [targets, 20]
        The first products of the list.
    probability : float [targets]
        Of the first product of the list; NaN where scores are not meant as probabilities.
    """

    rank: Longs
    loss: Array
    best: Longs
    probability: Array

    @classmethod
    def empty(cls, targets: int, depth: int) -> "Outcome":
        """Return an outcome that is still to be filled in."""
        unknown = np.full(targets, np.nan)
        best = np.zeros((targets, depth), dtype=np.int64)
        return cls(np.zeros(targets, dtype=np.int64), unknown, best, unknown.copy())


def outcomes(
    task: Task,
    targets: Longs,
    recommenders: Sequence[Recommender],
    *,
    exclude_seen: bool = False,
    beat: Callable[[], None] = nothing,
) -> list[Outcome]:
    """Return what each recommender does on every target.

    Parameters
    ----------
    task : Task
    targets : int64 array
        Event indices.
    recommenders : sequence of Recommender
        Fitted.
    exclude_seen : bool
        Whether products of the history are taken out of the ranking.
    beat : callable
        Called after every batch.
    """
    histories, answers = task.histories(targets), task.answers(targets)
    count, depth = len(targets), min(DEPTH, task.products)
    found = [Outcome.empty(count, depth) for _recommender in recommenders]
    step = max(SCORES_AT_ONCE // max(task.products, 1), 16)
    order = np.argsort(histories.lengths, kind="stable")
    for begin in range(0, count, step):
        chosen = order[begin : begin + step]
        part, answer = histories.some(chosen), answers[chosen]
        seen = part.matrix(task.products).nonzero() if exclude_seen else None
        given: dict[str, Floats] = {}
        for recommender, outcome in zip(recommenders, found, strict=True):
            scores = _scores(recommender, part, given)
            if seen is not None:
                scores = scores.copy()
                scores[seen] = -np.inf
            outcome.rank[chosen] = ranks(scores, answer)
            outcome.best[chosen] = top(scores, depth)
            if recommender.probabilities:
                total = log_total(scores)[:, 0]
                own = scores[np.arange(len(chosen)), np.maximum(answer, 0)]
                outcome.loss[chosen] = np.where(answer < 0, np.nan, total - own)
                outcome.probability[chosen] = np.exp(scores.max(axis=1) - total)
            beat()
    return found


def _scores(recommender: Recommender, histories: Histories, given: dict[str, Floats]) -> Floats:
    """Return a recommender's scores; a blend takes those that dense members have given already."""
    if isinstance(recommender, Blend):
        return recommender.mixed(
            histories, [_scores(one, histories, given) for one in recommender.dense]
        )
    if recommender.name not in given:
        given[recommender.name] = recommender.scores(histories)
    return given[recommender.name]


def judge(
    task: Task,
    recommenders: Sequence[Recommender],
    *,
    exclude_seen: bool = False,
    beat: Callable[[], None] = nothing,
    keep: Callable[[Outcome], None] = lambda _outcome: None,
) -> dict[str, Any]:
    """Return the figures of fitted recommenders on the test targets, as ``evaluate`` does.

    What the first of them did on every target is given to ``keep``; each is compared with it,
    buyer by buyer.
    """
    keep_freed()
    targets = task.split.test
    buyers = task.sequences.user[targets]
    parts = segments(task, targets)
    missed = task.answers(targets) < 0
    found = outcomes(task, targets, recommenders, exclude_seen=exclude_seen, beat=beat)
    keep(found[0])
    categories = task.sequences.product_category[-task.products :]
    first = per_target(found[0].rank, missed)
    models = []
    for recommender, outcome in zip(recommenders, found, strict=True):
        figures = per_target(outcome.rank, missed)
        beyond = beyond_accuracy(outcome.best[:, :10], task.popularity, categories)
        known = outcome.loss[np.isfinite(outcome.loss)]
        loss = float(known.mean()) if len(known) else None
        same = same_list(outcome.best[:, :10])
        metrics = {**means(figures), **beyond, "loss": loss, "same_list@10": same}
        models.append(
            {
                "name": recommender.name,
                "kind": recommender.kind,
                "metrics": metrics,
                "ci95": _pairs(figures, buyers),
                "behind95": _pairs({name: first[name] - figures[name] for name in first}, buyers),
                "segments": summarise(parts, figures),
                "calibration": calibration(outcome.probability, figures["hr@1"]),
                "collapsed": same >= COLLAPSED,
            }
        )
    return {
        "protocol": task.split.protocol,
        "targets": len(targets),
        "cold_targets": int(missed.sum()),
        "buyers": len(np.unique(buyers)),
        "exclude_seen": exclude_seen,
        "leaks": audit(task),
        "models": models,
    }


def _pairs(figures: Mapping[str, Floats], buyers: Ints) -> dict[str, list[float]]:
    """Return each figure's interval, as JSON holds it."""
    return {name: list(pair) for name, pair in intervals(figures, buyers).items()}


def evaluate(
    folder: Path,
    dataset: Dataset,
    exclude_seen: bool = False,
    beat: Callable[[], None] = nothing,
) -> dict[str, Any]:
    """Evaluate a finished run under the protocol that it was trained under.

    Parameters
    ----------
    folder : Path
        The run's folder; its ``evaluation.json`` is replaced, unless seen products are excluded.
    dataset : Dataset
        The one that the run was trained on.
    exclude_seen : bool
        Whether products of the history are taken out of every ranking.
    beat : callable
        Called now and then, to show that the work goes on.

    Returns
    -------
    dict
        ``run, protocol, targets, cold_targets, models[{name, kind, metrics, ci95, behind95,
        segments}]``; what the run serves comes first. ``behind95`` is the paired interval of how
        far a model lies behind it.

    Raises
    ------
    BadInput
        Where the run has no finished model, or the dataset has changed since it was trained.
    """
    run = RunFolder(folder)
    config = run.config()
    task = make_task(config, dataset)
    run.check_catalogue(task.sequences)
    recommenders: list[Recommender] = [*networks(run), *fit_all(task, beat)]
    return report(run, task, recommenders, exclude_seen=exclude_seen, beat=beat)


def report(
    run: RunFolder,
    task: Task,
    recommenders: Sequence[Recommender],
    *,
    exclude_seen: bool = False,
    beat: Callable[[], None] = nothing,
) -> dict[str, Any]:
    """Judge fitted recommenders and keep the figures, as ``evaluate`` says."""

    def keep(outcome: Outcome) -> None:
        if not exclude_seen:
            keep_outcomes(run, task, outcome)

    found = {"run": run.path.name, "held_out": held_out(task)} | judge(
        task, recommenders, exclude_seen=exclude_seen, beat=beat, keep=keep
    )
    if not exclude_seen:
        run.write_json(EVALUATION, found)
    return found
