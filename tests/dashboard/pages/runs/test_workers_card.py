"""The machines on the page of runs: what each does, and a button that lets one finish."""

from collections.abc import Iterator

import pytest
from dash import Dash

from dashboard.app import create_app
from dashboard.context import use_identity
from dashboard.identity import Identity, Role
from dashboard.pages.runs import workers_card
from dashboard.services.runs.workers import WorkerRow
from data.home import Home
from tests.dashboard.text import text_of
from tests.databases import on_both_databases

GIGABYTE = 1e9


def row(node: str, **values: object) -> WorkerRow:
    defaults = {
        "node": node,
        "pid": 7,
        "alive": True,
        "seconds": 1.0,
        "slots": 2,
        "kept": False,
        "draining": False,
        "labels": (),
        "runs": (),
        "load": 1.5,
        "cores": 8,
        "memory": 3 * GIGABYTE,
        "memory_total": 4 * GIGABYTE,
    }
    return WorkerRow(**defaults | values)  # type: ignore[arg-type]


@pytest.fixture
def page(home: Home) -> Iterator[Dash]:
    """A request of the page of runs."""
    app = create_app(home)
    with app.server.test_request_context("/runs"):
        yield app


@on_both_databases
def test_machines_are_shown_where_several_may_share_the_table(page: Dash, home: Home) -> None:
    shown = workers_card.layout(home)
    assert bool(shown) == (home.database_url is not None)


def test_each_machine_says_what_it_does(page: Dash) -> None:
    labelled = row("gpu-1", runs=("demo-1", "demo-2"), labels=("gpu", "large"))
    words = text_of(workers_card.view([labelled, row("gpu-2")]))
    for text in (
        "gpu-1",
        "gpu, large",
        "working",
        "demo-1",
        "demo-2",
        "gpu-2",
        "ready",
        "1.5 / 8",
        "75%",
    ):
        assert text in words


@pytest.mark.parametrize(
    ("values", "offered"),
    [({}, True), ({"kept": True}, False), ({"draining": True}, False), ({"alive": False}, False)],
    ids=["of its own", "kept by a server", "finishing", "lost"],
)
def test_a_worker_of_its_own_may_be_let_finish(
    page: Dash, values: dict[str, bool], offered: bool
) -> None:
    assert ("Let it finish" in text_of(workers_card.view([row("gpu-1", **values)]))) == offered


def test_whoever_may_not_administer_is_not_offered_it(page: Dash) -> None:
    use_identity(Identity("ana", Role.TRAIN))
    assert "Let it finish" not in text_of(workers_card.view([row("gpu-1")]))


def test_without_a_worker_it_is_said_that_runs_wait(page: Dash) -> None:
    assert "runs wait until one is started" in text_of(workers_card.view([]))
