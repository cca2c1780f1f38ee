"""Reports of a child reach the table soon, in order, whatever happens to the table."""

import sqlite3
import threading
import time
from collections.abc import Iterator

import pytest

from dashboard.jobs import database
from dashboard.jobs.failures import LOST, status_of
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from data.home import Home
from model.phases import Phase
from tests.databases import on_sqlite


class Exit(threading.Event):
    """Replaces the end of the process: stores the exit status."""

    status: int | None = None

    def __call__(self, status: int) -> None:
        self.status = status
        self.set()


@pytest.fixture
def exited() -> Exit:
    return Exit()


@pytest.fixture
def reporter(runs: Runs, training: Run, exited: Exit) -> Iterator[Reporter]:
    reporter = Reporter(runs, training, exit_process=exited)
    reporter.start()
    yield reporter
    if not exited.is_set():
        reporter.close()


def test_metrics_and_progress_are_stored_when_the_reporter_closes(
    runs: Runs, training: Run, exited: Exit
) -> None:
    reporter = Reporter(runs, training, exit_process=exited)
    reporter.start()
    reporter.metric(0, None, "parameters", 1_234)
    reporter.metric(1, 1, "loss", 2.5)
    reporter.metric(1, 1, "progress", 0.5)
    reporter.metric(1, None, "val_loss", 2.0)
    reporter.progress(epochs=3)
    reporter.close()
    run = runs.get(training.run)
    assert run.parameters == 1_234
    assert run.progress.items() >= {"epoch": 1, "step": 1, "share": 0.5, "epochs": 3}.items()
    assert runs.metrics.history(training.run) == [{"epoch": 1, "val_loss": 2.0}]
    assert runs.metrics.curve(training.run, "loss").value == [2.5]


def test_the_phases_are_stored_with_the_seconds_that_each_took(
    runs: Runs, training: Run, exited: Exit, capfd: pytest.CaptureFixture[str]
) -> None:
    reporter = Reporter(runs, training, exit_process=exited)
    reporter.start()
    reporter.phase(Phase.PREPARATION)
    reporter.phase(Phase.TRAINING)
    reporter.phase(Phase.BASELINES, 0.25)
    reporter.phase(Phase.BASELINES, 0.5)
    reporter.close()
    progress = runs.get(training.run).progress
    assert progress["phase"] == "baselines"
    assert progress["phase_share"] == 0.5
    assert list(progress["phases"]) == ["preparation", "training", "baselines"]
    assert progress["phases"]["baselines"] >= progress["phase_seconds"] >= 0
    assert capfd.readouterr().out.count("Fitting the baselines.") == 1


def test_a_request_to_stop_reaches_the_work(runs: Runs, training: Run, reporter: Reporter) -> None:
    runs.request_stop(training.run)
    deadline = time.monotonic() + 30
    while not reporter.stop():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_process_of_an_attempt_that_is_over_ends(
    runs: Runs, training: Run, reporter: Reporter, exited: Exit
) -> None:
    runs.attempts.end(training.run, training.attempt, State.INTERRUPTED)
    reporter.metric(1, 1, "loss", 2.5)
    assert exited.wait(30)
    assert exited.status == status_of(LOST)


@on_sqlite
def test_the_process_ends_when_its_home_is_deleted(
    home: Home, reporter: Reporter, exited: Exit
) -> None:
    home.database.unlink()
    assert exited.wait(30)
    assert exited.status == status_of(LOST)


@on_sqlite
def test_metrics_are_buffered_while_the_table_is_locked(
    home: Home, runs: Runs, training: Run, exited: Exit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    impatient = Runs(home, clock=runs.clock)
    other = sqlite3.connect(home.database, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    reporter = Reporter(impatient, training, exit_process=exited)
    reporter.start()
    for step in range(1, 101):
        reporter.metric(1, step, "loss", 1 / step)
    assert runs.metrics.last_seq(training.run) == 0
    release = threading.Timer(1.0, other.execute, ["ROLLBACK"])
    release.start()
    reporter.close()
    release.join()
    other.close()
    impatient.close()
    assert [metric.step for metric in runs.metrics.rows(training.run, names=["loss"])] == list(
        range(1, 101)
    )
    assert not exited.is_set()


def test_a_resumed_training_rewinds_to_its_checkpoint(
    runs: Runs, training: Run, reporter: Reporter
) -> None:
    reporter.metric(1, None, "val_loss", 2.0)
    reporter.metric(2, 7, "loss", 2.0)
    reporter.close()
    runs.attempts.end(training.run, training.attempt, State.INTERRUPTED)
    runs.resume(training.run)
    claimed = runs.queue.claim()
    assert claimed is not None
    again = Reporter(runs, claimed, exit_process=Exit())
    again.start()
    again.resumed([{"epoch": 1, "val_loss": 2.0}])
    again.metric(2, None, "val_loss", 1.5)
    again.close()
    assert runs.metrics.history(training.run) == [
        {"epoch": 1, "val_loss": 2.0},
        {"epoch": 2, "val_loss": 1.5},
    ]
    assert runs.metrics.curve(training.run, "loss").step == []
