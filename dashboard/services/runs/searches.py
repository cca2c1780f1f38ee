"""Hyperparameter searches: check and queue them, and read their trials."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.jobs.hyperparameter_search import FILE
from dashboard.jobs.queue import SEARCHING
from dashboard.jobs.run_handle import run_folder
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.training_series import Trial
from data.checksums import verified
from data.comma_list import read_list
from data.datasets.store import Store
from data.errors import BadInput, damaged_unless_read
from data.file_cache import FileCache
from data.files import read_json
from data.home import Home
from data.i18n import _
from model.config.run_config import RunConfig

RANGE = ".."
MAX_TRIALS = 200


@dataclass(frozen=True)
class SearchResult:
    """The trials of a search so far.

    Attributes
    ----------
    trials : tuple of Trial
        In the order in which they were started.
    importance : dict
        From each field to the share of the differences between trials that it explains; empty
        while there are too few trials to estimate it.
    """

    trials: tuple[Trial, ...] = ()
    importance: dict[str, float] = field(default_factory=dict)

    @property
    def ranked(self) -> list[Trial]:
        """The trials with a value of the monitored figure, the best one first."""
        valued = [trial for trial in self.trials if trial.value is not None]
        return sorted(valued, key=lambda trial: -(trial.value or 0.0))


def start(
    home: Home,
    dataset: str,
    config: RunConfig,
    *,
    preset: str,
    varied: Mapping[str, str],
    trials: int,
) -> str:
    """Queue a search and return its name.

    Parameters
    ----------
    config : RunConfig
        The settings that all trainings have in common.
    preset : str
        The preset that the configuration started from; it is only recorded.
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
    if not 2 <= trials <= MAX_TRIALS:
        raise BadInput(
            _("A search takes from 2 to {most} trainings, not {number}.").format(
                most=MAX_TRIALS, number=trials
            )
        )
    fields = {key: _field(config, key, text) for key, text in varied.items() if text.strip()}
    if not fields:
        raise BadInput(_("Name at least one field to search, and its range or its values."))
    Store(home).open(dataset)
    plan = {"preset": preset, "config": config.as_dict(), "fields": fields, "trials": trials}
    return Runs(home).create(SEARCHING, dataset, plan, preset=preset)


def result(home: Home, name: str) -> SearchResult:
    """Return the trials of a search so far."""
    sentence = _("{file} of run {run} is damaged; start it again.")
    with damaged_unless_read(sentence.format(file=FILE, run=name)):
        try:
            return _RESULTS.get(run_folder(home, name) / FILE)
        except FileNotFoundError:
            return SearchResult()


def _field(config: RunConfig, key: str, text: str) -> dict[str, Any]:
    """Return the search space of a setting from a range or several values; each is checked.

    Examples
    --------
    >>> _field(RunConfig(), "width", "32..128"), _field(RunConfig(), "dropout", "0..0.5")
    ({'low': 32, 'high': 128, 'whole': True}, {'low': 0.0, 'high': 0.5, 'whole': False})
    >>> _field(RunConfig(), "network", "gru, lstm")
    {'choices': ['gru', 'lstm']}
    """
    if RANGE not in text:
        values = [_value(config, key, word) for word in _words(key, text)]
        if not all(isinstance(value, str | int | float) for value in values):
            raise BadInput(_("{field} cannot be searched.").format(field=key))
        return {"choices": list(dict.fromkeys(values))}
    low, high = (_value(config, key, word.strip()) for word in text.split(RANGE, 1))
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


def _words(key: str, text: str) -> list[str]:
    try:
        return read_list(text)
    except ValueError as error:
        raise BadInput(
            _("A quotation mark in the values of {field} is not closed.").format(field=key)
        ) from error


def _value(config: RunConfig, key: str, text: str) -> Any:
    return config.override({key: text}).as_dict()[key]


def _read(file: Path) -> SearchResult:
    content = read_json(verified(file))
    trials = tuple(Trial(**trial) for trial in content["trials"])
    return SearchResult(trials, content.get("importance", {}))


_RESULTS = FileCache(_read, size=32)
