"""Which events of a record are hidden, so that one is left to predict."""

import pytest

from dashboard.pages.recommend.view_model import visible_events
from dashboard.services.recommendations.what_if import HistoryEvent
from model.sequences.event_types import EventTypes

SEVERAL = EventTypes(("view", "purchase"), ("purchase",))
PURCHASES = EventTypes(("purchase",), ("purchase",))


def record(*types: str) -> tuple[HistoryEvent, ...]:
    return tuple(
        HistoryEvent(str(place), f"p{place}", type=name) for place, name in enumerate(types)
    )


@pytest.mark.parametrize(("hide", "visible"), [(0, 3), (1, 2), (2, 1), (9, 0)])
def test_the_last_events_are_hidden(hide: int, visible: int) -> None:
    assert visible_events(PURCHASES, record(*["purchase"] * 3), hide) == visible


@pytest.mark.parametrize(("hide", "visible"), [(0, 5), (1, 2), (3, 2), (4, 1)])
def test_a_purchase_is_among_them(hide: int, visible: int) -> None:
    types = ("view", "purchase", "purchase", "view", "view")
    assert visible_events(SEVERAL, record(*types), hide) == visible


def test_without_a_purchase_the_last_events_are_hidden() -> None:
    assert visible_events(SEVERAL, record("view", "view"), 1) == 1
