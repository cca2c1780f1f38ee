"""What views and carts in the history are worth: the same targets, with and without them.

``python -m tests.benchmarks histories`` does a demo shop; ``HISTORIES_DATA`` names the file of a
log with several event types instead, ``HISTORIES_MOMENT`` the asking moment (``session``).
"""

import os
import tempfile
from pathlib import Path

import numpy as np

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.demo import generator
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from model.baselines.base import Recommender
from model.baselines.tuning import fit
from model.config.presets import preset
from model.config.run_config import RunConfig
from model.evaluation.evaluate import predict_targets
from model.evaluation.paired_bootstrap import TargetRanks, paired_differences
from model.metrics.ranking import metrics_per_target
from model.run_folder import RunFolder
from model.serving.onnx_model import OnnxRecommender
from model.training.trainer import Trainer
from tests.model.training.test_trainer import Notes, never

BUYERS = 3_000
HISTORIES = {"purchases": "purchase", "every type": ""}
BASELINES = (
    "popularity",
    "repeat last",
    "personal frequency",
    "markov",
    "item neighbours, recent",
    "repurchase",
)
CHANGES = {
    "epochs": 8,
    "early_stopping": 3,
    "sequence_length": 50,
    "repeat_head": True,
    "product_traits": True,
}


def main() -> None:
    """Print NDCG@10 of a small network and of baselines, and the paired differences."""
    moment = os.environ.get("HISTORIES_MOMENT", "session")
    with tempfile.TemporaryDirectory() as folder:
        dataset = _dataset(Path(folder))
        ranks: dict[str, dict[str, TargetRanks]] = {}
        for name, types in HISTORIES.items():
            config = preset("fast").override(CHANGES | {"history_types": types, "moment": moment})
            ranks[name] = _ranks(config, dataset, Path(folder) / name)
    print("| model | purchases | every type | difference |\n| --- | --- | --- | --- |")
    for model in ranks["purchases"]:
        purchases, every = (ranks[name][model] for name in HISTORIES)
        cells = [f"{_ndcg(of_model):.4f}" for of_model in (purchases, every)]
        if every.same_targets(purchases):
            change = paired_differences(every, purchases)["ndcg@10"]
            cells.append(f"{change.value:+.4f} ({change.low:+.4f} to {change.high:+.4f})")
        print(f"| {model} | {' | '.join(cells)} |")


def _dataset(folder: Path) -> Dataset:
    """Import the log that the environment names, or a demo shop."""
    file = Path(os.environ.get("HISTORIES_DATA", folder / "demo.csv"))
    if not file.exists():
        generator.write(file, buyers=BUYERS, seed=0)
    return ingest(Store(Home(folder / "home")), ImportRequest([file], "log"))


def _ranks(config: RunConfig, dataset: Dataset, folder: Path) -> dict[str, TargetRanks]:
    """Return the ranks of the test targets by each model."""
    trainer = Trainer.create(config, dataset, folder, Notes(), never)
    trainer.fit()
    data = trainer.data
    models: list[Recommender] = [OnnxRecommender(RunFolder(folder))]
    models += [fit(name, data) for name in BASELINES]
    targets = data.split.test
    user, cold = data.sequences.user[targets], data.answers(targets) < 0
    before = data.columns.targets_before
    after = before[data.sequences.offsets[user + 1]] - 1 - before[targets]
    print(
        f"{folder.name}: {len(data.split.train)} training targets, {len(targets)} test targets,"
        f" {int(cold.sum())} of them never seen in training, {data.products} products"
    )
    return {
        model.name: TargetRanks(user, after, prediction.rank, cold)
        for model, prediction in zip(models, predict_targets(data, targets, models), strict=True)
    }


def _ndcg(ranks: TargetRanks) -> float:
    return float(np.mean(metrics_per_target(ranks.rank, ranks.cold)["ndcg@10"]))
