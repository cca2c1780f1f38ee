"""SIGKILL of the process that trains: the run is interrupted and resumes as if it were not."""

import json
import random
import signal
import time

import pytest

from dashboard.jobs.failures import KILLED
from dashboard.jobs.states import State
from dashboard.jobs.worker import LOST_SECONDS
from tests.faults.conftest import Place

pytestmark = [pytest.mark.fault, pytest.mark.slow]

KILLS = 3


def test_a_killed_training_is_interrupted_and_resumes_with_every_epoch_once(
    place: Place, moments: random.Random
) -> None:
    run = place.training(epochs=40)
    place.worker()
    for _kill in range(KILLS):
        place.learnt(run, epochs=2)
        time.sleep(moments.random())  # the moment of the kill, not a wait for anything
        place.child(run).send(signal.SIGKILL)
        interrupted = place.reached(run, State.INTERRUPTED, seconds=LOST_SECONDS)
        assert (interrupted.reason, interrupted.pid) == (KILLED, None)
        place.runs.resume(run)
    finished = place.reached(run, State.FINISHED)
    assert finished.attempt == KILLS + 1
    history = place.runs.metrics.history(run)
    assert [entry["epoch"] for entry in history] == list(range(1, 41))
    saved = json.loads((place.runs.folder(run) / "history.json").read_text())
    assert [entry["loss"] for entry in saved] == [entry["loss"] for entry in history]


def test_a_resumed_training_equals_one_that_was_never_killed(
    place: Place, moments: random.Random
) -> None:
    place.runs.queue.set_parallel(2)
    whole = place.training(epochs=12)
    killed = place.runs.create("train", "tiny", place.runs.get(whole).config)
    place.worker()
    for _kill in range(2):
        place.learnt(killed, epochs=2)
        time.sleep(moments.random() / 4)  # the moment of the kill, not a wait for anything
        place.child(killed).send(signal.SIGKILL)
        place.reached(killed, State.INTERRUPTED)
        place.runs.resume(killed)
    for run in (whole, killed):
        place.reached(run, State.FINISHED)
    losses = [
        [entry["loss"] for entry in place.runs.metrics.history(run)] for run in (whole, killed)
    ]
    # Only a training whose optimizer and random state were kept learns exactly the same.
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
