"""How good every network and baseline is, on real data and on the demo shop.

``python -m tests.benchmarks quality`` does the demo shop alone. ``QUALITY_DATA`` names a folder
with ``complete_journey_2017.csv.gz`` and ``ml-100k.inter`` for the rest, ``QUALITY_SEEDS`` how
many seeds, ``QUALITY_CASES`` which of ``CASES`` and ``QUALITY_MODELS`` which of ``MODELS`` (both
with commas between), ``QUALITY_OUT`` a folder that keeps every run's figures as JSON: what is
there is not measured again. Tables are Markdown.
"""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data import demo
from data.home import Home
from data.ingest import ingest
from data.sequences import microseconds
from data.store import Dataset, Store

SHOP = {"buyers": 20_000, "seed": 0}
SHOWN = ("hr@1", "hr@10", "ndcg@10", "mrr@10", "coverage@10")


@dataclass(frozen=True)
class Case:
    """A dataset and the protocol it is judged under."""

    data: str
    protocol: str
    exclude_seen: bool = False


CASES = {
    "shop": Case("shop", "temporal"),
    "shop-paper": Case("shop", "paper"),
    "cj": Case("complete_journey_2017.csv.gz", "temporal"),
    "cj-loo": Case("complete_journey_2017.csv.gz", "leave-one-out"),
    "ml": Case("ml-100k.inter", "temporal", exclude_seen=True),
    "ml-loo": Case("ml-100k.inter", "leave-one-out", exclude_seen=True),
}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "best": ("best", {}),
    "fast": ("fast", {}),
    "paper": ("paper", {}),
    "sasrec": ("best", {"network": "sasrec", "layers": 2, "width": 64, "blend": False}),
    "lstm": ("best", {"network": "lstm", "blend": False}),
    "lru": ("best", {"network": "lru", "blend": False}),
    "repeat head": ("best", {"repeat_head": True, "blend": False}),
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
        demo.write(file, **SHOP)
    return ingest(store, [file], name, synthetic=data == "shop")


def run(case: Case, model: str, seed: int, dataset: Dataset, folder: Path) -> dict[str, Any]:
    """Train a model, and return its evaluation with its history."""
    from model.evaluation import evaluate
    from model.presets import preset
    from model.training import train

    name, changes = MODELS[model]
    config = preset(name).override({"protocol": case.protocol, "seed": seed} | changes)
    train(config, dataset, folder, Quiet(), lambda: False)  # type: ignore[arg-type]
    found = json.loads((folder / "evaluation.json").read_text())
    if case.exclude_seen:
        found = evaluate(folder, dataset, exclude_seen=True)
    found["history"] = json.loads((folder / "history.json").read_text())
    return found


def optimum(dataset: Dataset, file: Path) -> tuple[float, float]:
    """Return accuracy and loss of who knows how the shop's test purchases are made.

    The truth is in the order of the file; no buyer buys twice in one second.
    """
    from model.presets import preset
    from model.task import make_task

    known = demo.truth(**SHOP)
    task = make_task(preset("best").override({"protocol": "temporal"}), dataset)
    log = pd.read_csv(file, usecols=["event_time", "event_type", "user_id"])
    written = log[log["event_type"] == "purchase"]
    moments = pd.to_datetime(written["event_time"].str.removesuffix(" UTC"))
    users = task.sequences.users[task.sequences.user]
    test = pd.DataFrame({"user": users, "time": task.sequences.time}).iloc[task.split.test]
    order = pd.DataFrame({"user": written["user_id"].astype(str), "time": microseconds(moments)})
    order = order.assign(place=np.arange(len(order)))
    place = test.merge(order, on=["user", "time"], validate="one_to_one")["place"].to_numpy()
    return float((known.rank[place] == 1).mean()), float(-np.log(known.probability[place]).mean())


def table(case: str, runs: dict[str, list[dict[str, Any]]]) -> None:
    """Print one line a model: means over seeds, and the deviation of NDCG@10 between seeds.

    ``interval`` is of NDCG@10; ``behind`` is the paired one of how far the model lies behind what
    its run serves, the first model of the table for baselines.
    """
    first = next(iter(runs.values()))[0]
    print(f"\n### {case}: {first['targets']:,} targets, {first['cold_targets']:,} never seen\n")
    heads = ("model", *SHOWN, "repeat", "explore", "sd of seeds", "interval", "behind")
    print("| " + " | ".join(heads) + " |")
    print("| --- " * len(heads) + "|")
    lines = []
    for name, found in runs.items():
        for model in found[0]["models"]:
            if model["kind"] == "network":
                same = [m for one in found for m in one["models"] if m["name"] == model["name"]]
                label = name if model["name"] == "blend" else f"{name} ({model['name']})"
                lines.append(line(label, same))
    lines += [line(one["name"], [one]) for one in first["models"] if one["kind"] == "baseline"]
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
    seeds = [one["metrics"]["ndcg@10"] for one in models]
    spread = f"{np.std(seeds, ddof=1):.4f}" if len(seeds) > 1 else "–"
    low, high = np.mean([one["ci95"]["ndcg@10"] for one in models], axis=0)
    cells = [name, *(f"{means[key]:.4f}" for key in SHOWN), *by, spread, f"{low:.4f}–{high:.4f}"]
    near, far = np.mean([one["behind95"]["ndcg@10"] for one in models], axis=0)
    cells.append(f"{near:+.4f} {far:+.4f}")
    return float(means["ndcg@10"]), "| " + " | ".join(cells) + " |"


def main() -> None:
    """Train, judge and print, case after case."""
    seeds = int(os.environ.get("QUALITY_SEEDS", "1"))
    real = "QUALITY_DATA" in os.environ
    wanted = os.environ.get("QUALITY_CASES", ",".join(CASES) if real else "shop").split(",")
    models = os.environ.get("QUALITY_MODELS", ",".join(MODELS)).split(",")
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(os.environ.get("QUALITY_OUT", temporary))
        store = Store(Home(out / "home"))
        for name in wanted:
            dataset = opened(store, CASES[name].data)
            runs: dict[str, list[dict[str, Any]]] = {}
            for model in models:
                for seed in range(1, seeds + 1):
                    kept = out / f"{name}--{model}--{seed}.json"
                    if not kept.exists():
                        folder = out / "runs" / kept.stem
                        found = run(CASES[name], model, seed, dataset, folder)
                        kept.write_text(json.dumps(found))
                    runs.setdefault(model, []).append(json.loads(kept.read_text()))
            table(name, runs)
            if name == "shop":
                accuracy, loss = optimum(dataset, store.folder("shop").parent / "shop.csv")
                print(f"\nWho knows the shop's rules: accuracy {accuracy:.4f}, loss {loss:.3f}.")


if __name__ == "__main__":
    main()
