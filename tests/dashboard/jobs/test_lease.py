"""One worker at a time, and whether it lives."""

from dashboard.jobs.lease import SILENT_SECONDS, WorkerStatus
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from tests.dashboard.jobs.conftest import ME, Clock

HERE = Process.current()


def test_where_no_worker_ever_served_none_is_alive(runs: Runs) -> None:
    assert runs.lease.status() == WorkerStatus(alive=False, pid=None, seconds=None)


def test_a_worker_that_beats_is_alive(runs: Runs, clock: Clock) -> None:
    assert runs.lease.take(HERE, None, over=None)
    clock.now += 2
    assert runs.lease.status() == WorkerStatus(alive=True, pid=HERE.pid, seconds=2.0)
    assert runs.lease.renew(HERE)
    assert runs.lease.status().seconds == 0.0


def test_a_worker_that_fell_silent_is_not(runs: Runs, clock: Clock) -> None:
    runs.lease.take(HERE, None, over=None)
    clock.now += SILENT_SECONDS + 1
    assert not runs.lease.status().alive


def test_a_worker_whose_process_is_gone_is_not(runs: Runs) -> None:
    runs.lease.take(ME, None, over=None)
    assert not runs.lease.status().alive


def test_a_clock_set_back_does_not_make_a_worker_look_dead(runs: Runs, clock: Clock) -> None:
    runs.lease.take(HERE, None, over=None)
    clock.now -= 86_400
    assert runs.lease.status() == WorkerStatus(alive=True, pid=HERE.pid, seconds=0.0)


def test_the_lease_is_taken_once(runs: Runs) -> None:
    assert runs.lease.take(ME, None, over=None)
    assert not runs.lease.take(HERE, None, over=None)


def test_a_lease_is_taken_over_only_as_it_was_seen(runs: Runs) -> None:
    runs.lease.take(ME, None, over=None)
    seen = runs.lease.holder()
    runs.lease.renew(ME)
    assert not runs.lease.take(HERE, None, over=seen)
    assert runs.lease.take(HERE, None, over=runs.lease.holder())
    assert not runs.lease.renew(ME)


def test_a_worker_does_not_leave_what_waits(runs: Runs) -> None:
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


def test_a_worker_that_nobody_keeps_is_not_adopted(runs: Runs) -> None:
    runs.lease.take(ME, None, over=None)
    seen = runs.lease.holder()
    assert seen is not None
    assert not runs.lease.adopt(seen, HERE)
