"""Datasets that machines with disks of their own share through a store."""

import fcntl
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import dashboard  # noqa: F401
from dashboard.jobs.job import Job
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.staged_folders import staged_folders
from dashboard.jobs.store_keeper import delete_garbage, sweep
from dashboard.jobs.stored_folders import StoredFolders
from dashboard.services.datasets import library, preparations
from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput, Damaged, VitrinaError
from data.files import locked
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.sharing import mirror_of
from data.sharing.cache_limit import CACHE_LIMIT, keep_within
from data.sharing.mirror import Mirror
from data.sharing.object_store import ObjectStore, StoreUnreachable
from tests.dashboard.sharing.conftest import Machine
from tests.faults.conftest import write_log
from tests.stores import on_both_stores


def mirror(home: Home) -> Mirror:
    opened = mirror_of(home)
    assert opened is not None
    return opened


def events(dataset: Dataset) -> int:
    with dataset.connect() as connection:
        return len(connection.execute("FROM events").fetchall())


def objects(home: Home) -> set[str]:
    return set(mirror(home).objects.list(""))


def large_files(home: Home) -> list[str]:
    return sorted(file.name for file in home.datasets.rglob("*.parquet"))


@on_both_stores
def test_tables_come_to_another_machine_when_they_are_read(machine: Machine, log: Path) -> None:
    ingest(Store(machine("first")), ImportRequest([log], "log"))
    second = machine("second")
    dataset = Store(second).open("log")
    assert dataset.manifest.summary["events"] == 400
    assert large_files(second) == []
    assert events(dataset) == 400
    assert large_files(second) == large_files(machine("first"))
    dataset.verify()


def test_a_file_that_is_missing_here_is_no_damage(machine: Machine, log: Path) -> None:
    ingest(Store(machine("first")), ImportRequest([log], "log"))
    dataset = Store(machine("second")).open("log")
    assert dataset.rejects.exists()


