"""Fitted baselines stored beside a run, one ``.npz`` file each."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from data.checksums import checked_write, verified
from model.baselines import BASELINES
from model.baselines.base import Baseline
from model.baselines.serialization import from_arrays, to_arrays
from model.run_files import BASELINES as FOLDER


def baseline_file(folder: Path, name: str) -> Path:
    """Return the file of a fitted baseline in the folder of a run."""
    return folder / FOLDER / f"{name.replace(' ', '-')}.npz"


def save_baseline(folder: Path, baseline: Baseline) -> None:
    """Store a fitted baseline in the folder of a run: name, settings and arrays, no pickle."""
    file = baseline_file(folder, baseline.name)
    file.parent.mkdir(exist_ok=True)
    about = np.array(
        json.dumps(
            {
                "name": baseline.name,
                "settings": baseline.settings,
                "reads_all": baseline.reads_all,
            }
        )
    )
    arrays: dict[str, Any] = {f"state/{key}": part for key, part in to_arrays(baseline.state)}
    with checked_write(file) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, about=about, **arrays)


def load_baseline(file: Path) -> Baseline:
    """Return the fitted baseline of a file that ``save_baseline`` wrote.

    Raises
    ------
    ChecksumError
        Where it is not as it was written.
    """
    with np.load(verified(file), allow_pickle=False) as content:
        about = json.loads(str(content["about"]))
        baseline: Baseline = BASELINES.load(about["name"])(**about["settings"])
        baseline.reads_all = about.get("reads_all", False)
        keys = [key for key in content.files if key != "about"]
        baseline.state = from_arrays({key.removeprefix("state/"): content[key] for key in keys})
    return baseline
