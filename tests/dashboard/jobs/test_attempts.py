"""Start, heartbeat and end of an attempt, and updates that are ignored."""

import pytest

from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.repository import LostClaim
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from tests.dashboard.clock import Clock
from tests.dashboard.jobs.conftest import ME

OTHER = Process(pid=4_000_002, born=13.0)


def test_a_claimed_run_starts_and_a_begun_one_runs(runs: Runs) -> None:
    runs.create("train", "demo", {})
    claimed = runs.queue.claim()
    assert claimed is not None
    assert (claimed.state, claimed.attempt, claimed.pid) == (State.STARTING, 1, None)
    begun = runs.attempts.begin(claimed.run, 1, ME)
    assert (begun.state, begun.pid, begun.born) == (State.RUNNING, ME.pid, ME.born)


def test_only_one_process_begins_an_attempt(runs: Runs, training: Run) -> None:
    with pytest.raises(LostClaim):
        runs.attempts.begin(training.run, training.attempt, OTHER)
    assert runs.get(training.run).pid == ME.pid


def test_a_process_whose_answer_was_lost_begins_again(runs: Runs, training: Run) -> None:
    assert runs.attempts.begin(training.run, training.attempt, ME) == training
    runs.request_stop(training.run)
    assert runs.attempts.begin(training.run, training.attempt, ME).state is State.STOPPING


def test_a_process_cannot_begin_an_attempt_that_is_over(runs: Runs) -> None:
    run = runs.create("train", "demo", {})
    runs.queue.claim()
    runs.attempts.end(run, 1, State.QUEUED)
    again = runs.queue.claim()
    assert again is not None
    with pytest.raises(LostClaim):
        runs.attempts.begin(run, 1, ME)
    assert runs.attempts.begin(run, 2, OTHER).pid == OTHER.pid


def test_a_run_that_is_stopped_while_it_starts_begins_stopping(runs: Runs) -> None:
    run = runs.create("train", "demo", {})
    runs.queue.claim()
    runs.request_stop(run)
    begun = runs.attempts.begin(run, 1, ME)
    assert (begun.state, begun.stop_requested) == (State.STOPPING, True)
    assert runs.attempts.end(run, 1, State.STOPPED)


def test_a_heartbeat_stores_time_progress_and_parameters(
    runs: Runs, training: Run, clock: Clock
) -> None:
    clock.now += 5
    asked = runs.attempts.heartbeat(training.run, training.attempt, {"epoch": 2}, parameters=99)
    run = runs.get(training.run)
    assert (asked, run.heartbeat, run.progress, run.parameters) == (
        False,
        clock.now,
        {"epoch": 2},
        99,
    )


@pytest.mark.parametrize("ended", [State.FINISHED, State.FAILED, State.INTERRUPTED])
def test_an_end_is_final(runs: Runs, training: Run, ended: State) -> None:
    assert runs.attempts.end(training.run, training.attempt, ended)
    for late in (State.FINISHED, State.FAILED, State.INTERRUPTED, State.STOPPED):
        assert not runs.attempts.end(training.run, training.attempt, late)
    with pytest.raises(LostClaim):
        runs.attempts.heartbeat(training.run, training.attempt)
    with pytest.raises(LostClaim):
        runs.metric_writer.append(
            training.run, training.attempt, [Point(1, None, "loss", 1.0, 0.0)]
        )
    run = runs.get(training.run)
    assert (run.state, run.pid, run.last_seq) == (ended, None, 0)


def test_updates_from_an_earlier_attempt_are_refused(runs: Runs, training: Run) -> None:
    runs.attempts.end(training.run, 1, State.INTERRUPTED)
    runs.resume(training.run)
    again = runs.queue.claim()
    assert again is not None
    runs.attempts.begin(again.run, again.attempt, OTHER)
    assert not runs.attempts.end(training.run, 1, State.FAILED)
    with pytest.raises(LostClaim):
        runs.attempts.heartbeat(training.run, 1)
    with pytest.raises(LostClaim):
        runs.metric_writer.append(training.run, 1, [Point(1, None, "loss", 1.0, 0.0)])
    assert runs.get(training.run).state is State.RUNNING


def test_updates_of_a_deleted_run_are_refused(runs: Runs, training: Run) -> None:
    runs.attempts.end(training.run, 1, State.FINISHED)
    runs.deletion.delete(training.run)
    with pytest.raises(LostClaim):
        runs.attempts.heartbeat(training.run, 1)
    assert not runs.attempts.end(training.run, 1, State.FAILED)


def test_a_run_that_was_not_asked_to_stop_cannot_end_as_stopped(runs: Runs, training: Run) -> None:
    assert not runs.attempts.end(training.run, training.attempt, State.STOPPED)
    assert runs.get(training.run).state is State.RUNNING
