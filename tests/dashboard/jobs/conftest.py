"""A table of runs in a real SQLite file, with a clock that tests set."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from dashboard.jobs.process import Process
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from data.home import Home

ME = Process(pid=4_000_001, born=12.0)


@dataclass
class Clock:
    """A clock that tests set."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


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
