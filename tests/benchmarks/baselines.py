"""How good each baseline is, what it costs, and what it adds to a blend.

``python -m tests.benchmarks baselines`` takes every eighth household of the Complete Journey.
``BASELINES_DATA`` names a log instead, ``BASELINES_SETTINGS`` settings of a run (JSON),
``BASELINES_SHARE`` every how many-th buyer, ``BASELINES_MODELS`` the baselines (with semicolons
between; the first is the one that others are compared with), ``BASELINES_NEW`` those of them that
are judged by what they add to a blend of the others. Members and weights of the blends are fitted
on half of the buyers of the validation targets and judged on the other half, and the reverse.
"""

import json
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.datasets.store import Store
from data.home import Home
from data.importing import complete_journey
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.preparation.prepare import PreparedEvents, prepare
from data.preparation.sequences import Longs
from model.baselines import BASELINES
from model.baselines.base import Baseline, Recommender
from model.baselines.tuning import excludes_seen, fit
from model.blend.fit import fit_blend
from model.config.run_config import RunConfig
from model.evaluation.evaluate import predict_targets
from model.metrics.held_out import Figures, HeldOutTargets
from model.sequences.split_data import SplitData, split_prepared

NEW = ("tifu-knn", "up-cf")
MOST_TARGETS = 8_000


def main() -> None:
    """Print the table of the baselines, and what the new ones add to a blend."""
    config = RunConfig().override(json.loads(os.environ.get("BASELINES_SETTINGS", "{}")))
    task = split_of_log(config)
    names = os.environ.get("BASELINES_MODELS", ";".join(BASELINES)).split(";")
    print(
        f"{task.products:,} products; training, validation and test targets:"
        f" {len(task.split.train):,}, {len(task.split.validation):,}, {len(task.split.test):,};"
        f" seen products {'left out' if excludes_seen(task) else 'ranked'}\n"
    )
    models, seconds = {}, {}
    for name in names:
        start = time.process_time()
        models[name] = fit(name, task)
        seconds[name] = time.process_time() - start
    validation = _figures(task, task.split.validation, list(models.values()))
    test = _figures(task, task.split.test, list(models.values()))
    total, first = sum(seconds.values()), names[0]
    print(f"| baseline | settings | validation | test | more than {first}, test | fit, share |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, model in sorted(models.items(), key=lambda item: -_ndcg(test[item[0]])):
        cells = [
            _settings(model),
            f"{_ndcg(validation[name]):.4f}",
            f"{_ndcg(test[name]):.4f}",
            paired_difference(test[name], test[first]),
            f"{seconds[name] / total:.1%}",
        ]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    _print_blends(task, models)


def split_of_log(config: RunConfig) -> SplitData:
    """Import a log and split the events of some of its buyers."""
    share = int(os.environ.get("BASELINES_SHARE", "1" if "BASELINES_DATA" in os.environ else "8"))
    with tempfile.TemporaryDirectory() as folder:
        if "BASELINES_DATA" in os.environ:
            request = ImportRequest([Path(os.environ["BASELINES_DATA"])], "log")
        else:
            request = complete_journey.request(Path(folder), "log")
        dataset = ingest(Store(Home(Path(folder) / "home")), request)
        prepared = prepare(dataset, config.preparation)
    return split_prepared(some_buyers(prepared, share), config)


def some_buyers(prepared: PreparedEvents, share: int) -> PreparedEvents:
    """Return the events of every ``share``-th buyer."""
    chosen = pd.factorize(prepared.events["user"])[0] % share == 0
    return replace(prepared, events=prepared.events[chosen].reset_index(drop=True))


def _figures(task: SplitData, targets: Longs, models: list[Recommender]) -> dict[str, Figures]:
    """Return the figures of models on at most ``MOST_TARGETS`` targets, by name."""
    targets = _sample(task, targets)
    held_out = HeldOutTargets.of(task, targets)
    predictions = predict_targets(task, targets, models, exclude_seen=excludes_seen(task))
    return {
        model.name: held_out.figures(prediction.rank)
        for model, prediction in zip(models, predictions, strict=True)
    }


def _sample(task: SplitData, targets: Longs) -> Longs:
    """Return whole sets of targets, drawn until there are about ``MOST_TARGETS``."""
    ends, number = np.unique(task.split.ends[targets], return_inverse=True)
    drawn = np.random.default_rng(0).random(len(ends)) < MOST_TARGETS / len(targets)
    return targets[drawn[number]]


def _print_blends(task: SplitData, models: dict[str, Any]) -> None:
    """Print what the new baselines add to a blend of the others."""
    new = [name for name in os.environ.get("BASELINES_NEW", ";".join(NEW)).split(";") if name]
    others = [
        model for name, model in models.items() if name not in new and not BASELINES[name].on_demand
    ]
    cases: dict[str, list[Baseline]] = {"the others": others}
    cases[f"and {', '.join(new)}"] = [*others, *(models[name] for name in new)]
    targets = _sample(task, task.split.validation)
    half = np.random.default_rng(1).random(int(task.sequences.user.max()) + 1) < 0.5
    is_first = half[task.sequences.user[targets]]
    found: dict[str, Figures] = {}
    print("\n| blend | NDCG@10, validation | more than the others | weights, new/repeat |")
    print("| --- | --- | --- | --- |")
    for case, members in cases.items():
        ranks, weights = np.zeros(len(targets), dtype=np.int64), []
        for judged in (is_first, ~is_first):
            fitted_on = replace(task, split=replace(task.split, validation=targets[~judged]))
            blend = fit_blend(fitted_on, members)
            weights.append(blend.shares)
            (prediction,) = predict_targets(
                task, targets[judged], [blend], exclude_seen=excludes_seen(task)
            )
            ranks[judged] = prediction.rank
        found[case] = HeldOutTargets.of(task, targets).figures(ranks)
        shares = [
            f"{name} {one[name][0]:.2f}/{one[name][1]:.2f}"
            for one in weights
            for name in new
            if name in one
        ]
        gain = paired_difference(found[case], found["the others"])
        print(f"| {case} | {_ndcg(found[case]):.4f} | {gain} | {', '.join(shares)} |", flush=True)


def _ndcg(figures: Figures) -> float:
    return figures.means["ndcg@10"]


def paired_difference(figures: Figures, other: Figures) -> str:
    """Return how much higher NDCG@10 is, with the paired 95 % interval over buyers."""
    difference = figures.minus(other)
    low, high = difference.intervals["ndcg@10"]
    return f"{difference.means['ndcg@10']:+.4f} ({low:+.4f} to {high:+.4f})"


def _settings(model: Baseline) -> str:
    values = [f"{name} {value:g}" for name, value in model.settings.items()]
    return ", ".join([*values, *(["every type"] if model.reads_all else [])]) or "–"
