"""The preparation that was chosen for a dataset, kept beside its tables."""

import json
from dataclasses import asdict
from typing import Any

import pandas as pd

from data.datasets.cache import FrameCache
from data.datasets.store import Store
from data.errors import BadInput
from data.files import write_json
from data.home import Home
from data.preparation.preparation import Preparation, presets
from data.preparation.prepare import preview
from data.preparation.steps import Step

_FILE = "preparation.json"


def saved(home: Home, dataset: str) -> Preparation | None:
    """Return the preparation that was saved with a dataset, or None where none was."""
    file = Store(home).open(dataset).path.parent / _FILE
    try:
        return Preparation.from_dict(json.loads(file.read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError, BadInput):
        return None


def save(home: Home, dataset: str, values: dict[str, Any]) -> None:
    """Keep a preparation with a dataset.

    Raises
    ------
    BadInput
        Where a value is out of its bounds; the one saved before stays.
    """
    preparation = Preparation.from_dict(values)
    file = Store(home).open(dataset).path.parent / _FILE
    write_json(file, preparation.as_dict())


def steps(home: Home, dataset: str, preparation: Preparation) -> tuple[Step, ...]:
    """Return what each step of a preparation leaves of a dataset; the counts are cached."""
    opened = Store(home).open(dataset)
    counted = FrameCache(home.cache).get(
        f"{opened.fingerprint} steps 1 {sorted(preparation.as_dict().items())}",
        lambda: pd.DataFrame([asdict(step) for step in preview(opened, preparation)]),
    )
    return tuple(Step(*row) for row in counted.itertuples(index=False))


def named(home: Home, dataset: str) -> dict[str, Preparation]:
    """Return the preparations with a name that fit a dataset."""
    return presets(Store(home).open(dataset))
