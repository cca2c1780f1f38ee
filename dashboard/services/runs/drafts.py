"""Drafts: configurations that fill the training form, from a run or a file."""

import json
from dataclasses import dataclass

from dashboard.jobs.runs_table import Runs
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from model.config.presets import PRESETS, preset
from model.config.run_config import RunConfig

DEFAULT_PRESET = "best"


@dataclass(frozen=True)
class Draft:
    """A configuration that is not a run yet, with its dataset and the preset it started from."""

    dataset: str
    preset: str
    config: RunConfig


def of_run(home: Home, name: str) -> Draft:
    """Return the draft that repeats a run."""
    run = Runs(home).get(name)
    return Draft(run.dataset, _known(run.preset), RunConfig.from_dict(run.config))


def of_text(text: str) -> Draft:
    """Return the draft in a JSON file that the training form saved, or that a run's folder holds.

    Settings that the file leaves out are those of its preset.

    Raises
    ------
    BadInput
        Where it is no JSON object, or has a setting that does not exist or is not allowed.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise BadInput(_("The file is not JSON; choose one that was saved here.")) from error
    if not isinstance(content, dict):
        raise BadInput(_("The file holds no settings; choose one that was saved here."))
    settings = content.get("config", content)
    if not isinstance(settings, dict):
        raise BadInput(_("The file holds no settings; choose one that was saved here."))
    name = _known(content.get("preset"))
    return Draft(str(content.get("dataset") or ""), name, preset(name).override(settings))


def _known(name: object) -> str:
    return name if isinstance(name, str) and name in PRESETS else DEFAULT_PRESET
