"""The record of a run: what one needs to do it again and get the same figures."""

import platform
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from data.store import Dataset
from model.config import RunConfig
from model.task import Task

PACKAGES = ("vitrina", "keras", "tensorflow", "numpy", "scipy", "onnxruntime", "duckdb")


def record(config: RunConfig, dataset: Dataset, task: Task) -> dict[str, Any]:
    """Return the seed, the data's hashes, the versions and the moments of the split.

    ``validation_from`` and ``test_from`` (ISO 8601, UTC) are there for the temporal protocol: when
    the events begin that training has not seen.
    """
    sources = [{"name": one.name, "sha256": one.sha256} for one in dataset.manifest.sources]
    found: dict[str, Any] = {
        "seed": config.seed,
        "dataset": {"name": dataset.name, "version": dataset.fingerprint, "sources": sources},
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": {name: version(name) for name in PACKAGES},
    }
    if config.protocol == "temporal":
        ordered = np.sort(task.sequences.time)
        for name, tenths in (("validation_from", 8), ("test_from", 9)):
            moment = int(ordered[len(ordered) * tenths // 10])
            found[name] = datetime.fromtimestamp(moment / 1e6, UTC).isoformat()
    return found
