"""What views and carts in the history are worth: the same targets, with and without them.

``python -m tests.benchmarks histories`` does a synthetic shop, with the network of ``best`` alone
and some baselines; ``HISTORIES_DATA`` names the file of a log with several event types instead,
``HISTORIES_BUYERS`` is the size of the shop, ``HISTORIES_PROTOCOLS`` names the protocols (with
commas between), ``HISTORIES_SETTINGS`` are settings of every network (JSON), ``HISTORIES_SEEDS`` is
the number of seeds.
"""

import json
import os
import tempfile
from pathlib import Path

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.demo import generator
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from model.baselines.base import Recommender
from model.baselines.tuning import fit
from model.config.presets import preset_for
from model.config.run_config import RunConfig
from model.config.sizing import LogSize
from model.evaluation.evaluate import predict_targets
from model.evaluation.paired_bootstrap import TargetRanks, paired_differences
from model.metrics.held_out import HeldOutTargets
from model.run_folder import RunFolder
from model.serving.onnx_model import OnnxRecommender
from model.training.trainer import Trainer
from tests.model.training.test_trainer import Notes, never

BUYERS = int(os.environ.get("HISTORIES_BUYERS", "3000"))
PROTOCOLS = os.environ.get("HISTORIES_PROTOCOLS", "temporal,horizon").split(",")
SETTINGS = json.loads(os.environ.get("HISTORIES_SETTINGS", "{}"))
SEEDS = int(os.environ.get("HISTORIES_SEEDS", "1"))
HISTORIES = {"purchases": "purchase", "every type": ""}
BASELINES = (
    "popularity",
    "repeat last",
    "personal frequency",
    "markov",
    "item neighbours, recent",
    "repurchase",
)


def main() -> None:
    """Print NDCG@10 of the network and of baselines, and the paired differences."""
    with tempfile.TemporaryDirectory() as folder:
        dataset = _dataset(Path(folder))
        for protocol in PROTOCOLS:
            print(f"\n{protocol}\n\n| model | purchases | every type | difference |")
            print("| --- | --- | --- | --- |", flush=True)
            for seed in range(1, SEEDS + 1):
                _print(protocol, seed, dataset, Path(folder) / f"{protocol}-{seed}")


def _print(protocol: str, seed: int, dataset: Dataset, folder: Path) -> None:
    """Print the rows of a seed; those of the baselines, which have none, with the first one."""
    ranks: dict[str, dict[str, TargetRanks]] = {}
    for name, types in HISTORIES.items():
        changes = {"protocol": protocol, "moment": "session", "history_types": types, "seed": seed}
        config = RunConfig().override(changes | SETTINGS)
        size = LogSize.of(dataset, config.preparation)
        config = preset_for("best", size).override(changes | {"blend": False} | SETTINGS)
        ranks[name] = _ranks(config, dataset, folder / name, BASELINES if seed == 1 else ())
    for model in ranks["purchases"]:
        purchases, every = (ranks[name][model] for name in HISTORIES)
        cells = [f"{_ndcg(of_model):.4f}" for of_model in (purchases, every)]
        if every.same_targets(purchases):
            change = paired_differences(every, purchases)["ndcg@10"]
            cells.append(f"{change.value:+.4f} ({change.low:+.4f} to {change.high:+.4f})")
        label = f"{model}, seed {seed}" if model not in BASELINES else model
        print(f"| {label} | {' | '.join(cells)} |", flush=True)


def _dataset(folder: Path) -> Dataset:
    """Import the log that the environment names, or a demo shop."""
    file = Path(os.environ.get("HISTORIES_DATA", folder / "demo.csv"))
    if not file.exists():
        generator.write(file, buyers=BUYERS, seed=0)
    return ingest(Store(Home(folder / "home")), ImportRequest([file], "log"))


def _ranks(
    config: RunConfig, dataset: Dataset, folder: Path, baselines: tuple[str, ...]
) -> dict[str, TargetRanks]:
    """Return the ranks of the test targets by each model."""
    trainer = Trainer.create(config, dataset, folder, Notes(), never)
    trainer.fit()
    data = trainer.data
    models: list[Recommender] = [OnnxRecommender(RunFolder(folder))]
    models += [fit(name, data) for name in baselines]
    targets = data.split.test
    user, cold = data.sequences.user[targets], data.answers(targets) < 0
    before = data.columns.targets_before
    after = before[data.sequences.offsets[user + 1]] - 1 - before[targets]
    print(
        f"<!-- {folder.name}: {len(data.split.train)} training targets, {len(targets)} test"
        f" targets, {int(cold.sum())} of them never seen in training, {data.products} products -->"
    )
    return {
        model.name: TargetRanks(user, after, prediction.rank, cold, data.sets(targets))
        for model, prediction in zip(models, predict_targets(data, targets, models), strict=True)
    }


def _ndcg(ranks: TargetRanks) -> float:
    held_out = HeldOutTargets(ranks.user, ranks.cold, ranks.sets)
    return held_out.figures(ranks.rank).means["ndcg@10"]
