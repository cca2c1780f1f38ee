"""A draft becomes a run, or many, or a file that becomes a draft again."""

import json

import pytest

from dashboard.services.datasets import library
from dashboard.services.runs import drafts, monitor
from data.demo import generator
from data.errors import BadInput
from data.home import Home
from data.importing.request import ImportRequest
from model.config.presets import preset


@pytest.fixture
def shop(home: Home, tmp_path) -> Home:
    log = tmp_path / "log.csv"
    generator.write(log, buyers=60, seed=1)
    library.import_files(home, ImportRequest([log], "shop"))
    return home


def test_a_draft_of_a_run_repeats_its_settings(home: Home):
    config = preset("fast").override({"epochs": 3}).as_dict()
    run = monitor.table(home).create("train", "shop", config, preset="fast")
    assert drafts.of_run(home, run) == drafts.Draft("shop", "fast", config)


def test_a_file_of_settings_becomes_a_draft():
    assert drafts.of_text(json.dumps({"epochs": 3})).values == {"epochs": 3}


@pytest.mark.parametrize("text", ["no JSON", "[1]", '{"epochs": 0}', '{"no_such_setting": 1}'])
def test_a_file_that_cannot_be_used_is_refused(text: str):
    with pytest.raises(BadInput):
        drafts.of_text(text)


def test_each_step_of_the_preparation_says_what_it_leaves(shop: Home):
    steps = drafts.remains(shop, "shop", preset("fast").preparation)
    assert steps[0].events >= steps[-1].events > 0
    assert steps[-1].name == "min_user_events"


def test_without_a_comparable_run_no_time_is_promised(shop: Home):
    config = preset("fast")
    steps = drafts.remains(shop, "shop", config.preparation)
    found = drafts.estimate(shop, "shop", config, steps)
    assert found.targets > 0
    assert found.seconds is None


def test_a_grid_is_every_combination_of_values():
    points = drafts.grid({"epochs": 2}, {"dropout": "0.1, 0.2", "width": "8, 16, 8"})
    assert len(points) == 4
    assert points[0] == {"epochs": 2, "dropout": "0.1", "width": "8"}


def test_a_grid_with_a_wrong_value_starts_nothing(shop: Home):
    draft = drafts.Draft("shop", "fast", {})
    with pytest.raises(BadInput, match="dropout cannot be"):
        drafts.start(shop, draft, {"dropout": "0.1, 2"})
    assert monitor.table(shop).list() == []


def test_a_grid_too_large_is_refused():
    with pytest.raises(BadInput, match="25 runs"):
        drafts.grid({}, {"seed": ",".join(map(str, range(25)))})


def test_runs_of_a_grid_are_named_by_what_differs(shop: Home):
    runs = drafts.start(shop, drafts.Draft("shop", "fast", {"epochs": 1}), {"dropout": "0.1,0.2"})
    table = monitor.table(shop)
    assert [table.get(run).label for run in runs] == ["dropout=0.1", "dropout=0.2"]
    assert [table.get(run).config["dropout"] for run in runs] == [0.1, 0.2]