@on_both_stores
def test_nothing_of_an_upload_is_seen_before_it_is_complete(
    machine: Machine, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = machine("first")
    before = objects(home)

    def crash(*_arguments: object) -> None:
        raise VitrinaError("the power fails")

    with monkeypatch.context() as crashing:
        crashing.setattr(StoredFolders, "commit", crash)
        with pytest.raises(VitrinaError, match="the power fails"):
            ingest(Store(home), ImportRequest([log], "log"))
    left = objects(home) - before
    assert len(left) > 5
    assert Store(machine("second")).names() == Store(home).names() == set()
    assert sweep(mirror(home)) == []  # it may still be being uploaded
    ingest(Store(home), ImportRequest([log], "log"))
    assert set(sweep(mirror(home), age=-10)) == left
    assert events(Store(machine("second")).open("log")) == 400


def test_an_addition_uploads_what_is_new(machine: Machine, log: Path, tmp_path: Path) -> None:
    first, second = machine("first"), machine("second")
    ingest(Store(first), ImportRequest([log], "log"))
    before = mirror(first).get("datasets", "log")
    more = write_log(tmp_path / "more.csv", seed=1)
    ingest(Store(second), ImportRequest([more], "log", mode="append"))
    after = mirror(first).get("datasets", "log")
    assert before and after
    kept = {file.key for file in before.files.values()} & {f.key for f in after.files.values()}
    assert {key.rpartition("/")[2] for key in kept} == {"part-0.parquet", "rejects.parquet"}
    assert events(Store(first).open("log")) == 800
    assert large_files(second).count("hours.parquet") == 1


def test_of_two_additions_at_once_the_second_is_refused(
    machine: Machine, log: Path, tmp_path: Path
) -> None:
    first, second = Store(machine("first")), Store(machine("second"))
    ingest(first, ImportRequest([log], "log"))
    more = write_log(tmp_path / "more.csv", seed=1)
    stale = second.open("log")
    ingest(first, ImportRequest([more], "log", mode="append"))
    folder = second.begin("log")
    with pytest.raises(BadInput, match="changed meanwhile"):
        second.commit(
            "log", replace(stale.manifest, version=folder.name), replace=True, added_to=stale
        )
    second.abandon(folder)
    assert events(second.open("log")) == 800


def test_a_name_is_given_once(machine: Machine, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Store(machine("first")), Store(machine("second"))
    monkeypatch.setattr(second, "check_free", lambda _name: None)  # both have looked
    ingest(first, ImportRequest([log], "log"))
    with pytest.raises(BadInput, match="changed meanwhile"):
        ingest(second, ImportRequest([log], "log"))
    assert second.names() == {"log"}


@on_both_stores
def test_a_damaged_object_is_noticed(machine: Machine, log: Path) -> None:
    ingest(Store(machine("first")), ImportRequest([log], "log"))
    second = machine("second")
    folder = mirror(second).get("datasets", "log")
    assert folder
    key = next(file.key for path, file in folder.files.items() if "purchases" in path)
    mirror(second).objects.write(key, b"PAR1 of somebody else PAR1")
    with pytest.raises(Damaged, match="The store lacks a file of log, or it is damaged"):
        events(Store(second).open("log"))


def test_a_damaged_file_is_not_uploaded(machine: Machine, log: Path) -> None:
    home = machine("first")
    dataset = ingest(Store(home), ImportRequest([log], "log"))
    file = dataset.path / "purchases.parquet"
    file.write_bytes(file.read_bytes().replace(b"PAR1", b"PAR2"))
    with pytest.raises(Damaged, match="is damaged and was not put into the store"):
        mirror(home).commit("datasets", "copy", {"purchases.parquet": file})
    assert Store(machine("second")).names() == {"log"}


@on_both_stores
def test_a_deleted_dataset_is_gone_everywhere(machine: Machine, log: Path) -> None:
    first, second = machine("first"), machine("second")
    before = objects(first)
    ingest(Store(first), ImportRequest([log], "log"))
    preparations.save(first, "log", {"min_user_events": 3})
    assert events(Store(second).open("log")) == 400
    library.delete(second, "log")
    assert Store(first).names() == set()
    assert list(first.datasets.iterdir()) == list(second.datasets.iterdir()) == []
    assert objects(first) > before
    table = mirror(first).table
    assert isinstance(table, StoredFolders)
    delete_garbage(mirror(first))
    assert objects(first) > before  # somebody may be reading them
    table._clock = lambda: 1e12
    delete_garbage(mirror(first))
    assert objects(first) == before
    assert table.known_keys() == set()


def test_a_renamed_dataset_has_its_new_name_everywhere(machine: Machine, log: Path) -> None:
    first, second = machine("first"), machine("second")
    ingest(Store(first), ImportRequest([log], "log"))
    assert Store(second).names() == {"log"}
    library.rename(first, "log", "shop")
    assert Store(first).names() == Store(second).names() == {"shop"}
    assert events(Store(first).open("shop")) == events(Store(second).open("shop")) == 400


def test_a_preparation_is_shared(machine: Machine, log: Path) -> None:
    first, second = machine("first"), machine("second")
    ingest(Store(first), ImportRequest([log], "log"))
    assert preparations.saved(second, "log") is None
    preparations.save(second, "log", {"min_user_events": 3})
    saved = preparations.saved(first, "log")
    assert saved is not None
    assert saved.min_user_events == 3
    ingest(Store(second), ImportRequest([log], "log", mode="replace"))
    assert preparations.saved(first, "log") == saved


def test_the_cache_forgets_what_was_used_least_recently(
    machine: Machine, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = machine("first")
    for name in ("old", "held", "new"):
        ingest(Store(home), ImportRequest([log], name))
    opened = [Store(home).open(name) for name in ("old", "held", "new")]
    for dataset in opened:
        dataset.verify()
    size = sum(file.stat().st_size for file in opened[0].path.glob("*.parquet"))
    assert keep_within(mirror(home), limit=2 * size) == 0  # all were used just now
    monkeypatch.setattr("data.sharing.cache_limit.IN_USE_SECONDS", -1.0)
    with opened[1].connect():
        assert keep_within(mirror(home), limit=2 * size) == size
        assert keep_within(mirror(home), limit=size) == size
    assert [len(list(dataset.path.glob("*.parquet"))) for dataset in opened] == [0, 6, 0]
    assert [events(dataset) for dataset in opened] == [400, 400, 400]


def test_a_job_keeps_its_home_within_the_limit(
    machine: Machine, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node of Ray has no worker that does."""
    home = machine("first")
    dataset = ingest(Store(home), ImportRequest([log], "log"))
    runs = Runs(home)
    runs.create("train", "log", {})
    run = runs.queue.claim()
    assert run is not None
    monkeypatch.setenv(CACHE_LIMIT, "1kB")
    monkeypatch.setattr("data.sharing.cache_limit.IN_USE_SECONDS", -1.0)
    job = Job(home, run, runs.folder(run.run))
    with staged_folders(job, Reporter(runs, run)) as folders:
        assert not list(dataset.path.glob("*.parquet"))
        assert folders is not None
        folders.commit()


def test_a_store_that_is_away_is_said(
    machine: Machine, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(Store(machine("first")), ImportRequest([log], "log"))
    second = machine("second")
    lines: list[str] = []
    opened = mirror(second)
    opened.log = lines.append
    opened.patience = 0.3

    def away(*_arguments: object) -> None:
        raise StoreUnreachable("The store cannot be reached.")

    with monkeypatch.context() as cut_off:
        cut_off.setattr(ObjectStore, "download", away)
        with pytest.raises(StoreUnreachable):
            Store(second).open("log")
    assert lines == ["The store cannot be reached. It is tried again until it answers."]
    assert events(Store(second).open("log")) == 400


def test_whoever_asks_while_another_process_brings_a_dataset_waits(
    machine: Machine, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(Store(machine("first")), ImportRequest([log], "log"))
    second = machine("second")
    store = Store(second)
    waits = threading.Event()
    monkeypatch.setattr("data.sharing.mirror.time.sleep", lambda _seconds: waits.set())
    changes = second.sharing / "datasets" / "log" / "changes"
    changes.mkdir(parents=True)
    with ThreadPoolExecutor(1) as pool:
        with locked(changes, fcntl.LOCK_EX):
            names = pool.submit(store.names)
            assert waits.wait(60)
        assert names.result() == {"log"}


def test_runs_know_the_new_name(machine: Machine, log: Path) -> None:
    first = machine("first")
    ingest(Store(first), ImportRequest([log], "log"))
    run = Runs(first).create(
        "score", "log", {"run": "log-1", "k": 3, "exclude_seen": 0, "format": "csv"}
    )
    Runs(first).request_stop(run)
    library.rename(machine("second"), "log", "shop")
    assert Runs(first).get(run).dataset == "shop"
