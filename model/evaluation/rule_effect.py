"""What the rules of a placement change on the test targets of a run."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.datasets.dataset import Dataset
from data.preparation.sequences import Floats, Ints, Longs
from model.evaluation.evaluate import SCORES_PER_BATCH
from model.kernels.malloc import keep_freed
from model.metrics.bootstrap import confidence_intervals
from model.metrics.held_out import HeldOutTargets
from model.metrics.ranking import top_k
from model.run_folder import RunFolder
from model.sequences.histories import Histories
from model.sequences.split_data import SplitData, split_dataset
from model.serving.onnx_model import load_recommenders
from model.serving.rules.ranking import ruled_list
from model.serving.rules.rules_numpy import RuleTables

MOST_TARGETS = 20_000
"""Targets of the sample of buyers, where there are more."""
DEPTH = 10
METRICS = ("hr@10", "ndcg@10")


@dataclass(frozen=True)
class Lists:
    """The lists of the model without and with rules, one of each for every history.

    Attributes
    ----------
    own, ruled : int64 [histories, 10]
        Product indices, best first; -1 behind the end of a shorter list.
    left_out : Counter
        How many products of ``own`` each rule has kept out of ``ruled``.
    """

    own: Longs
    ruled: Longs
    left_out: Counter[str]


def rule_effect(
    folder: Path,
    dataset: Dataset,
    tables: RuleTables,
    on_progress: Callable[[int, int], object] = lambda _done, _all: None,
) -> dict[str, Any]:
    """Compare the lists of a run without and with rules on its test targets.

    The rank of a target is its position in the list of ten, in both cases with ties in the order of
    the catalogue: rules that change nothing make no difference. What is in stock is that of today.

    Parameters
    ----------
    folder : Path
        The run's folder.
    dataset : Dataset
        The dataset on which the run was trained.
    tables : RuleTables
        Rules on the catalogue of the run.
    on_progress : callable
        Called after every batch with the number of lists done and of all.

    Returns
    -------
    dict
        ``targets, buyers, lists``; ``all_targets``, more where a sample of the buyers was judged;
        ``without`` and ``with``: ``hr@10``, ``ndcg@10``, ``coverage@10`` (share of the catalogue in
        any list) and ``price``, the mean over the lists of their mean price, None without prices;
        ``difference``, by metric ``{value, low, high}`` with the paired 95 % interval over buyers,
        ``price`` as the relative change of the mean; ``left_out``, by rule the products of the
        model's own lists that are not in those under rules; ``short``, the lists of fewer than ten.

    Raises
    ------
    BadInput
        Where the run has no model, or the dataset has changed since it was trained.
    """
    keep_freed()
    run = RunFolder(folder)
    task = split_dataset(run.config(), dataset, run.buyer_attributes)
    run.check_catalogue(task.sequences)
    targets = _sample(task)
    histories, history = task.histories(targets).distinct()
    lists = _lists(run, histories, task.products, tables, on_progress)
    held_out = HeldOutTargets.of(task, targets)
    answers = task.answers(targets)
    own, ruled = (
        held_out.figures(_positions(top, history, answers, task.products))
        for top in (lists.own, lists.ruled)
    )
    paired = ruled.minus(own)
    prices = run.vocabulary["price"].to_numpy(dtype=np.float64)
    own_price, ruled_price = (_mean_prices(top, prices) for top in (lists.own, lists.ruled))
    user = np.zeros(len(histories), dtype=held_out.user.dtype)
    user[history] = held_out.user
    return {
        "targets": len(targets),
        "all_targets": len(task.split.test),
        "buyers": len(np.unique(held_out.user)),
        "lists": len(histories),
        "without": _means(own.means, lists.own, own_price, task.products),
        "with": _means(ruled.means, lists.ruled, ruled_price, task.products),
        "difference": {
            **{name: _interval(paired.means[name], *paired.intervals[name]) for name in METRICS},
            "price": _price_change(own_price, ruled_price, user),
        },
        "left_out": dict(lists.left_out),
        "short": int((lists.ruled < 0).any(axis=1).sum()),
    }


def _sample(task: SplitData) -> Longs:
    """Return the test targets, or those of a random sample of buyers where there are too many."""
    targets = task.split.test
    if len(targets) <= MOST_TARGETS:
        return targets
    user = task.sequences.user[targets]
    users, counts = np.unique(user, return_counts=True)
    order = np.random.default_rng(0).permutation(len(users))
    begin = np.cumsum(counts[order]) - counts[order]
    chosen = users[order[begin < MOST_TARGETS]]
    return targets[np.isin(user, chosen)]


def _lists(
    run: RunFolder,
    histories: Histories,
    products: int,
    tables: RuleTables,
    on_progress: Callable[[int, int], object],
) -> Lists:
    model = load_recommenders(run)[0]
    own = np.full((len(histories), DEPTH), -1, dtype=np.int64)
    ruled, left_out = own.copy(), Counter[str]()
    step = max(SCORES_PER_BATCH // max(products, 1), 16)
    order = np.argsort(histories.lengths, kind="stable")
    for begin in range(0, len(order), step):
        rows = order[begin : begin + step]
        batch = histories.select(rows)
        bought = batch.of_targets()
        scores = model.scores(model.read(batch))
        top = top_k(scores, DEPTH)
        own[rows, : top.shape[1]] = top
        for place, row in enumerate(rows):
            result = ruled_list(tables, bought, place, scores[place], DEPTH)
            ruled[row, : len(result.top)] = result.top
            left_out.update(result.missing(top[place]).values())
        on_progress(min(begin + step, len(order)), len(order))
    return Lists(own, ruled, left_out)


def _positions(top: Longs, history: Longs, answers: Longs, products: int) -> Longs:
    """Return the position of each target in the list of its history, beyond the last for none."""
    is_target = (top[history] == answers[:, None]) & (answers >= 0)[:, None]
    beyond = max(products, top.shape[1]) + 1
    positions: Longs = np.where(is_target.any(axis=1), is_target.argmax(axis=1) + 1, beyond)
    return positions


def _mean_prices(top: Longs, prices: Floats) -> Floats:
    """Return the mean price of each list, NaN where no product of it has one."""
    known = np.append(prices, np.nan)[top]  # the index -1 has no price
    is_known = ~np.isnan(known)
    counts = is_known.sum(axis=1)
    sums = np.where(is_known, known, 0).sum(axis=1)
    means: Floats = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return means


def _means(metrics: dict[str, float], top: Longs, price: Floats, products: int) -> dict[str, Any]:
    listed = np.unique(top[top >= 0])
    known = price[~np.isnan(price)]
    return {name: metrics[name] for name in METRICS} | {
        "coverage@10": len(listed) / max(products, 1),
        "price": float(known.mean()) if len(known) else None,
    }


def _price_change(own: Floats, ruled: Floats, user: Ints) -> dict[str, float] | None:
    """Return the change of the mean price, as a share of that without rules."""
    both = ~np.isnan(own) & ~np.isnan(ruled)
    if not both.any() or not own[both].mean():
        return None
    share = (ruled[both] - own[both]) / own[both].mean()
    low, high = confidence_intervals({"price": share}, user[both])["price"]
    return _interval(float(share.mean()), low, high)


def _interval(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}
