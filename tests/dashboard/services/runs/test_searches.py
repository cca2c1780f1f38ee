"""A search is checked before it is queued."""

from pathlib import Path

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.services.datasets import imports
from dashboard.services.runs import searches
from data.demo import generator
from data.errors import BadInput
from data.home import Home
from data.importing.request import ImportRequest
from model.config.presets import preset


@pytest.fixture
def shop(home: Home, tmp_path: Path) -> Home:
    """A home with a small dataset of synthetic purchases."""
    log = tmp_path / "log.csv"
    generator.write(log, buyers=120, seed=1)
    imports.import_files(home, ImportRequest([log], "shop"))
    return home


def start(home: Home, trials: int = 5, **varied: str) -> str:
    config = preset("fast")
    return searches.start(home, "shop", config, preset="fast", varied=varied, trials=trials)


def test_ranges_and_values_become_a_plan(shop: Home) -> None:
    name = start(shop, width="8..64", dropout="0..0.4", network="gru, lstm")
    plan = Runs(shop).get(name).config
    assert plan["trials"] == 5
    assert plan["fields"] == {
        "width": {"low": 8, "high": 64, "whole": True},
        "dropout": {"low": 0.0, "high": 0.4, "whole": False},
        "network": {"choices": ["gru", "lstm"]},
    }


@pytest.mark.parametrize(
    ("varied", "words"),
    [
        ({}, "at least one field"),
        ({"width": "64..8"}, "begins at 64, which is not below 8"),
        ({"width": "1..8"}, "width cannot be “1”"),
        ({"network": "gru..lstm"}, "network has no range"),
        ({"features": "product"}, "features cannot be searched"),
        ({"wings": "1..2"}, "wings"),
    ],
)
def test_what_cannot_be_searched_is_refused_and_nothing_is_queued(
    shop: Home, varied: dict[str, str], words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        start(shop, **varied)
    assert Runs(shop).list(kind="search") == []


@pytest.mark.parametrize("trials", [0, 1, 201])
def test_a_search_has_from_two_to_two_hundred_trainings(shop: Home, trials: int) -> None:
    with pytest.raises(BadInput, match=str(trials)):
        start(shop, trials, width="8..16")
