"""SIGKILL of the worker, and concurrent workers: no run is started twice, none is lost."""

import random
import signal
import subprocess
import time

import pytest

from dashboard.jobs.schema import TableError
from dashboard.jobs.states import State
from tests.databases import on_both_databases
from tests.faults.conftest import Place, until

pytestmark = [pytest.mark.fault, pytest.mark.slow]


@on_both_databases
def test_a_training_continues_when_its_worker_is_killed(
    place: Place, moments: random.Random
) -> None:
    run = place.training(epochs=1000)
    place.worker()
    place.learnt(run, epochs=1)
    child = place.child(run)
    for _kill in range(3):
        time.sleep(moments.random())  # the moment of the kill, not a wait for anything
        old = place.worker_process()
        old.send(signal.SIGKILL)
        until(lambda old=old: not old.alive())
        place.worker()
        assert place.worker_process() != old
        assert place.child(run) == child
    place.runs.request_stop(run)
    assert place.reached(run, State.STOPPED).attempt == 1
    learnt = [entry["epoch"] for entry in place.runs.metrics.history(run)]
    assert learnt == list(range(1, len(learnt) + 1))


@on_both_databases
def test_every_run_finishes_although_workers_are_killed(
    place: Place, moments: random.Random
) -> None:
    file = str(place.log())
    names = [place.runs.create("import", f"set{n}", {"files": [file]}) for n in range(6)]
    for _kill in range(4):
        place.worker()
        worker = place.worker_process()
        time.sleep(moments.uniform(0, 2))  # the moment of the kill, not a wait for anything
        worker.send(signal.SIGKILL)
        until(lambda worker=worker: not worker.alive())
    place.worker()
    assert len(place.reached_all(names, State.FINISHED)) == len(names)
    for name in names:
        log = (place.runs.folder(name) / "log.txt").read_text()
        assert log.count(" finished") == 1


@on_both_databases
def test_of_concurrent_workers_one_serves_and_each_run_starts_once(place: Place) -> None:
    file = str(place.log())
    names = [place.runs.create("import", f"set{n}", {"files": [file]}) for n in range(6)]
    workers = [place.worker(), place.worker(), place.worker()]
    finished = place.reached_all(names, State.FINISHED)
    assert [run.attempt for run in finished] == [1] * len(names)
    turned_away = until(lambda: [w.poll() for w in workers if w.poll() is not None][1:])
    assert len(turned_away) == 1
    assert sum(worker.poll() is None for worker in workers) == 1


@on_both_databases
def test_a_suspended_worker_is_replaced_and_ends_when_it_continues(place: Place) -> None:
    frozen = place.worker()
    old = place.worker_process()
    suspend(place, frozen)
    place.worker()
    until(lambda: place.worker_process() != old)
    frozen.send_signal(signal.SIGCONT)
    assert until(lambda: frozen.poll() is not None)
    assert place.worker_process() != old


def suspend(place: Place, worker: subprocess.Popen[str]) -> None:
    """Suspend a worker while it holds no lock, which it would keep until it continues."""

    def holds_no_lock() -> bool:
        worker.send_signal(signal.SIGSTOP)
        try:
            place.runs.queue.pause(False)
        except TableError:
            worker.send_signal(signal.SIGCONT)
            return False
        return True

    until(holds_no_lock)
