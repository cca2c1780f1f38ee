"""The runs of a machine that is gone are ended by the workers of others, and only those."""

from collections.abc import Callable

import pytest

from dashboard.jobs.beats import Beats
from dashboard.jobs.failures import LOST
from dashboard.jobs.other_nodes import LOST_SECONDS, OtherNodes
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from tests.dashboard.clock import Clock
from tests.dashboard.jobs.conftest import ME
from tests.databases import on_postgresql

pytestmark = on_postgresql


@pytest.fixture
def seconds() -> Clock:
    """The clock by which silence is counted."""
    return Clock()


@pytest.fixture
def far(runs: Runs, on_node: Callable[[str], Runs]) -> Runs:
    """The table as a machine sees it whose worker holds a lease."""
    table = on_node("far")
    table.queue.set_parallel(2)
    table.lease.take(ME, None, over=None)
    return table


@pytest.fixture
def claimed(far: Runs) -> Run:
    """A training that the worker there has claimed."""
    far.create("train", "demo", {"epochs": 3})
    run = far.queue.claim()
    assert run is not None
    return run


@pytest.fixture
def others(far: Runs, on_node: Callable[[str], Runs], seconds: Clock) -> OtherNodes:
    others = OtherNodes(on_node("near"))
    others._beats = Beats(seconds)
    others.watch()
    return others


def test_a_run_of_a_machine_that_is_gone_is_interrupted(
    far: Runs, claimed: Run, others: OtherNodes, seconds: Clock
) -> None:
    far.attempts.begin(claimed.run, claimed.attempt, ME)
    seconds.now += LOST_SECONDS + 1
    others.watch()
    run = far.get(claimed.run)
    assert (run.state, run.reason) == (State.INTERRUPTED, LOST)
    assert far.lease.holders() == []
    assert not far.lease.renew(ME)


def test_a_claimed_run_of_a_machine_that_is_gone_waits_again(
    far: Runs, claimed: Run, others: OtherNodes, seconds: Clock
) -> None:
    seconds.now += LOST_SECONDS + 1
    others.watch()
    assert far.get(claimed.run).state is State.QUEUED


def test_a_run_that_was_asked_to_stop_on_a_machine_that_is_gone_is_stopped(
    far: Runs, claimed: Run, others: OtherNodes, seconds: Clock
) -> None:
    far.attempts.begin(claimed.run, claimed.attempt, ME)
    far.request_stop(claimed.run)
    seconds.now += LOST_SECONDS + 1
    others.watch()
    assert far.get(claimed.run).state is State.STOPPED


def test_a_run_whose_process_is_heard_goes_on_without_its_worker(
    far: Runs, claimed: Run, others: OtherNodes, seconds: Clock
) -> None:
    far.attempts.begin(claimed.run, claimed.attempt, ME)
    for _time in range(3):
        seconds.now += LOST_SECONDS - 1
        far.attempts.heartbeat(claimed.run, claimed.attempt)
        others.watch()
    assert far.get(claimed.run).state is State.RUNNING
    assert len(far.lease.holders()) == 1


def test_a_silent_run_is_left_to_a_worker_that_is_heard(
    far: Runs, claimed: Run, others: OtherNodes, seconds: Clock
) -> None:
    for _time in range(3):
        seconds.now += LOST_SECONDS - 1
        far.lease.renew(ME)
        others.watch()
    assert far.get(claimed.run).state is State.STARTING


def test_a_run_of_a_machine_without_a_worker_is_ended_as_soon_as_it_is_silent(
    far: Runs, claimed: Run, others: OtherNodes, seconds: Clock
) -> None:
    far.lease.release(ME)
    far.attempts.begin(claimed.run, claimed.attempt, ME)
    others.watch()
    seconds.now += LOST_SECONDS + 1
    others.watch()
    assert far.get(claimed.run).state is State.INTERRUPTED


def test_a_time_without_a_connection_is_no_silence(
    far: Runs, claimed: Run, others: OtherNodes, seconds: Clock
) -> None:
    seconds.now += LOST_SECONDS + 1
    others.reset()
    others.watch()
    assert far.get(claimed.run).state is State.STARTING


def test_the_runs_of_this_machine_are_not_watched(far: Runs, claimed: Run, seconds: Clock) -> None:
    own = OtherNodes(far)
    own._beats = Beats(seconds)
    for _time in range(2):
        own.watch()
        seconds.now += LOST_SECONDS + 1
    assert far.get(claimed.run).state is State.STARTING
    assert len(far.lease.holders()) == 1
