"""SIGKILL of the web server, or of everything: trainings go on, or are interrupted and resume."""

import json
import random
import signal
import time

import pytest

from dashboard.jobs.states import State
from tests.databases import on_both_databases
from tests.faults.conftest import Place, Server, until

pytestmark = [pytest.mark.fault, pytest.mark.slow]


def _worker_is_shown(server: Server) -> bool:
    answer = server.get("/health")
    return bool(answer) and bool(json.loads(answer)["worker"]["alive"])


def test_a_training_continues_when_the_server_is_killed(
    place: Place, moments: random.Random
) -> None:
    run = place.training(epochs=1000)
    server = place.serve()
    place.learnt(run, epochs=1)
    child, worker = place.child(run), place.worker_process()
    for _kill in range(2):
        time.sleep(moments.random())  # the moment of the kill, not a wait for anything
        server.process.kill()
        server.process.wait()
        server = place.serve()
        until(lambda server=server: _worker_is_shown(server))
        assert place.child(run) == child
        assert place.worker_process() == worker
        place.learnt(run, epochs=1)
    place.runs.request_stop(run)
    assert place.reached(run, State.STOPPED).attempt == 1
    learnt = [entry["epoch"] for entry in place.runs.metrics.history(run)]
    assert learnt == list(range(1, len(learnt) + 1))


def test_a_run_resumes_after_all_processes_were_killed(
    place: Place, moments: random.Random
) -> None:
    run = place.training(epochs=30)
    server = place.serve()
    for kills in range(1, 3):
        place.learnt(run, epochs=2)
        time.sleep(moments.random())  # the moment of the kill, not a wait for anything
        for victim in place.processes():
            victim.kill()
        server.process.wait()
        server = place.serve()
        assert place.reached(run, State.INTERRUPTED).attempt == kills
        place.runs.resume(run)
    place.reached(run, State.FINISHED)
    assert [entry["epoch"] for entry in place.runs.metrics.history(run)] == list(range(1, 31))


def test_a_worker_whose_server_was_killed_ends_once_idle(place: Place) -> None:
    server = place.serve()
    worker = place.worker_process()
    server.process.kill()
    until(lambda: not worker.alive())
    assert until(lambda: place.processes() == [])


@on_both_databases
def test_the_server_replaces_a_worker_that_died(place: Place) -> None:
    place.serve()
    worker = place.worker_process()
    worker.send(signal.SIGKILL)
    until(lambda: place.worker_process() != worker)
