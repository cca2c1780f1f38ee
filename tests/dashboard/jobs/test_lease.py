"""The lease of one worker at a time, and whether that worker is alive."""

from dashboard.jobs.lease import SILENT_SECONDS, WorkerStatus
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from tests.dashboard.clock import Clock
from tests.dashboard.jobs.conftest import ME

HERE = Process.current()


def test_without_a_lease_no_worker_is_alive(runs: Runs) -> None:
    assert runs.lease.status() == WorkerStatus(alive=False, pid=None, seconds=None)


def test_a_worker_that_sends_heartbeats_is_alive(runs: Runs, clock: Clock) -> None:
    assert runs.lease.take(HERE, None, over=None)
    clock.now += 2
    assert runs.lease.status() == WorkerStatus(alive=True, pid=HERE.pid, seconds=2.0)
    assert runs.lease.renew(HERE)
    assert runs.lease.status().seconds == 0.0


def test_a_worker_without_heartbeats_is_not_alive(runs: Runs, clock: Clock) -> None:
    runs.lease.take(HERE, None, over=None)
    clock.now += SILENT_SECONDS + 1
    assert not runs.lease.status().alive


def test_a_worker_whose_process_has_ended_is_not_alive(runs: Runs) -> None:
    runs.lease.take(ME, None, over=None)
    assert not runs.lease.status().alive


def test_a_worker_stays_alive_when_the_clock_is_set_back(runs: Runs, clock: Clock) -> None:
    runs.lease.take(HERE, None, over=None)
    clock.now -= 86_400
    assert runs.lease.status() == WorkerStatus(alive=True, pid=HERE.pid, seconds=0.0)


def test_the_lease_is_taken_once(runs: Runs) -> None:
    assert runs.lease.take(ME, None, over=None)
    assert not runs.lease.take(HERE, None, over=None)


def test_a_lease_is_taken_over_only_from_an_unchanged_holder(runs: Runs) -> None:
    runs.lease.take(ME, None, over=None)
    seen = runs.lease.holder()
    runs.lease.renew(ME)
    assert not runs.lease.take(HERE, None, over=seen)
    assert runs.lease.take(HERE, None, over=runs.lease.holder())
    assert not runs.lease.renew(ME)


def test_a_worker_does_not_release_its_lease_while_runs_wait(runs: Runs) -> None:
    runs.lease.take(HERE, None, over=None)
    run = runs.create("train", "demo", {})
    assert not runs.lease.release(HERE, if_idle=True)
    runs.request_stop(run)
    assert runs.lease.release(HERE, if_idle=True)
    assert runs.lease.holder() is None


def test_a_worker_is_adopted_from_its_keeper_once(runs: Runs) -> None:
    runs.lease.take(HERE, ME, over=None)
    seen = runs.lease.holder()
    assert seen is not None
    assert runs.lease.adopt(seen, HERE)
    assert not runs.lease.adopt(seen, ME)


def test_a_worker_without_a_keeper_is_not_adopted(runs: Runs) -> None:
    runs.lease.take(ME, None, over=None)
    seen = runs.lease.holder()
    assert seen is not None
    assert not runs.lease.adopt(seen, HERE)
