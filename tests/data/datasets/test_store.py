"""Names and folders of datasets while an import runs, and after one was killed."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.checksums import remove
from data.datasets.store import Store
from data.errors import BadInput, Damaged
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

DEAD = "v-1-0-0123456789ab"
"""A version whose process cannot run: no process 1 was started in 1970."""


def temporary_file(folder: Path, process: int) -> Path:
    """Return what a process has written of a manifest that is not in its place yet."""
    file = folder / f".{process}-0123abcd-manifest.json"
    file.write_text("half a manifest")
    return file


def ended_process() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


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
    store.rename("log", "other")
    assert store.names() == {"other"}


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
    temporary_file(store.home.datasets / "old", ended_process())
    ingest(store, ImportRequest([log], "new"))
    assert sorted(path.name for path in store.home.datasets.iterdir()) == ["new", "old"]
    for dataset in store.list():
        files = {path.name for path in dataset.path.parent.iterdir()}
        assert files == {"manifest.json", "checksums.json", dataset.fingerprint}


def test_a_sweep_leaves_what_a_running_import_writes(store: Store) -> None:
    version = store.begin("log")
    manifest = temporary_file(version.parent, os.getpid())
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


def test_a_dataset_whose_manifest_is_missing_is_named_and_keeps_its_tables(
    store: Store, log: Path
) -> None:
    dataset = ingest(store, ImportRequest([log], "log"))
    version = dataset.path.rename(dataset.path.with_name(DEAD))
    (version.parent / "manifest.json").unlink()
    ingest(store, ImportRequest([log], "other"))
    assert (version / "users.parquet").exists()
    assert list(store.damaged()) == ["log"]
    with pytest.raises(Damaged, match="log is damaged"):
        store.open("log")
    store.delete("log")
    assert store.names() == {"other"}
    assert not version.parent.exists()


def test_a_version_of_an_ended_process_with_the_same_id_is_deleted(store: Store) -> None:
    folder = store.home.datasets / "log" / f"v-{os.getpid()}-1-0123456789ab"
    folder.mkdir(parents=True)
    store.sweep()
    assert not folder.parent.exists()


DAMAGE: dict[str, Callable[[dict[str, Any]], object]] = {
    "without a key": lambda manifest: manifest.pop("parts"),
    "without a count": lambda manifest: manifest["summary"].pop("purchases"),
    "with text for a count": lambda manifest: manifest["summary"].update(users="many"),
    "with a number for a time": lambda manifest: manifest.update(created=5),
    "of another version": lambda manifest: manifest.update(schema=1),
    "with a version outside": lambda manifest: manifest.update(version="../../../victim"),
    "with a file outside": lambda manifest: manifest["parts"][0].update(file="../victim.parquet"),
}


@pytest.fixture
def manifest(store: Store, log: Path) -> Path:
    """The manifest of dataset "log", which another process seems to have imported.

    It has no checksum, as those of earlier versions.
    """
    dataset = ingest(store, ImportRequest([log], "log"))
    file = dataset.path.parent / "manifest.json"
    dataset.path.rename(dataset.path.with_name(DEAD))
    content = file.read_text().replace(dataset.fingerprint, DEAD)
    remove(file.parent, [file.name])
    file.write_text(content)
    return file


def damage(manifest: Path, how: str) -> None:
    values = json.loads(manifest.read_text())
    DAMAGE[how](values)
    remove(manifest.parent, [manifest.name])
    manifest.write_text(json.dumps(values))


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_dataset_is_named_and_hides_no_other(
    store: Store, log: Path, manifest: Path, how: str
) -> None:
    ingest(store, ImportRequest([log], "other"))
    damage(manifest, how)
    assert [dataset.name for dataset in store.list()] == ["other"]
    (name,) = store.damaged()
    assert name == "log"
    with pytest.raises(Damaged, match=r"(log is damaged|log was made by another version)"):
        store.open("log")
    with pytest.raises(BadInput, match="exists already"):
        ingest(store, ImportRequest([log], "log"))


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_dataset_can_be_deleted_or_replaced_and_nothing_outside_is(
    store: Store, log: Path, manifest: Path, how: str
) -> None:
    victim = store.home.path.parent / "victim"
    victim.mkdir()
    damage(manifest, how)
    dataset = ingest(store, ImportRequest([log], "log", mode="replace"))
    assert {path.name for path in manifest.parent.iterdir()} == {
        "manifest.json",
        "checksums.json",
        dataset.fingerprint,
    }
    damage(manifest, how)
    store.delete("log")
    assert store.names() == set()
    assert not manifest.parent.exists()
    assert victim.is_dir()


def test_a_manifest_that_is_no_json_is_damaged(store: Store, manifest: Path) -> None:
    for content in (b"", b"null", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"schema": 2}'):
        manifest.write_bytes(content)
        assert list(store.damaged()) == ["log"]


def test_keys_that_a_later_version_has_added_are_ignored(store: Store, manifest: Path) -> None:
    values = json.loads(manifest.read_text())
    values["later"] = values["sources"][0]["later"] = "value"
    manifest.write_text(json.dumps(values))
    assert store.open("log").manifest.sources[0].name == "log.csv"


@pytest.mark.parametrize("file", ["part-0.parquet", "users.parquet"])
@pytest.mark.parametrize("content", [None, b"", b"PAR1 and garbage PAR1"])
def test_a_damaged_table_is_named(
    store: Store, manifest: Path, file: str, content: bytes | None
) -> None:
    table = store.open("log").path / file
    table.unlink()
    if content is not None:
        table.write_bytes(content)
    with (
        pytest.raises(Damaged, match=rf"The file {file} of dataset log is damaged or missing"),
        store.open("log").connect() as connection,
    ):
        connection.execute("SELECT * FROM events, users").fetchall()


def flip(file: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    "file", ["part-0", "purchases", "users", "products", "hours", "product_attributes"]
)
def test_a_flipped_bit_of_a_table_is_never_a_silent_change(
    store: Store, log: Path, tmp_path: Path, file: str
) -> None:
    items = tmp_path / "items.csv"
    items.write_text("product,colour\nx,red\ny,blue\n")
    dataset = ingest(store, ImportRequest([log], "log", products=items))
    flip(dataset.path / f"{file}.parquet")
    sentence = rf"The file {file}\.parquet of dataset log is damaged"
    with pytest.raises(Damaged, match=sentence), dataset.connect():
        pass
    with pytest.raises(Damaged, match=sentence), store.reading("log"):
        pass


def test_a_changed_number_of_a_manifest_is_noticed(store: Store, log: Path) -> None:
    file = ingest(store, ImportRequest([log], "log")).path.parent / "manifest.json"
    file.write_text(file.read_text().replace('"events": 2', '"events": 3'))
    with pytest.raises(Damaged, match="The manifest of dataset log is damaged"):
        store.open("log")


def test_what_was_removed_meanwhile_is_no_damage(store: Store, log: Path) -> None:
    first = ingest(store, ImportRequest([log], "log"))
    ingest(store, ImportRequest([log], "log", mode="replace"))
    with pytest.raises(BadInput, match="log was changed meanwhile"), first.connect():
        pass
    second = store.open("log")
    store.rename("log", "other")
    with pytest.raises(BadInput, match="log was changed meanwhile"), second.connect():
        pass


def test_a_missing_folder_of_tables_is_damage(store: Store, log: Path) -> None:
    dataset = ingest(store, ImportRequest([log], "log"))
    dataset.path.rename(store.home.path / "elsewhere")
    sentence = r"part-0\.parquet of dataset log is damaged or missing"
    with pytest.raises(Damaged, match=sentence), dataset.connect():
        pass


def test_a_dataset_that_was_deleted_while_it_was_read_leaves_nothing_to_the_next(
    store: Store, log: Path
) -> None:
    dataset = ingest(store, ImportRequest([log], "log"))
    (dataset.path.parent / "preparation.json").write_text("{}")
    with store.reading("log"):
        store.delete("log")
    again = ingest(store, ImportRequest([log], "log"))
    assert {path.name for path in again.path.parent.iterdir()} == {
        "manifest.json",
        "checksums.json",
        again.fingerprint,
    }


def test_an_import_takes_nothing_from_another_one_that_stores_its_last_checksum(
    store: Store, log: Path
) -> None:
    folder = ingest(store, ImportRequest([log], "log")).path.parent
    being_written, left = (
        temporary_file(folder, process) for process in (os.getpid(), ended_process())
    )
    ingest(store, ImportRequest([log], "other"))
    assert being_written.exists()
    assert not left.exists()


@pytest.mark.parametrize("reader", ["a job", "a query"])
def test_a_dataset_is_not_renamed_while_it_is_being_read(
    store: Store, log: Path, reader: str
) -> None:
    dataset = ingest(store, ImportRequest([log], "log"))
    with store.reading("log") if reader == "a job" else dataset.connect():
        with pytest.raises(BadInput, match="log is being read"):
            store.rename("log", "other")
        assert store.names() == {"log"}
    store.rename("log", "other")
    assert store.names() == {"other"}


def test_an_error_of_a_query_is_no_damage(store: Store, manifest: Path) -> None:
    with pytest.raises(duckdb.Error), store.open("log").connect() as connection:
        connection.execute("SELECT nothing FROM events")


@pytest.mark.parametrize("change", ["replace", "delete"])
def test_a_version_stays_while_it_is_being_read(store: Store, log: Path, change: str) -> None:
    first = ingest(store, ImportRequest([log], "log"))
    with store.reading("log") as dataset:
        assert dataset.path == first.path
        if change == "delete":
            store.delete("log")
            assert store.names() == set()
        else:
            assert ingest(store, ImportRequest([log], "log", mode="replace")).path != first.path
        with dataset.connect() as connection:
            assert connection.execute("SELECT count(*) FROM events").fetchone() != (0,)
        assert not store.importing("log")
    store.sweep()
    assert not first.path.exists()
    assert store.names() == ({"log"} if change == "replace" else set())
