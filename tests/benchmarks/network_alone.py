"""The network of ``best`` alone, without a blend, beside baselines on the same targets.

``python -m tests.benchmarks network_alone`` takes every eighth household of the Complete Journey
under ``basket``. ``BASELINES_DATA``, ``BASELINES_SHARE`` and ``BASELINES_SETTINGS`` (settings of
the protocol, the preparation and the network) are as in ``baselines``; ``NETWORK_BASELINES`` names
the baselines (with semicolons between), ``NETWORK_SEEDS`` the number of seeds.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from data.preparation.sequences import Longs
from model.baselines.tuning import excludes_seen, fit
from model.config.presets import preset_for
from model.config.run_config import RunConfig
from model.config.sizing import LogSize
from model.evaluation.evaluate import predict_targets
from model.metrics.held_out import Figures, HeldOutTargets
from model.run_folder import RunFolder
from model.sequences.adapted_config import adapt
from model.sequences.split_data import SplitData
from model.serving.onnx_model import OnnxRecommender
from tests.benchmarks.baselines import paired_difference, split_of_log
from tests.benchmarks.quality import Quiet

SETTINGS = {"protocol": "basket"}


def main() -> None:
    """Print NDCG@10 of each seed and baseline, and the paired intervals between them."""
    settings = json.loads(os.environ.get("BASELINES_SETTINGS", json.dumps(SETTINGS)))
    names = os.environ.get("NETWORK_BASELINES", "personal frequency;tifu-knn").split(";")
    data = split_of_log(RunConfig().override(settings))
    size = LogSize(len(data.sequences), len(np.unique(data.sequences.product)))
    config = adapt(preset_for("best", size).override(settings | {"blend": False}), data)
    parts = {"validation": data.split.validation, "test": data.split.test}
    figures = {
        (name, part): figures_of(data, targets, model)
        for name, model in ((name, fit(name, data)) for name in names)
        for part, targets in parts.items()
    }
    print(f"{len(data.sequences):,} events, {data.products:,} products\n")
    print(f"| network | epochs | part | NDCG@10 | {' | '.join(f'more than {n}' for n in names)} |")
    print(f"| --- | --- | --- | --- |{' --- |' * len(names)}")
    for seed in range(1, int(os.environ.get("NETWORK_SEEDS", "1")) + 1):
        with tempfile.TemporaryDirectory() as folder:
            network, epochs = trained_network(config.override({"seed": seed}), data, Path(folder))
            for part, targets in parts.items():
                own = figures_of(data, targets, network)
                cells = [paired_difference(own, figures[name, part]) for name in names]
                value = f"{own.means['ndcg@10']:.4f}"
                print(f"| seed {seed} | {epochs} | {part} | {value} | {' | '.join(cells)} |")
    for (name, part), own in figures.items():
        print(f"| {name} | – | {part} | {own.means['ndcg@10']:.4f} |{' |' * len(names)}")


def trained_network(
    config: RunConfig, data: SplitData, folder: Path
) -> tuple[OnnxRecommender, str]:
    """Return a trained network, and which of its epochs is the best."""
    from model.training.trainer import Trainer

    run = RunFolder(folder)
    run.write_json("config.json", config.as_dict())
    callback: Any = Quiet()
    trainer = Trainer(config, data, run, callback, lambda: False)
    trainer.fit()
    return OnnxRecommender(run), f"{trainer.state.best_epoch} of {trainer.state.epochs}"


def figures_of(data: SplitData, targets: Longs, model: Any) -> Figures:
    (found,) = predict_targets(data, targets, [model], exclude_seen=excludes_seen(data))
    return HeldOutTargets.of(data, targets).figures(found.rank)
