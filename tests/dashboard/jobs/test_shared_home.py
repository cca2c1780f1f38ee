"""A database belongs to one home, which all machines share."""

from pathlib import Path

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.jobs.shared_home import FILE, check_home
from data.errors import BadInput
from data.home import Home
from tests.databases import on_postgresql, on_sqlite


@on_postgresql
def test_the_folder_that_all_machines_share_is_known_again(runs: Runs, tmp_path: Path) -> None:
    check_home(runs)
    runs.home.path.rename(tmp_path / "mounted elsewhere")
    check_home(Runs(Home(tmp_path / "mounted elsewhere", runs.home.database_url)))


@on_postgresql
def test_another_folder_is_refused_and_nothing_is_written(runs: Runs, tmp_path: Path) -> None:
    check_home(runs)
    other = Home(tmp_path / "other", runs.home.database_url)
    with pytest.raises(BadInput, match="not the home of this database"):
        check_home(Runs(other))
    assert not other.path.exists()
    (other.datasets.parent / FILE).write_bytes(b"\xff of another database")
    with pytest.raises(BadInput, match="not the home of this database"):
        check_home(Runs(other))


@on_postgresql
def test_a_home_moves_to_a_new_database(runs: Runs, home: Home) -> None:
    home.make()
    (home.path / FILE).write_text("its id")
    check_home(runs)
    assert (home.path / FILE).read_text() == "its id"
    check_home(runs)


@on_sqlite
def test_a_home_whose_table_is_a_file_needs_no_id(runs: Runs, home: Home) -> None:
    check_home(runs)
    assert not (home.path / FILE).exists()
