"""Creating, listing, stopping, resuming, extending, editing and deleting runs."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from dashboard.jobs.database import Database
from dashboard.jobs.metric_reader import Point
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import RUNS
from dashboard.jobs.states import State
from data.errors import BadInput
from data.home import Home
from tests.dashboard.clock import Clock
from tests.dashboard.jobs.conftest import ME
from tests.databases import on_sqlite


def test_runs_of_a_dataset_are_numbered_and_imports_apart(runs: Runs) -> None:
    names = [runs.create(kind, "demo", {}) for kind in ("train", "train", "import", "train")]
    assert names == ["demo-1", "demo-2", "demo-import-1", "demo-3"]


def test_the_number_of_a_run_is_never_reused(runs: Runs) -> None:
    runs.deletion.delete(runs.create("train", "demo", {}))
    assert runs.create("train", "demo", {}) == "demo-2"


def test_runs_of_the_same_configuration_are_distinct(runs: Runs) -> None:
    config = {"epochs": 3, "seed": 1}
    assert runs.create("train", "demo", config) != runs.create("train", "demo", config)


def test_a_run_keeps_what_it_was_created_with(runs: Runs, clock: Clock) -> None:
    run = runs.get(
        runs.create("train", "demo", {"epochs": 3}, preset="fast", label="first", tags=("a", "b"))
    )
    assert (run.state, run.config, run.preset) == (State.QUEUED, {"epochs": 3}, "fast")
    assert (run.label, run.tags, run.created) == ("first", ("a", "b"), clock.now)
    assert (run.pid, run.started, run.finished) == (None, None, None)


def test_an_unknown_run_is_bad_input(runs: Runs) -> None:
    for ask in (
        runs.get,
        runs.request_stop,
        runs.resume,
        runs.deletion.soft_delete,
        runs.deletion.delete,
        runs.metrics.history,
    ):
        with pytest.raises(BadInput, match="There is no run demo-9"):
            ask("demo-9")


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "a\x00b"])
def test_a_name_that_would_leave_the_folder_of_runs_is_bad_input(runs: Runs, name: str) -> None:
    with pytest.raises(BadInput):
        runs.create("train", name, {})
    with pytest.raises(BadInput):
        runs.folder(name)


def test_another_connection_sees_what_was_written(runs: Runs, home: Home) -> None:
    runs.create("train", "demo", {})
    database = Database(home.database_url or f"sqlite:///{home.database}")
    with database.read() as connection:
        assert connection.execute(select(RUNS.c.run)).scalars().all() == ["demo-1"]
    database.close()


@on_sqlite
def test_a_database_file_that_was_replaced_is_opened_again(home: Home, tmp_path: Path) -> None:
    run = Runs(home).create("train", "demo", {})
    Runs(home).close()  # what was written lies in the one file now
    home.database.rename(tmp_path / "kept.db")
    assert Runs(home).list() == []
    Runs(home).close()
    (tmp_path / "kept.db").replace(home.database)
    assert [found.run for found in Runs(home).list()] == [run]


def test_the_list_is_newest_first_and_can_be_filtered(runs: Runs, training: Run) -> None:
    runs.create("import", "shop", {})
    runs.create("train", "shop", {})
    assert [run.run for run in runs.list()] == ["shop-1", "shop-import-1", "demo-1"]
    assert [run.run for run in runs.list(kind="train", dataset="shop")] == ["shop-1"]
    assert [run.run for run in runs.list(states={State.RUNNING})] == ["demo-1"]


def test_a_waiting_run_stops_at_once(runs: Runs) -> None:
    run = runs.create("train", "demo", {})
    assert runs.request_stop(run) is State.STOPPED
    assert runs.queue.claim() is None


def test_a_running_run_is_asked_to_stop(runs: Runs, training: Run) -> None:
    assert runs.request_stop(training.run) is State.STOPPING
    assert runs.attempts.heartbeat(training.run, training.attempt) is True
    assert runs.request_stop(training.run) is State.STOPPING


def test_stopping_an_ended_run_is_bad_input(runs: Runs, training: Run) -> None:
    runs.attempts.end(training.run, training.attempt, State.FINISHED)
    with pytest.raises(BadInput, match="ended already"):
        runs.request_stop(training.run)
    assert runs.get(training.run).state is State.FINISHED


@pytest.mark.parametrize("ended", [State.FAILED, State.INTERRUPTED])
def test_an_unfinished_run_resumes(runs: Runs, training: Run, ended: State) -> None:
    runs.attempts.end(training.run, training.attempt, ended, "killed", "It was killed.")
    runs.resume(training.run)
    run = runs.get(training.run)
    assert (run.state, run.resume, run.reason, run.message) == (State.QUEUED, True, None, None)


def test_a_run_that_never_started_starts_when_resumed(runs: Runs) -> None:
    run = runs.create("train", "demo", {})
    runs.request_stop(run)
    runs.resume(run)
    assert runs.get(run).resume is False


def test_a_finished_run_does_not_resume_but_extends(runs: Runs, training: Run) -> None:
    runs.attempts.end(training.run, training.attempt, State.FINISHED)
    with pytest.raises(BadInput, match="finished"):
        runs.resume(training.run)
    runs.extend(training.run, 2)
    run = runs.get(training.run)
    assert (run.state, run.resume, run.config["epochs"]) == (State.QUEUED, True, 5)


def test_a_training_that_stopped_early_is_extended_from_its_last_epoch(
    runs: Runs, training: Run
) -> None:
    runs.metric_writer.append(
        training.run, training.attempt, [Point(1, None, "val_loss", 1.0, 0.0)]
    )
    runs.attempts.end(training.run, training.attempt, State.FINISHED)
    runs.extend(training.run, 2)
    assert runs.get(training.run).config["epochs"] == 3


def test_only_an_ended_training_is_extended_by_at_least_one_epoch(
    runs: Runs, training: Run
) -> None:
    with pytest.raises(BadInput, match="cannot be extended"):
        runs.extend(training.run, 2)
    runs.attempts.end(training.run, training.attempt, State.FINISHED)
    with pytest.raises(BadInput, match="cannot be extended"):
        runs.extend(training.run, 0)


def test_labels_notes_tags_and_priority_can_be_changed(runs: Runs, training: Run) -> None:
    runs.edit(training.run, label="wide", note="twice the units", tags=("x",), priority=2)
    runs.edit(training.run, note="")
    run = runs.get(training.run)
    assert (run.label, run.note, run.tags, run.priority) == ("wide", "", ("x",), 2)


def test_runs_of_a_renamed_dataset_have_its_new_name(runs: Runs, training: Run) -> None:
    runs.rename_dataset("demo", "shop", lambda: None)
    assert runs.get("demo-1").dataset == "shop"


@on_sqlite
def test_no_run_starts_while_a_dataset_is_renamed(runs: Runs, training: Run, home: Home) -> None:
    def rename() -> None:
        with (
            closing(sqlite3.connect(home.database, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")

    runs.rename_dataset("demo", "shop", rename)


def test_a_dataset_that_cannot_be_renamed_keeps_its_runs(runs: Runs, training: Run) -> None:
    def refuse() -> None:
        raise BadInput("Dataset demo is being read.")

    with pytest.raises(BadInput, match="being read"):
        runs.rename_dataset("demo", "shop", refuse)
    assert runs.get("demo-1").dataset == "demo"


def _with_files(runs: Runs, run: str) -> Path:
    folder = runs.folder(run)
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"x")
    return folder


def test_a_soft_deleted_run_can_be_restored(runs: Runs, training: Run, clock: Clock) -> None:
    runs.metric_writer.append("demo-1", 1, [Point(1, None, "loss", 3.0, clock.now)])
    runs.attempts.end(training.run, training.attempt, State.FINISHED)
    folder = _with_files(runs, "demo-1")
    runs.deletion.soft_delete("demo-1")
    assert runs.list() == []
    clock.now += 299
    runs.deletion.purge()
    runs.deletion.restore("demo-1")
    assert runs.get("demo-1").state is State.FINISHED
    assert runs.metrics.history("demo-1") == [{"epoch": 1, "loss": 3.0}]
    assert folder.exists()


def test_a_soft_deleted_run_is_purged_after_five_minutes(
    runs: Runs, training: Run, clock: Clock
) -> None:
    runs.attempts.end(training.run, training.attempt, State.FINISHED)
    folder = _with_files(runs, "demo-1")
    runs.deletion.soft_delete("demo-1")
    clock.now += 301
    with pytest.raises(BadInput):
        runs.deletion.restore("demo-1")
    runs.deletion.purge()
    assert not folder.exists()


def test_the_parts_of_a_job_that_did_not_finish_go_with_it(runs: Runs, clock: Clock) -> None:
    lists = {"run": "demo-1", "k": 3, "exclude_seen": False}
    job, other = (runs.create("score", "demo", lists | {"format": "csv"}) for _job in range(2))
    parts = [runs.create("part", "demo", lists | {"job": job, "parts": [n]}) for n in range(3)]
    kept = runs.create("part", "demo", lists | {"job": other, "parts": [0]})
    working = parts[0]
    for run in (job, other, working):
        claimed = runs.queue.claim(machines=3)
        assert claimed is not None
        runs.attempts.begin(run, claimed.attempt, ME)
    for run in (job, other):
        runs.attempts.end(run, 1, State.FAILED)
    folder = _with_files(runs, parts[1])
    runs.deletion.purge()
    runs.deletion.soft_delete(job)
    runs.deletion.purge()  # it can still be undone
    assert {*parts, kept} <= {run.run for run in runs.list()}
    clock.now += 301
    runs.deletion.purge()
    assert [run.run for run in runs.list()] == [kept, working, other]
    assert not folder.exists()
    runs.attempts.end(working, 1, State.FINISHED)
    runs.deletion.purge()
    assert [run.run for run in runs.list()] == [kept, other]


def test_a_run_is_deleted_at_once_with_its_files(runs: Runs, training: Run) -> None:
    runs.attempts.end(training.run, training.attempt, State.FINISHED)
    folder = _with_files(runs, "demo-1")
    runs.deletion.delete("demo-1")
    assert not folder.exists()
    with pytest.raises(BadInput):
        runs.deletion.restore("demo-1")


def test_an_active_run_cannot_be_deleted(runs: Runs, training: Run) -> None:
    for delete in (runs.deletion.delete, runs.deletion.soft_delete):
        with pytest.raises(BadInput, match="stop it before"):
            delete("demo-1")
    assert runs.get("demo-1").state is State.RUNNING


def test_a_soft_deleted_run_is_not_claimed(runs: Runs) -> None:
    run = runs.create("train", "demo", {})
    runs.deletion.soft_delete(run)
    assert runs.queue.claim() is None
    runs.deletion.restore(run)
    assert runs.queue.waiting() == [run]


def test_a_run_is_converted_to_json_values(runs: Runs, training: Run) -> None:
    record = runs.get("demo-1").as_dict()
    assert (record["run"], record["state"], record["pid"]) == ("demo-1", "running", ME.pid)
    assert record["tags"] == []


def test_a_label_of_a_megabyte_is_refused(runs: Runs) -> None:
    with pytest.raises(BadInput, match="too long"):
        runs.create("train", "demo", {}, label="x" * 1_000_000)
    run = runs.create("train", "demo", {})
    for change in ({"label": "x" * 201}, {"note": "x" * 10_001}, {"tags": ["x" * 6_000] * 2}):
        with pytest.raises(BadInput, match="too long"):
            runs.edit(run, **change)
    runs.edit(run, label="x" * 200)


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"], ids=["nul", "half of a pair"])
def test_a_text_that_cannot_be_stored_is_bad_input(runs: Runs, text: str) -> None:
    run = runs.create("train", "demo", {}, label="first")
    for change in (
        lambda: runs.edit(run, label=text),
        lambda: runs.edit(run, note=text),
        lambda: runs.get(text),
        lambda: runs.create("train", text, {}),
    ):
        with pytest.raises(BadInput):
            change()
    assert [(one.run, one.label) for one in runs.list()] == [(run, "first")]
