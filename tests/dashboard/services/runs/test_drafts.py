"""A run or a file of settings becomes a draft that the training form shows."""

import json

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.services.runs import drafts
from data.errors import BadInput
from data.home import Home
from model.config.presets import preset
from model.config.run_config import RunConfig


def test_a_draft_of_a_run_repeats_its_settings(home: Home) -> None:
    config = preset("fast").override({"epochs": 3})
    run = Runs(home).create("train", "shop", config.as_dict(), preset="fast")
    assert drafts.of_run(home, run) == drafts.Draft("shop", "fast", config)


def test_a_setting_that_an_older_run_does_not_have_is_the_default_one(home: Home) -> None:
    run = Runs(home).create("train", "shop", {"epochs": 3}, preset="best")
    assert drafts.of_run(home, run).config == RunConfig(epochs=3)


def test_a_file_of_settings_becomes_a_draft() -> None:
    draft = drafts.of_text(json.dumps({"epochs": 3}))
    assert draft.config == preset(draft.preset).override({"epochs": 3})


def test_a_file_may_name_its_dataset_and_its_preset() -> None:
    content = {"dataset": "shop", "preset": "fast", "config": {"epochs": 3}}
    config = preset("fast").override({"epochs": 3})
    assert drafts.of_text(json.dumps(content)) == drafts.Draft("shop", "fast", config)


@pytest.mark.parametrize(
    "text", ["no JSON", "[1]", '{"config": [1]}', '{"epochs": 0}', '{"no_such_setting": 1}']
)
def test_a_file_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        drafts.of_text(text)
