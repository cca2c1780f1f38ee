"""Full-catalogue evaluation of networks and baselines on the test targets of a run."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from data.datasets.dataset import Dataset
from data.preparation.sequences import Longs
from model.baselines.base import Baseline, Recommender, SparseBaseline
from model.baselines.tuning import fit_all
from model.blend.blend import Blend
from model.evaluation.batch_ranking import BatchRanking
from model.evaluation.diagnostics import COLLAPSED, calibration, find_leaks, modal_list_share
from model.evaluation.predictions import Predictions, held_out_starts, save_predictions
from model.kernels.malloc import keep_freed
from model.kernels.threads import THREADS, thread_pool
from model.metrics.held_out import HeldOutTargets
from model.metrics.ranking import beyond_accuracy
from model.metrics.segments import metrics_by_segment, segment_masks
from model.phases import OnShare, Phase, ignore_share
from model.run_files import EVALUATION
from model.run_folder import RunFolder
from model.sequences.split_data import SplitData, split_dataset
from model.serving.onnx_model import load_recommenders

DEPTH = 20
SCORES_PER_BATCH = 2**21


def predict_targets(
    task: SplitData,
    targets: Longs,
    models: Sequence[Recommender],
    *,
    exclude_seen: bool = False,
    on_progress: OnShare = ignore_share,
) -> list[Predictions]:
    """Return each model's predictions for the given targets.

    Targets with the same history are ranked together.

    Parameters
    ----------
    task : SplitData
    targets : int64 array
        Event indices.
    models : sequence of Recommender
        Fitted. A member of a blend that is itself in this sequence is scored once.
    exclude_seen : bool
        Whether the products of the targets in the history are excluded from the ranking.
    on_progress : callable
        Called after every batch with the share of the histories that are ranked.

    Notes
    -----
    Batches are ranked on all cores. Of a sparse baseline no row of all scores is made.
    """
    from model.kernels.sparse_ranking import DefaultOrder  # the compiler takes 130 MB

    answers = task.answers(targets)
    histories, history = task.histories(targets).distinct()
    depth = min(DEPTH, task.products)
    predictions = [Predictions.empty(len(targets), depth) for _model in models]
    step = max(SCORES_PER_BATCH // max(task.products, 1), 16)
    order = np.argsort(histories.lengths, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    by_place = np.argsort(place[history], kind="stable")
    first = np.searchsorted(place[history][by_place], np.arange(len(order) + 1))
    orders = {
        model: DefaultOrder.of(model.default_scores)
        for model in models
        if isinstance(model, SparseBaseline)
    }

    def rank(begin: int) -> int:
        """Rank a batch of histories by all models; return where it ends."""
        end = min(begin + step, len(order))
        batch = histories.select(order[begin:end])
        rows = by_place[first[begin] : first[end]]
        answer, row = answers[rows], place[history[rows]] - begin
        seen = batch.of_targets().matrix(task.products) if exclude_seen else None
        ranking = BatchRanking(batch, answer, row, seen=seen, depth=depth)
        for model, prediction in zip(models, predictions, strict=True):
            if isinstance(model, SparseBaseline):
                batch_predictions = ranking.by_personal_scores(model, orders[model])
            else:
                batch_predictions = ranking.by_scores(model)
            prediction.fill(rows, batch_predictions)
        return end

    with threadpool_limits(1), thread_pool(THREADS) as pool:  # BLAS runs in the calling thread
        for end in pool.map(rank, range(0, len(order), step)):
            on_progress(end / len(order))
    return predictions


def evaluate_models(
    task: SplitData,
    models: Sequence[Recommender],
    *,
    exclude_seen: bool = False,
    on_progress: OnShare = ignore_share,
) -> tuple[dict[str, Any], list[Predictions]]:
    """Return metrics of fitted models on the test targets, and each model's predictions.

    The metrics are those of ``evaluate_run``, where the first model is the one that the others
    are compared with.
    """
    keep_freed()
    targets = task.split.test
    held_out = HeldOutTargets.of(task, targets)
    masks = segment_masks(task, targets)
    predictions = predict_targets(
        task, targets, models, exclude_seen=exclude_seen, on_progress=on_progress
    )
    categories = task.sequences.product_category[-task.products :]
    reference = held_out.figures(predictions[0].rank)
    reference_value = held_out.value(predictions[0].rank)
    network = held_out.figures(predictions[1].rank) if isinstance(models[0], Blend) else None
    rows = []
    for model, prediction in zip(models, predictions, strict=True):
        figures = held_out.figures(prediction.rank)
        value = held_out.value(prediction.rank)
        top_10 = prediction.top[:, :10]
        losses = prediction.loss[np.isfinite(prediction.loss)]
        modal_share = modal_list_share(top_10)
        in_sets = {
            "per_event": figures.means_of_events,
            "per_buyer": figures.means_of_buyers,
        }
        rows.append(
            {
                "name": model.name,
                "kind": model.kind,
                "metrics": {
                    **figures.means,
                    **(value.means if value else {}),
                    **beyond_accuracy(top_10, task.popularity, categories),
                    "loss": float(losses.mean()) if len(losses) else None,
                    "same_list@10": modal_share,
                },
                "ci95": figures.intervals | (value.intervals if value else {}),
                "behind95": reference.minus(figures).intervals
                | (reference_value.minus(value).intervals if reference_value and value else {}),
                "segments": metrics_by_segment(held_out, masks, prediction.rank),
                "calibration": None
                if task.split.in_sets  # the probability is of the next product, not of a set
                else calibration(prediction.top_probability, figures.per_case["hr@1"]),
                "collapsed": modal_share >= COLLAPSED,
            }
            | _chosen_settings(model)
            | (in_sets if task.split.in_sets else {})
            | ({"behind_network95": network.minus(figures).intervals} if network else {})
        )
    metrics = {
        "protocol": task.split.protocol,
        "moment": task.split.moment,
        "targets": len(targets),
        "cold_targets": int(held_out.cold.sum()),
        "priced_targets": int(held_out.has_price.sum()),
        "sets": held_out.cases if task.split.in_sets else None,
        "buyers": len(np.unique(held_out.user)),
        "exclude_seen": exclude_seen,
        "leaks": find_leaks(task),
        "models": rows,
    }
    return metrics, predictions


def _chosen_settings(model: Recommender) -> dict[str, Any]:
    """Return the settings of a baseline that validation chose, and whether it reads every type."""
    if not isinstance(model, Baseline):
        return {}
    return {"settings": model.settings, "reads_all": model.reads_all}


def evaluate_run(
    folder: Path,
    dataset: Dataset,
    exclude_seen: bool = False,
    on_progress: Callable[[Phase, float], object] = lambda _phase, _share: None,
) -> dict[str, Any]:
    """Evaluate a finished run and freshly fitted baselines under the protocol of its training.

    Parameters
    ----------
    folder : Path
        The run's folder; its ``evaluation.json`` is replaced, unless seen products are excluded.
    dataset : Dataset
        The dataset on which the run was trained.
    exclude_seen : bool
        Whether products of the history are excluded from every ranking.
    on_progress : callable
        Called after every fit and every batch, with the phase and the share of it that is done.

    Returns
    -------
    dict
        ``run, protocol, moment, targets, sets, cold_targets, priced_targets, models[{name, kind,
        metrics, ci95, behind95, segments}]``; the model that the run serves comes first.
        ``behind95`` is the interval of the paired difference between it and each model; where it
        is a blend, ``behind_network95`` is the same for the network alone, the second model; where
        targets have prices (``priced_targets``), all three hold ``value@10``. Where sets of targets
        are predicted, ``metrics`` are means over sets, and each model has ``per_event`` and
        ``per_buyer``, too.

    Raises
    ------
    BadInput
        Where the run has no finished model, or the dataset has changed since it was trained.
    """
    run = RunFolder(folder)
    config = run.config()
    task = split_dataset(config, dataset, run.buyer_attributes)
    run.check_catalogue(task.sequences)
    baselines = fit_all(
        task, partial(on_progress, Phase.BASELINES), popularity_only=not config.compare_baselines
    )
    return evaluate_and_save(
        run,
        task,
        [*load_recommenders(run), *baselines],
        exclude_seen=exclude_seen,
        on_progress=partial(on_progress, Phase.EVALUATION),
    )


def evaluate_and_save(
    run: RunFolder,
    task: SplitData,
    models: Sequence[Recommender],
    *,
    exclude_seen: bool = False,
    on_progress: OnShare = ignore_share,
) -> dict[str, Any]:
    """Evaluate fitted models as ``evaluate_run`` does, and write the files of the evaluation.

    Where seen products are excluded, nothing is written.
    """
    metrics, predictions = evaluate_models(
        task, models, exclude_seen=exclude_seen, on_progress=on_progress
    )
    evaluation = {"run": run.path.name, "held_out": held_out_starts(task)} | metrics
    if not exclude_seen:
        save_predictions(run, task, predictions[0])
        run.write_json(EVALUATION, evaluation)
    return evaluation
