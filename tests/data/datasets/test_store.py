"""Names and folders of datasets while an import is under way."""

from pathlib import Path

import pytest

from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest


@pytest.fixture
def store(home: Home) -> Store:
    return Store(home)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "log.csv"
    file.write_text("time,user,product\n2020-01-01,a,x\n2020-01-02,a,y\n")
    return file


@pytest.mark.parametrize("mode", ["new", "replace"])
def test_a_dataset_is_imported_by_one_process_at_a_time(store: Store, log: Path, mode: str) -> None:
    folder = store.begin("log")
    assert store.importing("log")
    with pytest.raises(BadInput, match="Dataset log is being imported already"):
        ingest(store, ImportRequest([log], "log", mode=mode))
    assert folder.is_dir()
    store.abandon(folder)
    assert not store.importing("log")
    ingest(store, ImportRequest([log], "log", mode=mode))
    assert not store.importing("log")


def test_a_dataset_that_is_being_imported_is_neither_renamed_nor_deleted(
    store: Store, log: Path
) -> None:
    ingest(store, ImportRequest([log], "log"))
    folder = store.begin("log")
    for change in (store.delete, lambda name: store.rename(name, "other")):
        with pytest.raises(BadInput, match="Dataset log is being imported already"):
            change("log")
    assert store.names() == {"log"}
    store.abandon(folder)
    assert store.rename("log", "other").name == "other"


def test_a_name_that_is_being_imported_is_not_given_to_another(store: Store, log: Path) -> None:
    ingest(store, ImportRequest([log], "log"))
    store.begin("new")
    with pytest.raises(BadInput, match="Dataset new is being imported already"):
        store.rename("log", "new")
    assert store.names() == {"log"}


def test_an_import_whose_process_died_blocks_nothing(store: Store, log: Path) -> None:
    dead = store.begin("log")
    dead.rename(dead.with_name("v-1-0-dead"))  # no process 1 was started in 1970
    assert not store.importing("log")
    ingest(store, ImportRequest([log], "log"))
