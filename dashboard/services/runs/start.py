"""Configure trainings and queue them."""

import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard import formats
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.runs_table import LONGEST_LABEL, Runs
from dashboard.jobs.training_series import short
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from model.config.presets import SIZED, preset_for
from model.config.presets import preset as named_preset
from model.config.run_config import RunConfig, preparation_field
from model.config.sizing import LogSize, reason

MAX_GRID_RUNS = 24
TYPES = {"target_types", "event_types"}
"""Fields of the preparation that name what is predicted."""
TARGET_TYPES = "preparation.target_types"


@dataclass(frozen=True)
class ConfiguredRun:
    """A configuration that fits a dataset.

    Attributes
    ----------
    config : RunConfig
        The configuration.
    adaptation : str
        One sentence on what was changed to fit the dataset; empty where nothing was.
    sizing : str
        One sentence on the settings that follow from the size of the dataset, with the sizes;
        empty where none does.
    """

    config: RunConfig
    adaptation: str = ""
    sizing: str = ""


def configure(
    home: Home, dataset: str, preset: str, changes: Mapping[str, Any] | None = None
) -> ConfiguredRun:
    """Return the configuration of a training: a preset, some changed settings, and the dataset.

    Where the dataset has no events of the types that the preset predicts, its most frequent type
    takes their place, unless ``changes`` names the types. Settings that follow from the size of the
    dataset (``model.config.sizing``) are those of the preset, and ``changes`` goes before them.

    Parameters
    ----------
    changes : mapping, optional
        From flat keys to text or JSON values, as ``RunConfig.override`` takes them.

    Raises
    ------
    BadInput
        For an unknown dataset, preset or setting, and for a value that is not allowed.
    """
    changes = changes or {}
    preparation = named_preset(preset).override(changes).preparation
    source = Store(home).open(dataset)
    fitting = preparation
    if not TYPES & set(map(preparation_field, changes)):
        fitting = preparation.suited_to(source.types)
    size = LogSize.of(source, fitting)
    config = preset_for(preset, size).override(changes)
    config = dataclasses.replace(config, preparation=fitting)
    sizing = reason(config, size) if preset in SIZED else ""
    if fitting == preparation:
        return ConfiguredRun(config, sizing=sizing)
    words = _(
        "Dataset {dataset} has no events of type {types}; its most frequent type, {type}, is"
        " predicted instead. It has {counts}: choose others with {setting}."
    )
    adaptation = words.format(
        dataset=dataset,
        types=", ".join(preparation.target_types),
        type=", ".join(fitting.target_types),
        counts=formats.event_types(source.manifest.summary["events_by_type"]),
        setting=TARGET_TYPES,
    )
    return ConfiguredRun(config, adaptation, sizing)


def start_training(
    home: Home, dataset: str, config: RunConfig, *, preset: str, label: str = ""
) -> str:
    """Queue a training and return the run's name.

    Parameters
    ----------
    preset : str
        The preset that the configuration started from; it is only recorded.

    Raises
    ------
    BadInput
        Where there is no such dataset, or it has no events of the types to predict; nothing is
        queued then.
    """
    source = Store(home).open(dataset)
    if config.preparation.suited_to(source.types) != config.preparation:
        raise BadInput(
            _("Dataset {dataset} has no events of type {types}; it has {counts}.").format(
                dataset=dataset,
                types=", ".join(config.preparation.target_types),
                counts=formats.event_types(source.manifest.summary["events_by_type"]),
            ),
            TARGET_TYPES,
        )
    return Runs(home).create(TRAINING, dataset, config.as_dict(), preset=preset, label=label)


def start_grid(
    home: Home, dataset: str, config: RunConfig, *, preset: str, varied: Mapping[str, str]
) -> list[str]:
    """Queue one training for each combination of values; return the names of the runs.

    Parameters
    ----------
    varied : mapping
        From keys to several values, see ``grid``; empty for a single training.

    Raises
    ------
    BadInput
        Where a value is not allowed, or there would be too many runs; nothing is queued then.
    """
    return [
        start_training(home, dataset, point, preset=preset, label=label)
        for label, point in grid(config, varied).items()
    ]


def grid(config: RunConfig, varied: Mapping[str, str]) -> dict[str, RunConfig]:
    """Return every combination of the values of some settings, by a label that names the values.

    Parameters
    ----------
    config : RunConfig
        The settings that all combinations have in common.
    varied : mapping
        From keys to several values, with semicolons or commas between them.

    Raises
    ------
    BadInput
        Where a value is not allowed, or there would be more than 24 combinations.

    Examples
    --------
    >>> list(grid(RunConfig(), {"epochs": "1, 2", "dropout": "0.1"}))
    ['epochs=1, dropout=0.1', 'epochs=2, dropout=0.1']
    """
    values = {key: _values(text) for key, text in varied.items() if text.strip()}
    points = [
        dict(zip(values, point, strict=True)) for point in itertools.product(*values.values())
    ]
    if len(points) > MAX_GRID_RUNS:
        raise BadInput(
            _("That would be {number} runs; at most {most} start at once.").format(
                number=len(points), most=MAX_GRID_RUNS
            )
        )
    configs = [config.override(point) for point in points]
    return {_label(config, values): config for config in configs}


def _values(text: str) -> list[str]:
    separator = ";" if ";" in text else ","
    return list(dict.fromkeys(word for word in map(str.strip, text.split(separator)) if word))


def _label(config: RunConfig, keys: Iterable[str]) -> str:
    settings = config.as_dict()
    return ", ".join(f"{key}={short(settings[key])}" for key in keys)[:LONGEST_LABEL]
