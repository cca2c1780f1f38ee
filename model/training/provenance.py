"""The provenance of a run: what is needed to repeat it and get the same figures."""

import platform
from importlib.metadata import version
from typing import Any

from data.datasets.dataset import Dataset
from model.baselines.tuning import excludes_seen
from model.config.run_config import RunConfig
from model.evaluation.predictions import held_out_starts
from model.sequences.split_data import SplitData

PACKAGES = ("vitrina", "keras", "tensorflow", "numpy", "scipy", "onnxruntime", "duckdb")


def record(config: RunConfig, dataset: Dataset, data: SplitData) -> dict[str, Any]:
    """Return the seed, the checksums of the sources, the versions and facts of the split.

    ``repeat_share`` is what decides whether the network has a repeat-aware head;
    ``monitored_excludes_seen`` says whether products of the history are left out where epochs are
    compared (``model.training.monitored``).
    """
    sources = [
        {"name": source.name, "sha256": source.sha256} for source in dataset.manifest.sources
    ]
    return {
        "seed": config.seed,
        "dataset": {"name": dataset.name, "version": dataset.fingerprint, "sources": sources},
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": {name: version(name) for name in PACKAGES},
        "held_out": held_out_starts(data),
        "repeat_share": data.repeat_share,
        "monitored_excludes_seen": excludes_seen(data),
    }
