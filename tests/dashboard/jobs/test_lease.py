"""The lease of one worker at a time, and whether that worker is alive."""

from collections.abc import Callable
from threading import Event, Thread

import pytest

from dashboard.jobs import lease
from dashboard.jobs.beats import Beats
from dashboard.jobs.lease import SILENT_SECONDS, WorkerStatus
from dashboard.jobs.process import Process
from dashboard.jobs.queue import default_parallel
from dashboard.jobs.runs_table import Runs
from data.errors import BadInput
from tests.dashboard.clock import Clock
from tests.dashboard.jobs.conftest import ME
from tests.databases import on_postgresql

HERE = Process.current()


@pytest.mark.parametrize(("labels", "goes"), [([], True), (["large"], True), (["gpu"], False)])
def test_an_idle_worker_goes_though_a_run_waits_for_a_label_that_it_lacks(
    runs: Runs, labels: list[str], goes: bool
) -> None:
    runs.create("train", "demo", {"worker_label": "gpu"})
    runs.lease.take(HERE, None, over=None, labels=labels)
    assert runs.lease.release(HERE, if_idle=True) is goes


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


@on_postgresql
def test_each_machine_has_a_lease_of_its_own(runs: Runs, on_node: Callable[[str], Runs]) -> None:
    first, second = on_node("first").lease, on_node("second").lease
    assert first.take(HERE, None, over=None, slots=3)
    assert second.take(HERE, None, over=None)
    assert not second.take(ME, None, over=None)
    assert [(one.node, one.slots) for one in runs.lease.holders()] == [
        ("first", 3),
        ("second", default_parallel()),
    ]
    assert second.release(HERE)
    assert not second.renew(HERE)
    assert first.renew(HERE, {"load": 0.5})
    (left,) = runs.lease.holders()
    assert (left.node, left.beats, left.load) == ("first", 2, {"load": 0.5})


@on_postgresql
def test_the_process_of_another_machine_is_never_looked_up_here(
    runs: Runs, on_node: Callable[[str], Runs]
) -> None:
    on_node("far").lease.take(ME, None, over=None)  # no process of this machine
    assert runs.lease.status().alive


@on_postgresql
def test_the_clock_of_another_machine_says_nothing(
    runs: Runs, on_node: Callable[[str], Runs], clock: Clock
) -> None:
    seconds = Clock()
    runs.database.beats = Beats(seconds)
    far = on_node("far").lease
    far.take(ME, None, over=None)
    (holder,) = runs.lease.holders()
    clock.now += 86_400
    assert (runs.lease.silence(holder), runs.lease.is_alive(holder)) == (0.0, True)
    seconds.now += SILENT_SECONDS
    assert (runs.lease.silence(holder), runs.lease.is_alive(holder)) == (SILENT_SECONDS, False)
    far.renew(ME)
    (holder,) = runs.lease.holders()
    assert (runs.lease.silence(holder), runs.lease.is_alive(holder)) == (0.0, True)


@on_postgresql
def test_a_lease_is_removed_unless_its_worker_was_heard_again(
    runs: Runs, on_node: Callable[[str], Runs]
) -> None:
    far = on_node("far").lease
    far.take(ME, None, over=None)
    (holder,) = runs.lease.holders()
    far.renew(ME)
    runs.lease.remove(holder)
    (holder,) = runs.lease.holders()
    runs.lease.remove(holder)
    assert runs.lease.holders() == []


@on_postgresql
def test_a_worker_elsewhere_is_heard_by_its_next_heartbeat(
    runs: Runs, on_node: Callable[[str], Runs], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "LISTEN_SECONDS", 0.5)
    far = on_node("far").lease
    assert runs.lease.heard() == set()
    far.take(ME, None, over=None)
    assert runs.lease.heard() == set()
    beating = Event()

    def beat() -> None:
        while not beating.wait(0.05):
            far.renew(ME)

    thread = Thread(target=beat)
    thread.start()
    assert runs.lease.heard() == {"far"}
    beating.set()
    thread.join()


def test_a_worker_that_is_drained_is_one_that_runs(runs: Runs) -> None:
    with pytest.raises(BadInput, match="no worker"):
        runs.lease.drain("far")
    runs.lease.take(HERE, None, over=None)
    runs.lease.drain(runs.node)
    holder = runs.lease.holder()
    assert holder is not None
    assert holder.draining


def test_a_worker_that_a_server_keeps_is_not_drained(runs: Runs) -> None:
    runs.lease.take(HERE, ME, over=None)
    with pytest.raises(BadInput, match="--no-worker"):
        runs.lease.drain(runs.node)
