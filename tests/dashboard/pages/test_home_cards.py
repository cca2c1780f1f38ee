"""A home with the demo shop alone shows the way to a real log."""

import dataclasses
from typing import Any

import pytest
from flask import Flask

from dashboard.jobs.lease import WorkerStatus
from dashboard.pages.home import cards
from dashboard.services.overview import Overview
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
