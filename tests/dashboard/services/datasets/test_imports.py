"""Imports as jobs and as commands do not work on one dataset at the same time."""

from pathlib import Path

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.services.datasets import demo, imports, library
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing.request import ImportRequest


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "log.csv"
    file.write_text("time,user,product\n2020-01-01,a,x\n2020-01-02,a,y\n")
    return file


def test_a_command_does_not_import_what_a_job_imports(home: Home, log: Path) -> None:
    job = imports.start(home, ImportRequest([log], "log"))
    with pytest.raises(BadInput, match="Dataset log is being imported already"):
        imports.import_files(home, ImportRequest([log], "log"))
    assert library.names(home) == []
    imports.cancel(home, job)
    assert imports.import_files(home, ImportRequest([log], "log")).manifest.summary["events"] == 2


def test_a_job_does_not_import_what_a_command_imports(home: Home, log: Path) -> None:
    folder = Store(home).begin("log")  # as the process of the command does
    with pytest.raises(BadInput, match="Dataset log is being imported already"):
        imports.start(home, ImportRequest([log], "log"))
    assert Runs(home).list() == []
    Store(home).abandon(folder)
    imports.start(home, ImportRequest([log], "log"))


def test_the_demo_shop_is_made_once(home: Home) -> None:
    demo.start(home)
    with pytest.raises(BadInput, match="Dataset demo is being imported already"):
        demo.start(home)
    with pytest.raises(BadInput, match="Dataset demo is being imported already"):
        demo.make(home, buyers=10)


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_a_dataset_that_a_queued_import_changes_is_neither_renamed_nor_deleted(
    home: Home, log: Path, mode: str
) -> None:
    imports.import_files(home, ImportRequest([log], "log"))
    job = imports.start(home, ImportRequest([log], "log", mode=mode))
    for change in (library.delete, lambda home, name: library.rename(home, name, "other")):
        with pytest.raises(BadInput, match=f"Dataset log is in use by {job}"):
            change(home, "log")
    imports.cancel(home, job)
    library.rename(home, "log", "other")
    assert library.names(home) == ["other"]


def test_the_name_of_a_queued_import_is_not_given_to_another_dataset(home: Home, log: Path) -> None:
    imports.import_files(home, ImportRequest([log], "log"))
    job = imports.start(home, ImportRequest([log], "new"))
    with pytest.raises(BadInput, match=f"Dataset new is in use by {job}"):
        library.rename(home, "log", "new")
