"""The preparation saved with a dataset, and the events that its steps leave."""

from dataclasses import asdict
from typing import Any

import pandas as pd

from data.checksums import verified
from data.datasets.cache import FrameCache
from data.datasets.store import Store
from data.errors import BadInput, Damaged, damaged_unless_read
from data.files import read_json
from data.home import Home
from data.i18n import _
from data.preparation.preparation import Preparation, presets
from data.preparation.prepare import preview
from data.preparation.steps import Step

_FILE = "preparation.json"


def saved(home: Home, dataset: str) -> Preparation | None:
    """Return the preparation saved with a dataset; None if there is none.

    Raises
    ------
    Damaged
        If its file cannot be read.
    """
    file = Store(home).open(dataset).path.parent / _FILE
    sentence = _("The preparation saved with dataset {name} is damaged; save it again.")
    with damaged_unless_read(sentence.format(name=dataset)):
        try:
            return Preparation.from_dict(read_json(verified(file)))
        except FileNotFoundError:
            return None
        except BadInput as error:  # a value that is out of its bounds
            raise Damaged(sentence.format(name=dataset)) from error


def save(home: Home, dataset: str, values: dict[str, Any]) -> None:
    """Save a preparation with a dataset.

    Raises
    ------
    BadInput
        If a value is out of its bounds; the preparation saved before remains.
    """
    preparation = Preparation.from_dict(values)
    Store(home).save_beside(dataset, _FILE, preparation.as_dict())


def steps(home: Home, dataset: str, preparation: Preparation) -> tuple[Step, ...]:
    """Return the number of events, users and products after each step; they are cached."""
    source = Store(home).open(dataset)
    frame = FrameCache(home.cache).get(
        f"{source.fingerprint} steps 2 {sorted(preparation.as_dict().items())}",
        lambda: pd.DataFrame([asdict(step) for step in preview(source, preparation)]),
    )
    return tuple(Step(*row) for row in frame.itertuples(index=False))


def named(home: Home, dataset: str) -> dict[str, Preparation]:
    """Return the presets that apply to a dataset, by name."""
    return presets(Store(home).open(dataset))
