"""A table of runs in a real SQLite file and in PostgreSQL, with a clock that tests set."""

from collections.abc import Callable, Iterator

import pytest

from dashboard.jobs.node import NODE
from dashboard.jobs.process import Process
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from data.home import Home
from tests.dashboard.clock import Clock
from tests.databases import KINDS, url_of

ME = Process(pid=4_000_001, born=12.0)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str | None:
    return url_of(request)


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


@pytest.fixture
def on_node(home: Home, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Runs]:
    """Return a function that opens the same table as a machine of a name does."""

    def open_table(node: str) -> Runs:
        monkeypatch.setenv(NODE, node)
        return Runs(home, clock=clock)

    return open_table
