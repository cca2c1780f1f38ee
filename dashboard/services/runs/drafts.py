"""Drafts: configurations that are being put together, before they become runs."""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dashboard.jobs.run import Run
from dashboard.services.runs import config_form, monitor, searches
from dashboard.services.runs.runs import TRAINING, start_training
from data.datasets.store import Dataset, Store
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from data.preparation.preparation import Preparation
from data.preparation.prepare import preview
from data.preparation.steps import Step
from model.config.presets import PRESETS, preset
from model.config.run_config import RunConfig

MOST_RUNS = 24
_SHAPE = ("network", "layers", "width", "loss")
_TRAINING_SHARE = 0.8


@dataclass(frozen=True)
class Draft:
    """A configuration before it is a run: its dataset, its preset and what differs from that."""

    dataset: str
    preset: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Estimate:
    """How much a training would be.

    Attributes
    ----------
    targets : int
        About how many targets an epoch has.
    seconds : tuple of float or None
        About the fewest and the most seconds of the whole training; None where nothing comparable
        has been trained here yet.
    like : str or None
        The run that this is judged by.
    """

    targets: int
    seconds: tuple[float, float] | None = None
    like: str | None = None


def base(home: Home, dataset: str, name: str) -> RunConfig:
    """Return a preset's configuration, with event types that the dataset has.

    Where a dataset has no purchases its most frequent events stand for them.
    """
    config = preset(name)
    if dataset not in Store(home).names():
        return config
    types = Store(home).open(dataset).types
    if not types or set(config.preparation.event_types) & set(types):
        return config
    return config.override({"preparation.event_types": [types[0]]})


def of_run(home: Home, name: str) -> Draft:
    """Return the draft that would repeat a run."""
    run = monitor.table(home).get(name)
    return Draft(run.dataset, run.preset if run.preset in PRESETS else "best", dict(run.config))


def of_text(text: str) -> Draft:
    """Read a draft from a file that the page saved, or in a run's folder.

    Raises
    ------
    BadInput
        Where it is no JSON object, or has a setting that does not exist or is not allowed.
    """
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadInput(_("The file is not JSON; choose one that was saved here.")) from error
    if not isinstance(found, dict):
        raise BadInput(_("The file holds no settings; choose one that was saved here."))
    values = found.get("config", found)
    RunConfig.from_dict(values)
    name = found.get("preset")
    return Draft(str(found.get("dataset") or ""), name if name in PRESETS else "best", dict(values))


def remains(home: Home, dataset: str, preparation: Preparation) -> tuple[Step, ...]:
    """Return what each step of a preparation leaves of a dataset."""
    found = Store(home).open(dataset)
    return _remains(_Keyed(found.fingerprint, found), preparation)


def estimate(home: Home, dataset: str, config: RunConfig, steps: Sequence[Step]) -> Estimate:
    """Judge the size of a training by what its preparation leaves and by earlier runs."""
    left = steps[-1]
    targets = max(int(_TRAINING_SHARE * left.events) - left.users, 0)
    like = _alike(home, dataset, config)
    if like is None:
        return Estimate(targets)
    speed = monitor.throughput(monitor.learning(home, like))
    if not speed:
        return Estimate(targets)
    seconds = config.epochs * targets / speed
    return Estimate(targets, (0.8 * seconds, 1.6 * seconds), like.run)


def grid(changes: Mapping[str, Any], varied: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the changes of every run of a grid: each value of a field with each of the others.

    Parameters
    ----------
    changes : mapping
        What all runs have in common.
    varied : mapping
        From keys to several values, with semicolons or commas between them.

    Raises
    ------
    BadInput
        Where a value is not allowed, or there would be more than 24 runs.
    """
    values = {key: _several(key, text) for key, text in varied.items() if text.strip()}
    made = [
        dict(changes) | dict(zip(values, chosen, strict=True))
        for chosen in itertools.product(*values.values())
    ]
    if len(made) > MOST_RUNS:
        raise BadInput(
            _("That would be {number} runs; at most {most} start at once.").format(
                number=len(made), most=MOST_RUNS
            )
        )
    return made


def start(
    home: Home, draft: Draft, varied: Mapping[str, str] | None = None, trials: str = ""
) -> list[str]:
    """Queue the run of a draft, one for each point of a grid, or a search; return their names.

    Parameters
    ----------
    varied : mapping, optional
        From keys to several values, or ranges for a search.
    trials : str
        How many trainings a search has; empty for none.

    Raises
    ------
    BadInput
        Where anything cannot be used; nothing is queued then.
    """
    if trials:
        return [
            searches.start(
                home,
                draft.dataset,
                preset=draft.preset,
                changes=draft.values,
                varied=varied or {},
                trials=_whole(trials),
            )
        ]
    points = grid(draft.values, varied or {})
    for point in points:
        preset(draft.preset).override(point)
    several = [key for key, text in (varied or {}).items() if text.strip()]
    return [
        start_training(
            home,
            draft.dataset,
            preset=draft.preset,
            changes=point,
            label=", ".join(f"{key}={config_form.as_text(point[key])}" for key in several),
        )
        for point in points
    ]


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise BadInput(
            _("The trainings of a search are a whole number, not “{text}”.").format(text=text)
        )
    return int(text)


def _several(key: str, text: str) -> list[str]:
    between = ";" if ";" in text else ","
    values = [value.strip() for value in text.split(between) if value.strip()]
    for value in values:
        if sentence := config_form.problem(key, value):
            raise BadInput(sentence)
    return list(dict.fromkeys(values))


def _alike(home: Home, dataset: str, config: RunConfig) -> Run | None:
    """Return the newest training of the same shape, rather of the same dataset."""
    shape = config.as_dict()
    alike = [
        run
        for run in monitor.table(home).list(kind=TRAINING)
        if run.epochs_done and all(run.config.get(key) == shape[key] for key in _SHAPE)
    ]
    return next((run for run in alike if run.dataset == dataset), alike[0] if alike else None)


@dataclass(frozen=True)
class _Keyed:
    """A dataset that a cache knows by its fingerprint alone."""

    fingerprint: str
    dataset: Dataset

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other.fingerprint == self.fingerprint


@lru_cache(maxsize=128)
def _remains(keyed: _Keyed, preparation: Preparation) -> tuple[Step, ...]:
    return preview(keyed.dataset, preparation)
