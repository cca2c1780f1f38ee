"""The database stops and comes back: trainings go on, and each tells of all that it learnt."""

import json
import random
import time
from pathlib import Path

import pytest

from dashboard.jobs.states import State
from tests.databases import on_postgresql
from tests.faults.conftest import Place, until
from tests.postgres import Postgres

pytestmark = [pytest.mark.fault, pytest.mark.slow, on_postgresql]


def learnt(place: Place, run: str) -> int:
    """Return the epochs that a training has completed, whether or not the table knows of them."""
    return len(json.loads((place.runs.folder(run) / "history.json").read_text()))


def noticed(log: Path) -> int:
    """Return how often a process has noticed that the database is down."""
    return log.read_text().count("The database cannot be reached")


def test_a_training_continues_while_the_database_is_down(
    place: Place, postgres: Postgres, moments: random.Random, tmp_path: Path
) -> None:
    run = place.training(epochs=60)
    with (tmp_path / "worker.log").open("w") as output:
        place.worker(stdout=output)
    place.learnt(run, epochs=1)
    child, worker = place.child(run), place.worker_process()
    logs = [place.runs.folder(run) / "log.txt", tmp_path / "worker.log"]
    for times in (1, 2):
        time.sleep(moments.random())  # the moment of the stop, not a wait for anything
        postgres.stop()
        known = learnt(place, run)
        until(lambda known=known: learnt(place, run) > known + 1)
        until(lambda times=times: all(noticed(log) == times for log in logs))
        postgres.start()
        until(lambda known=known: place.runs.get(run).epochs_done > known + 1)
        assert (place.child(run), place.worker_process()) == (child, worker)
    finished = place.reached(run, State.FINISHED)
    assert finished.attempt == 1
    assert [entry["epoch"] for entry in place.runs.metrics.history(run)] == list(range(1, 61))
    seqs = [metric.seq for metric in place.runs.metrics.rows(run)]
    assert seqs == list(range(1, finished.last_seq + 1))
    assert [log.read_text().count("again.") for log in logs] == [2, 2]


def test_a_training_that_ends_while_the_database_is_down_is_finished_afterwards(
    place: Place, postgres: Postgres
) -> None:
    run = place.training(epochs=10)
    place.worker()
    place.learnt(run, epochs=1)
    postgres.stop()
    until((place.runs.folder(run) / "evaluation.json").exists)
    postgres.start()
    assert place.reached(run, State.FINISHED).attempt == 1
    assert [entry["epoch"] for entry in place.runs.metrics.history(run)] == list(range(1, 11))
    assert (place.runs.folder(run) / "log.txt").read_text().count(" finished") == 1
