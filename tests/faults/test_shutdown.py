"""Ctrl-C: everything ends within five seconds, nothing is left behind, nothing is lost."""

import signal
import subprocess
import time

import pytest

from dashboard.jobs.failures import SHUTDOWN
from dashboard.jobs.states import State
from tests.databases import on_both_databases
from tests.faults.conftest import Place, until

pytestmark = [pytest.mark.fault, pytest.mark.slow]

PROMISED_SECONDS = 5.0
# A machine that is busy with other things makes everything slower, but not without end.
ALLOWED_SECONDS = 3 * PROMISED_SECONDS


def _interrupt(process: subprocess.Popen[str]) -> None:
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(ALLOWED_SECONDS)
    assert time.monotonic() - began < ALLOWED_SECONDS


def test_ctrl_c_on_the_server_interrupts_a_training_that_can_resume(place: Place) -> None:
    run = place.training(epochs=500)
    server = place.serve()
    done = place.learnt(run, epochs=1).epochs_done
    _interrupt(server.process)
    assert place.processes() == []
    interrupted = place.runs.get(run)
    assert (interrupted.state, interrupted.reason) == (State.INTERRUPTED, SHUTDOWN)
    place.runs.resume(run)
    place.worker()
    resumed = place.learnt(run, epochs=1)
    assert resumed.epochs_done > done
    place.runs.request_stop(run)
    place.reached(run, State.STOPPED)
    epochs = [entry["epoch"] for entry in place.runs.metrics.history(run)]
    assert epochs == list(range(1, len(epochs) + 1))


def test_ctrl_c_on_a_worker_leaves_no_process_even_while_one_starts(place: Place) -> None:
    run = place.training(epochs=500)
    worker = place.worker()
    place.reached(run, State.STARTING, State.RUNNING)
    _interrupt(worker)
    assert place.processes() == []
    assert place.runs.get(run).state in {State.INTERRUPTED, State.QUEUED}


@on_both_databases
def test_ctrl_c_on_an_idle_server_leaves_no_process(place: Place) -> None:
    server = place.serve()
    place.worker_process()
    _interrupt(server.process)
    assert place.processes() == []


def test_a_worker_of_another_keeper_is_not_ended(place: Place) -> None:
    own = place.worker()
    worker = place.worker_process()
    server = place.serve()
    _interrupt(server.process)
    assert own.poll() is None
    assert place.worker_process() == worker


def test_the_worker_of_a_server_that_ends_goes_on_for_another_server(place: Place) -> None:
    first = place.serve()
    worker = place.worker_process()
    second = place.serve()
    _interrupt(first.process)
    assert worker.alive()
    until(lambda: (holder := place.runs.lease.holder()) and holder.keeper and holder.keeper.alive())
    _interrupt(second.process)
    assert place.processes() == []


@on_both_databases
def test_a_worker_started_until_idle_ends_by_itself(place: Place) -> None:
    run = place.runs.create("import", "tiny", {"files": [str(place.log())]})
    worker = place.worker("--until-idle")
    assert until(lambda: worker.poll() is not None)
    assert place.runs.get(run).state is State.FINISHED
    assert place.runs.lease.holder() is None


def test_a_stopped_training_keeps_its_model(place: Place) -> None:
    run = place.training(epochs=500)
    place.worker()
    place.learnt(run, epochs=2)
    place.runs.request_stop(run)
    stopped = place.reached(run, State.STOPPED)
    assert stopped.reason is None
    assert (place.runs.folder(run) / "model.onnx").exists()
    assert stopped.epochs_done >= 2


def test_a_child_ends_itself_when_its_home_is_deleted(place: Place) -> None:
    run = place.training(epochs=500)
    place.worker()
    place.learnt(run, epochs=1)
    child = place.child(run)
    place.home.database.unlink()
    until(lambda: not child.alive())
    assert until(lambda: place.processes() == [])
