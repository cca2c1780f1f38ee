"""``vitrina search``: ordinary trainings that look for good values, from the terminal."""

from pathlib import Path

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.services.datasets import imports
from data.demo import generator
from data.home import Home
from data.importing.request import ImportRequest
from tests.dashboard.cli.conftest import Vitrina


@pytest.mark.slow
def test_a_search_trains_with_several_values_and_ranks_them(
    vitrina: Vitrina, home: Home, tmp_path: Path
) -> None:
    log = tmp_path / "log.csv"
    generator.write(log, buyers=120, seed=1)
    imports.import_files(home, ImportRequest([log], "shop"))
    fixed = ("--preset", "fast", "--set", "epochs=1", "--set", "blend=false")
    found = vitrina("search", "shop", *fixed, "--try", "width=4..8", "--trials", "2", "--json").json
    assert found["state"] == "finished"
    assert [trial["run"] for trial in found["trials"]] == ["shop-1", "shop-2"]
    assert found["best"]["value"] == max(trial["value"] for trial in found["trials"])
    for trial in found["trials"]:
        assert Runs(home).get(trial["run"]).config["width"] == trial["values"]["width"]


def test_a_search_of_nothing_is_refused(vitrina: Vitrina, home: Home) -> None:
    vitrina("demo", "--buyers", 50)
    answer = vitrina("search", "demo")
    assert answer.code == 2
    assert "at least one field" in answer.err
