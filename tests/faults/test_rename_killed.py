"""SIGKILL while a dataset is renamed: its runs are those of the new name once a worker starts."""

import signal
import subprocess
import sys

import pytest

from dashboard.jobs.states import State
from data.datasets import renaming
from data.datasets.store import Store
from tests.databases import on_both_databases
from tests.faults.conftest import Place, until

pytestmark = [pytest.mark.fault, pytest.mark.slow, on_both_databases]

RENAME = """
import os, signal
from pathlib import Path
from unittest import mock

from dashboard.services.datasets import library
from data.home import Home

def die(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)

with mock.patch("{victim}", die):
    library.rename(Home.default(Path("{home}")), "tiny", "small")
"""
BEFORE_THE_FOLDER = "pathlib.Path.rename"
BEFORE_THE_TABLE = "dashboard.jobs.promotions.rename_dataset"
AFTER_THE_TABLE = "data.datasets.renaming.conclude"


def kill_while_renaming(place: Place, victim: str) -> None:
    code = RENAME.format(victim=victim, home=place.home.path)
    ended = subprocess.run([sys.executable, "-c", code], env=place.home.environment(), check=False)
    assert ended.returncode == -signal.SIGKILL


def finished_run(place: Place) -> str:
    """Return a run of the dataset that has ended."""
    run = place.training(epochs=1)
    place.runs.request_stop(run)
    place.reached(run, State.STOPPED)
    return run


@pytest.mark.parametrize("victim", [BEFORE_THE_TABLE, AFTER_THE_TABLE])
def test_the_runs_get_the_new_name_too(place: Place, victim: str) -> None:
    run = finished_run(place)
    kill_while_renaming(place, victim)
    assert place.datasets() == ["small"]
    place.worker()
    until(lambda: place.runs.get(run).dataset == "small")
    until(lambda: not renaming.unfinished(place.home.datasets))


def test_a_rename_that_did_not_begin_leaves_the_name_to_all(place: Place) -> None:
    run = finished_run(place)
    kill_while_renaming(place, BEFORE_THE_FOLDER)
    assert place.datasets() == ["tiny"]
    assert renaming.unfinished(place.home.datasets) == {}
    assert place.runs.get(run).dataset == "tiny"


def test_another_dataset_of_the_old_name_keeps_its_runs(place: Place) -> None:
    place.dataset()
    kill_while_renaming(place, AFTER_THE_TABLE)
    run = finished_run(place)
    place.worker()
    until(lambda: not renaming.unfinished(place.home.datasets))
    assert place.runs.get(run).dataset == "tiny"
    assert Store(place.home).names() == {"small", "tiny"}
