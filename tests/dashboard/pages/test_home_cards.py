"""A home with the demo shop alone shows the way to a real log."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from dashboard.jobs.lease import WorkerStatus
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.pages.home import cards
from dashboard.services.overview import Overview, RunSummary
from data.home import Home
from data.i18n import use_language
from tests.dashboard.text import text_of

ROW: dict[str, Any] = {
    "name": "demo",
    "users": 9,
    "products": 3,
    "purchases": 20,
    "first_event": "2026-01-01",
    "last_event": "2026-01-02",
}


@pytest.mark.parametrize(
    ("synthetic", "has_model", "is_offered"),
    [(True, True, True), (False, True, False), (True, False, False)],
)
def test_real_logs_are_offered_beside_the_demo_shop_alone_and_only_once(
    synthetic: bool, has_model: bool, is_offered: bool
) -> None:
    models: list[Any] = ["a model"] if has_model else []  # without one, the first steps offer them
    row = ROW | {"synthetic": synthetic}
    content = Overview([row], [], models, WorkerStatus(False, None, None), True, [])
    without = dataclasses.replace(content, sample_offered=False)
    with Flask(__name__).app_context():
        words = text_of(cards.datasets_card(content))
        assert "Import a real log" not in text_of(cards.datasets_card(without))
    assert ("Import a real log" in words) == is_offered
    assert ("Import data" in words) == is_offered


@pytest.mark.parametrize(
    ("state", "is_open"), [(State.RUNNING, True), (State.STOPPED, False), (State.FAILED, False)]
)
def test_the_second_step_opens_a_training_only_where_one_is_under_way(
    home: Home, state: State, is_open: bool
) -> None:
    words = text_of(_page_of_a_run(home, state, cards.steps))
    assert ("Open the run" in words) == is_open


def test_a_preset_has_its_name_in_the_language(home: Home) -> None:
    use_language("es")
    try:
        words = text_of(_page_of_a_run(home, State.STOPPED, cards.runs_card))
    finally:
        use_language("en")
    assert "demo · rápido" in words


def _page_of_a_run(home: Home, state: State, part: Callable[[Overview], Any]) -> Any:
    runs = Runs(home)
    run = runs.get(runs.create("train", "demo", {}, preset="fast"))
    run = dataclasses.replace(run, state=state)
    latest = [RunSummary(run, None, has_model=False, hit_rate=None, popularity=None)]
    row = ROW | {"synthetic": True}
    content = Overview([row], latest, [], WorkerStatus(False, None, None), False, [])
    with Flask(__name__).test_request_context():
        return part(content)
