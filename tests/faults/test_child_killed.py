"""SIGKILL of the process that trains: the run is interrupted and resumes as if it were not."""

import json
import random
import signal
import time

import pytest

from dashboard.jobs.failures import KILLED
from dashboard.jobs.states import State
from dashboard.jobs.worker import LOST_SECONDS
from tests.databases import on_both_databases
from tests.faults.conftest import Place

pytestmark = [pytest.mark.fault, pytest.mark.slow]

KILLS = 3


@on_both_databases
def test_a_killed_training_is_interrupted_and_resumes_as_if_it_had_not_been(
    place: Place, moments: random.Random
) -> None:
    place.runs.queue.set_parallel(2)
    whole = place.training(epochs=20)
    run = place.runs.create("train", "tiny", place.runs.get(whole).config)
    place.worker()
    for _kill in range(KILLS):
        place.learnt(run, epochs=2)
        time.sleep(moments.random() / 2)  # the moment of the kill, not a wait for anything
        place.child(run).send(signal.SIGKILL)
        interrupted = place.reached(run, State.INTERRUPTED, seconds=LOST_SECONDS)
        assert (interrupted.reason, interrupted.pid) == (KILLED, None)
        place.runs.resume(run)
    for name in (whole, run):
        place.reached(name, State.FINISHED)
    assert place.runs.get(run).attempt == KILLS + 1
    history = place.runs.metrics.history(run)
    assert [entry["epoch"] for entry in history] == list(range(1, 21))
    losses = [entry["loss"] for entry in history]
    saved = json.loads((place.runs.folder(run) / "history.json").read_text())
    assert [entry["loss"] for entry in saved] == losses
    # Only a training whose optimizer and random state were kept learns exactly the same.
    undisturbed = [entry["loss"] for entry in place.runs.metrics.history(whole)]
    assert losses == pytest.approx(undisturbed, rel=1e-4)
