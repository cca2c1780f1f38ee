"""Searches: which values of a few fields give the best network, found out by training some."""

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.jobs.hyperparameter_search import FILE, Trial
from dashboard.jobs.queue import SEARCHING
from dashboard.jobs.runs_table import Runs
from dashboard.services.runs.runs import configure
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from model.config.run_config import RunConfig

RANGE = ".."
MOST_TRIALS = 200


@dataclass(frozen=True)
class Found:
    """What a search has found so far.

    Attributes
    ----------
    trials : tuple of Trial
        In the order in which they were started.
    importance : dict
        From each field to how much of the differences it explains; empty while nobody can know.
    """

    trials: tuple[Trial, ...] = ()
    importance: dict[str, float] = field(default_factory=dict)

    @property
    def ranked(self) -> list[Trial]:
        """The trials that have a figure, the best one first."""
        known = [trial for trial in self.trials if trial.value is not None]
        return sorted(known, key=lambda trial: -(trial.value or 0.0))


def start(
    home: Home,
    dataset: str,
    *,
    preset: str,
    changes: Mapping[str, Any],
    varied: Mapping[str, str],
    trials: int,
) -> str:
    """Queue a search and return its name.

    Parameters
    ----------
    preset, changes
        What all trainings have in common.
    varied : mapping
        From keys to a range such as ``0.001..0.01``, or several values with commas between them.
    trials : int
        How many trainings there will be.

    Raises
    ------
    BadInput
        Where anything cannot be used, or Optuna is not installed; nothing is queued then.
    """
    if importlib.util.find_spec("optuna") is None:
        raise BadInput(_("A search needs Optuna; install it with: pip install 'vitrina[search]'."))
    if not 2 <= trials <= MOST_TRIALS:
        raise BadInput(
            _("A search takes from 2 to {most} trainings, not {number}.").format(
                most=MOST_TRIALS, number=trials
            )
        )
    fields = {key: _field(key, text) for key, text in varied.items() if text.strip()}
    if not fields:
        raise BadInput(_("Name at least one field to search, and its range or its values."))
    config = configure(preset, changes)
    Store(home).open(dataset)
    plan = {"preset": preset, "config": config.as_dict(), "fields": fields, "trials": trials}
    return Runs(home).create(SEARCHING, dataset, plan, preset=preset)


def found(home: Home, name: str) -> Found:
    """Return what a search has found so far."""
    file = Runs(home).folder(name) / FILE
    try:
        return _read(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return Found()


def _field(key: str, text: str) -> dict[str, Any]:
    """Read a range, or several values; each end and each value must be one that is allowed.

    Examples
    --------
    >>> _field("width", "32..128"), _field("dropout", "0..0.5")
    ({'low': 32, 'high': 128, 'whole': True}, {'low': 0.0, 'high': 0.5, 'whole': False})
    >>> _field("network", "gru, lstm")
    {'choices': ['gru', 'lstm']}
    """
    if RANGE not in text:
        values = [_value(key, one.strip()) for one in text.split(",") if one.strip()]
        if not all(isinstance(value, str | int | float) for value in values):
            raise BadInput(_("{field} cannot be searched.").format(field=key))
        return {"choices": list(dict.fromkeys(values))}
    low, high = (_value(key, one.strip()) for one in text.split(RANGE, 1))
    if not all(isinstance(end, int | float) for end in (low, high)) or isinstance(low, bool):
        raise BadInput(
            _("{field} has no range; give its values with commas between them.").format(field=key)
        )
    if not low < high:
        raise BadInput(
            _("The range of {field} begins at {low}, which is not below {high}.").format(
                field=key, low=low, high=high
            )
        )
    return {"low": low, "high": high, "whole": isinstance(low, int)}


def _value(key: str, text: str) -> Any:
    return RunConfig().override({key: text}).as_dict()[key]


@lru_cache(maxsize=32)
def _read(file: Path, _changed: int) -> Found:
    held = json.loads(file.read_text(encoding="utf-8"))
    return Found(tuple(Trial(**one) for one in held["trials"]), held.get("importance", {}))
