"""How good every network and baseline is, on real data and on the demo shop.

``python -m tests.benchmarks quality`` does the demo shop alone. ``QUALITY_DATA`` names a folder
with ``complete_journey_2017.csv.gz`` and ``ml-100k.inter`` for the rest, ``QUALITY_SEEDS`` how
many seeds ``best`` has (others have one), ``QUALITY_CASES`` which of ``CASES`` and
``QUALITY_MODELS`` which of ``MODELS`` (both with commas between), ``QUALITY_OUT`` a folder that
keeps what was trained: it is not trained again. Tables are Markdown.

Networks of a case are trained one by one and judged together with the baselines, which are fitted
once: all on the same targets, each paired with ``best``.
"""

import json
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.demo import generator
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.preparation.sequences import microseconds
from model.baselines.base import Recommender
from model.baselines.tuning import fit_all
from model.blend.fit import fit_blend
from model.config.presets import preset, preset_for
from model.config.run_config import RunConfig
from model.config.sizing import LogSize
from model.evaluation.evaluate import evaluate_models
from model.run_folder import RunFolder
from model.sequences.histories import EventColumns
from model.sequences.split_data import SplitData, split_dataset
from model.serving.onnx_model import OnnxRecommender

SHOP = {"buyers": 60_000, "seed": 0}
SHOWN = ("hr@1", "hr@10", "ndcg@10", "mrr@10", "coverage@10")
BEHIND = {"behind in ndcg@10": "ndcg@10", "behind in hr@1": "hr@1"}


@dataclass(frozen=True)
class Case:
    """A dataset and the protocol it is judged under."""

    data: str
    protocol: str
    exclude_seen: bool = False


CASES = {
    "shop": Case("shop", "temporal"),
    "cj": Case("complete_journey_2017.csv.gz", "temporal"),
    "cj-loo": Case("complete_journey_2017.csv.gz", "leave-one-out"),
    "ml": Case("ml-100k.inter", "temporal", exclude_seen=True),
    "ml-loo": Case("ml-100k.inter", "leave-one-out", exclude_seen=True),
}
SAME = {"preparation": "all_purchases"}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "best": ("best", {}),
    "fast": ("fast", {}),
    "paper": ("paper", SAME),
    "rnn": ("best", {"network": "rnn", "blend": False}),
    "lstm": ("best", {"network": "lstm", "blend": False}),
    "conv_lstm": ("best", {"network": "conv_lstm", "blend": False}),
    "hrnn": ("best", {"network": "hrnn", "blend": False}),
    "lru": ("best", {"network": "lru", "blend": False}),
    "sasrec": ("best", {"network": "sasrec", "layers": 2, "width": 64, "blend": False}),
    **{
        name: ("best", {"network": name, "layers": 2, "width": 64, "blend": False})
        for name in ("hstu", "caser", "sr_gnn", "rum", "rrn", "mohr")
    },
    "no repeat head": ("best", {"repeat_head": False, "blend": False}),
}


class Quiet:
    """A sink that hears nothing."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_args, **_rest: None


def opened(store: Store, data: str) -> Dataset:
    """Return a dataset, imported where it is not yet."""
    name = data.partition(".")[0]
    if name in store.names():
        return store.open(name)
    file = Path(os.environ.get("QUALITY_DATA", ".")) / data
    if data == "shop":
        file = store.folder("shop").parent / "shop.csv"
        generator.write(file, **SHOP)
    return ingest(store, ImportRequest([file], name, synthetic=data == "shop"))


def config_of(case: Case, dataset: Dataset, model: str, seed: int) -> RunConfig:
    """Return what a model of a case is trained with."""
    name, changes = MODELS[model]
    start = preset_for(name, LogSize.of(dataset, preset(name).override(changes).preparation))
    return start.override(changes | {"protocol": case.protocol, "seed": seed})


def trained(config: RunConfig, dataset: Dataset, folder: Path) -> RunFolder:
    """Return a run whose network is trained, but which is not judged yet."""
    from model.training.trainer import Trainer

    run = RunFolder(folder)
    if not (folder / "model.onnx").exists():
        callback: Any = Quiet()
        Trainer.create(config, dataset, folder, callback, lambda: False).fit()
    return run


def task_of(case: Case, dataset: Dataset) -> SplitData:
    """Return a case's targets, and events with the columns that any network reads."""
    data = [
        split_dataset(config_of(case, dataset, model, 1), dataset)
        for model in ("hrnn", "hstu", "rrn")
    ]
    columns = {name: values for one in data for name, values in one.columns.items()}
    return replace(data[0], columns=EventColumns(columns))


def judged(
    case: Case, dataset: Dataset, runs: dict[str, list[RunFolder]]
) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """Return the figures of all runs and baselines, and which of them are one model's seeds."""
    task = task_of(case, dataset)
    baselines = fit_all(task)
    recommenders: list[Recommender] = []
    seeds: dict[str, list[int]] = {}
    for model, folders in runs.items():
        for number, run in enumerate(folders):
            network = OnnxRecommender(run)
            network.name = f"{model} {number}"
            if run.config().blend:
                seeds.setdefault(model, []).append(len(recommenders))
                blend = fit_blend(task, [network, *baselines])
                print(f"{network.name}: {blend.shares}")
                recommenders.append(blend)
            alone = f"{model}, network alone" if run.config().blend else model
            seeds.setdefault(alone, []).append(len(recommenders))
            recommenders.append(network)
    for baseline in baselines:
        seeds[baseline.name] = [len(recommenders)]
        recommenders.append(baseline)
    metrics, _predictions = evaluate_models(task, recommenders, exclude_seen=case.exclude_seen)
    return metrics, seeds


