"""A table of runs in a real SQLite file, with a clock that tests set."""

from collections.abc import Iterator

import pytest

from dashboard.jobs.process import Process
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from data.home import Home
from tests.dashboard.clock import Clock

ME = Process(pid=4_000_001, born=12.0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def runs(home: Home, clock: Clock) -> Iterator[Runs]:
    table = Runs(home, clock=clock)
    yield table
    table.close()


@pytest.fixture
def training(runs: Runs) -> Run:
    """Return a training that is running."""
    runs.create("train", "demo", {"epochs": 3})
    claimed = runs.queue.claim()
    assert claimed is not None
    return runs.attempts.begin(claimed.run, claimed.attempt, ME)
