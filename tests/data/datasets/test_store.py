"""Names and folders of datasets while an import runs, and after one was killed."""

import os
from pathlib import Path

import pytest

from data.datasets.store import Store
from data.errors import BadInput
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

DEAD = "v-1-0-0123456789ab"
"""A version whose process cannot run: no process 1 was started in 1970."""


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
    dead.rename(dead.with_name(DEAD))
    assert not store.importing("log")
    ingest(store, ImportRequest([log], "log"))


def test_an_import_deletes_the_unfinished_versions_of_killed_imports(
    store: Store, log: Path
) -> None:
    for name in ("old", "never finished"):
        version = store.home.datasets / name / DEAD
        version.mkdir(parents=True)
        (version / "part-0.parquet").write_text("half a table")
    ingest(store, ImportRequest([log], "old"))
    (store.home.datasets / "old" / ".0123-manifest.json").write_text("half a manifest")
    ingest(store, ImportRequest([log], "new"))
    assert sorted(path.name for path in store.home.datasets.iterdir()) == ["new", "old"]
    for dataset in store.list():
        files = {path.name for path in dataset.path.parent.iterdir()}
        assert files == {"manifest.json", dataset.fingerprint}


def test_a_sweep_leaves_what_a_running_import_writes(store: Store) -> None:
    version = store.begin("log")
    manifest = version.parent / ".0123-manifest.json"
    manifest.write_text("half a manifest")
    store.sweep()
    assert version.is_dir()
    assert manifest.exists()


def test_a_sweep_leaves_a_dataset_alone_whose_manifest_cannot_be_read(
    store: Store, log: Path
) -> None:
    dataset = ingest(store, ImportRequest([log], "log"))
    version = dataset.path.rename(dataset.path.with_name(DEAD))
    (version.parent / "manifest.json").write_text("{}")
    store.sweep()
    assert (version / "users.parquet").exists()


def test_a_version_of_an_ended_process_with_the_same_id_is_deleted(store: Store) -> None:
    folder = store.home.datasets / "log" / f"v-{os.getpid()}-1-0123456789ab"
    folder.mkdir(parents=True)
    store.sweep()
    assert not folder.parent.exists()