def optimum(dataset: Dataset, file: Path) -> tuple[float, float]:
    """Return accuracy and loss of who knows how the shop's test purchases are made.

    The truth is in the order of the file; no buyer buys twice in one second.
    """
    known = generator.truth(**SHOP)
    task = split_dataset(preset("best").override({"protocol": "temporal"}), dataset)
    log = pd.read_csv(file, usecols=["event_time", "event_type", "user_id"])
    written = log[log["event_type"] == "purchase"]
    moments = pd.to_datetime(written["event_time"].str.removesuffix(" UTC"))
    users = task.sequences.users[task.sequences.user]
    test = pd.DataFrame({"user": users, "time": task.sequences.time}).iloc[task.split.test]
    order = pd.DataFrame({"user": written["user_id"].astype(str), "time": microseconds(moments)})
    order = order.assign(place=np.arange(len(order)))
    place = test.merge(order, on=["user", "time"], validate="one_to_one")["place"].to_numpy()
    return float((known.rank[place] == 1).mean()), float(-np.log(known.probability[place]).mean())


def table(case: str, found: dict[str, Any], seeds: dict[str, list[int]]) -> None:
    """Print one line a model: means over seeds, and the deviation of NDCG@10 between seeds.

    ``interval`` is of NDCG@10; the last two columns are paired intervals of how far a model lies
    behind the first seed of ``best``.
    """
    print(f"\n### {case}: {found['targets']:,} targets, {found['cold_targets']:,} never seen\n")
    heads = ("model", *SHOWN, "repeat", "explore", "sd of seeds", "interval", *BEHIND)
    print("| " + " | ".join(heads) + " |")
    print("| --- " * len(heads) + "|")
    models = found["models"]
    lines = [line(name, [models[one] for one in places]) for name, places in seeds.items()]
    for _value, text in sorted(lines, reverse=True):
        print(text)


def line(name: str, models: list[dict[str, Any]]) -> tuple[float, str]:
    """Return NDCG@10 and the line of one model."""
    means = {key: np.mean([one["metrics"][key] for one in models]) for key in SHOWN}
    parts = [one["segments"]["target"] for one in models]
    by = [
        f"{np.mean([part[kind]['ndcg@10'] for part in parts]):.4f}" if kind in parts[0] else "–"
        for kind in ("repeat", "explore")
    ]
    values = [one["metrics"]["ndcg@10"] for one in models]
    spread = f"{np.std(values, ddof=1):.4f}" if len(values) > 1 else "–"
    low, high = np.mean([one["ci95"]["ndcg@10"] for one in models], axis=0)
    cells = [name, *(f"{means[key]:.4f}" for key in SHOWN), *by, spread, f"{low:.4f}–{high:.4f}"]
    for key in BEHIND.values():
        near, far = np.mean([one["behind95"][key] for one in models], axis=0)
        cells.append(f"{near:+.4f} {far:+.4f}")
    return float(means["ndcg@10"]), "| " + " | ".join(cells) + " |"


def picture(dataset: Dataset, folder: Path) -> None:
    """Print how the paper's network learns under the paper's protocol, and where it arrives."""
    config = preset("paper")
    run = trained(config, dataset, folder)
    print("\n### The paper's own protocol\n")
    for epoch in json.loads((folder / "history.json").read_text()):
        keys = ("loss", "accuracy", "val_loss", "val_accuracy")
        print(epoch["epoch"], *(f"{key} {epoch[key]:.4f}" for key in keys))
    evaluation, _predictions = evaluate_models(
        split_dataset(config, dataset), [OnnxRecommender(run)]
    )
    metrics = evaluation["models"][0]["metrics"]
    print(f"test accuracy {metrics['hr@1']:.4f}, loss {metrics['loss']:.3f}")


def main() -> None:
    """Train, judge and print, case after case."""
    count = int(os.environ.get("QUALITY_SEEDS", "1"))
    real = "QUALITY_DATA" in os.environ
    wanted = os.environ.get("QUALITY_CASES", ",".join(CASES) if real else "shop").split(",")
    models = os.environ.get("QUALITY_MODELS", ",".join(MODELS)).split(",")
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(os.environ.get("QUALITY_OUT", temporary))
        store = Store(Home(out / "home"))
        for name in wanted:
            case = CASES[name]
            dataset = opened(store, case.data)
            runs: dict[str, list[RunFolder]] = {}
            for model in models:
                for seed in range(1, count + 1 if model == "best" else 2):
                    folder = out / "runs" / f"{name}--{model}--{seed}"
                    run = trained(config_of(case, dataset, model, seed), dataset, folder)
                    runs.setdefault(model, []).append(run)
            table(name, *judged(case, dataset, runs))
            if name == "shop":
                picture(dataset, out / "runs" / "shop--picture")
                accuracy, loss = optimum(dataset, store.folder("shop").parent / "shop.csv")
                print(f"\nWho knows the shop's rules: accuracy {accuracy:.4f}, loss {loss:.3f}.")


if __name__ == "__main__":
    main()
