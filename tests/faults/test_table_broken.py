"""A table that is locked, read-only, damaged or on a full disk gives a clear error."""

import json
import random
import sqlite3
import time
from collections.abc import Iterator

import pytest

from dashboard.app import create_app
from dashboard.jobs import database
from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import TableError
from dashboard.jobs.states import State
from data.home import Home
from tests.faults.conftest import Place, until

pytestmark = pytest.mark.fault

ME = Process.current()


@pytest.fixture
def runs(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    """Return a table with two trainings of many metrics, which does not wait for locks."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    runs = Runs(home)
    runs.queue.set_parallel(4)
    for name in ("first", "second"):
        run = runs.create("train", name, {})
        runs.queue.claim()
        runs.attempts.begin(run, 1, ME)
        runs.metric_writer.append(
            run, 1, [Point(1, step, "loss", 1.0, 0.0) for step in range(1, 20_001)]
        )
        runs.metric_writer.append(run, 1, [Point(1, None, "val_loss", 1.0, 0.0)])
    yield runs
    runs.close()


def test_a_locked_table_is_readable_and_refuses_writes(runs: Runs, home: Home) -> None:
    other = sqlite3.connect(home.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TableError, match="locked by another process"):
        runs.create("train", "third", {})
    assert [run.run for run in runs.list()] == ["second-1", "first-1"]
    assert len(runs.metrics.history("first-1")) == 1
    other.execute("ROLLBACK")
    other.close()
    assert runs.create("train", "third", {}) == "third-1"


def test_a_read_only_table_is_readable_and_refuses_writes(runs: Runs, home: Home) -> None:
    runs.close()
    read_only = Runs(Home(home.path, f"sqlite:///file:{home.database}?mode=ro&uri=true"))
    with pytest.raises(TableError, match="read-only"):
        read_only.create("train", "third", {})
    assert [run.run for run in read_only.list()] == ["second-1", "first-1"]
    assert read_only.metrics.last_seq("first-1") == 20_001
    read_only.close()


def test_a_file_that_is_no_database_is_refused_and_not_changed(home: Home) -> None:
    home.path.mkdir()
    garbage = b"this is no database" * 1_000
    home.database.write_bytes(garbage)
    with pytest.raises(TableError, match=r"damaged; move vitrina\.db"):
        Runs(home)
    assert home.database.read_bytes() == garbage


def _damage_pages_of(home: Home, run_id: int) -> None:
    """Overwrite a page within the metrics of a run, as a failing disk would."""
    with sqlite3.connect(home.database) as table:
        table.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = table.execute("PRAGMA page_size").fetchone()[0]
        table.execute("CREATE VIRTUAL TABLE temp.stat USING dbstat(main)")
        pages = table.execute(
            "SELECT pageno FROM temp.stat WHERE name = 'metrics' AND pagetype = 'leaf' "
            "ORDER BY path"
        ).fetchall()
    table.close()
    inside = pages[len(pages) // 8] if run_id == 1 else pages[-len(pages) // 8]
    with home.database.open("r+b") as file:
        file.seek((inside[0] - 1) * size)
        file.write(b"\xff" * size)


def test_damage_in_the_metrics_of_a_run_leaves_other_runs_readable(runs: Runs, home: Home) -> None:
    runs.close()
    _damage_pages_of(home, run_id=1)
    damaged = Runs(home)
    with pytest.raises(TableError, match="damaged"):
        damaged.metrics.rows("first-1")
    assert len(damaged.metrics.rows("second-1")) == 20_001
    assert {run.run for run in damaged.list()} == {"first-1", "second-1"}
    damaged.close()


def test_a_full_disk_is_reported_and_loses_nothing(runs: Runs, home: Home) -> None:
    points = [Point(2, step, "loss", 1.0, 0.0) for step in range(1, 50_001)]
    with runs.database.write() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {used + 10}")
    with pytest.raises(TableError, match="disk is full"):
        runs.metric_writer.append("first-1", 1, points)
    assert runs.metrics.last_seq("first-1") == 20_001
    assert len(runs.metrics.rows("first-1")) == 20_001
    assert runs.attempts.end("first-1", 1, State.FAILED, "disk_full")


@pytest.mark.slow
def test_a_training_continues_while_the_table_is_locked(
    place: Place, moments: random.Random
) -> None:
    run = place.training(epochs=60)
    place.worker()
    place.learnt(run, epochs=1)
    saved = place.runs.folder(run) / "history.json"
    for _time in range(3):
        time.sleep(moments.random())  # the moment of the lock, not a wait for anything
        other = sqlite3.connect(place.home.database, isolation_level=None, timeout=60)
        other.execute("BEGIN IMMEDIATE")
        known = len(json.loads(saved.read_text()))
        # It learns on, and tells of it as soon as it can.
        until(lambda known=known: len(json.loads(saved.read_text())) > known + 1)
        other.execute("ROLLBACK")
        other.close()
        until(lambda known=known: place.runs.get(run).epochs_done > known + 1)
    finished = place.reached(run, State.FINISHED)
    assert finished.attempt == 1
    assert [entry["epoch"] for entry in place.runs.metrics.history(run)] == list(range(1, 61))


def test_a_server_reports_that_its_table_is_damaged(runs: Runs, home: Home) -> None:
    client = create_app(home).server.test_client()
    runs.close()
    for file in home.path.glob(f"{home.database.name}*"):
        file.write_bytes(b"this is no database" * 1_000)
    answer = client.get("/take/record/first-1.zip", base_url="http://127.0.0.1:8050")
    assert answer.status_code == 500
    assert "damaged; move vitrina.db" in answer.text
