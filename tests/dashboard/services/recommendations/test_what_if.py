"""Edits of a history: a short text that an address carries."""

import pytest

from dashboard.services.recommendations.what_if import (
    MAX_EDITS,
    HistoryEvent,
    add_edits,
    apply_edits,
    without_last_edit,
)
from data.errors import BadInput

THREE = tuple(
    HistoryEvent(str(place), product) for place, product in enumerate(("tea", "cup", "pot"))
)


def edited(edits: str) -> list[str]:
    return [
        event.product
        for event in apply_edits(THREE, edits, lambda product: HistoryEvent("", product))
    ]


def test_no_edit_leaves_the_history_alone() -> None:
    assert edited("") == ["tea", "cup", "pot"]


def test_an_event_is_removed_by_its_key_whatever_was_removed_before() -> None:
    assert edited("drop:0,drop:2") == ["cup"]


def test_events_move_and_stop_at_the_ends() -> None:
    assert edited("later:0") == ["cup", "tea", "pot"]
    assert edited("later:0,later:0,later:0") == ["cup", "pot", "tea"]
    assert edited("earlier:2,earlier:2,earlier:2") == ["pot", "tea", "cup"]


def test_a_product_is_added_as_the_most_recent_event_and_can_be_removed_again() -> None:
    assert edited("add:jug") == ["tea", "cup", "pot", "jug"]
    assert edited("add:jug,add:mug,drop:a0") == ["tea", "cup", "pot", "mug"]


def test_moved_and_added_events_are_marked() -> None:
    events = apply_edits(THREE, "later:0,add:jug", lambda product: HistoryEvent("", product))
    assert [event.moved for event in events] == [False, True, False, False]
    assert [event.key for event in events] == ["1", "0", "2", "a0"]


def test_an_edit_of_a_removed_event_has_no_effect() -> None:
    assert edited("drop:1,drop:1,later:1,drop:a7") == ["tea", "pot"]


@pytest.mark.parametrize("product", ["a,b", "a:b", "100%", "ñandú", "1004856", "a b", "add:x"])
def test_any_product_id_survives_the_way_through_an_address(product: str) -> None:
    assert edited(add_edits([product]))[-1] == product


@pytest.mark.parametrize(
    "edits",
    ["jump:1", "drop", "drop:", "hello", "price:1", "price:1:free", "price:1:-3", "price:0:inf"],
)
def test_a_text_that_is_not_an_edit_is_refused_and_named(edits: str) -> None:
    with pytest.raises(BadInput, match=edits):
        edited(edits)


def test_too_many_edits_are_refused() -> None:
    with pytest.raises(BadInput, match=str(MAX_EDITS)):
        edited(",".join(["later:0"] * (MAX_EDITS + 1)))


def test_a_price_is_changed_and_nothing_else() -> None:
    events = apply_edits(THREE, "price:1:12.5,later:1", lambda product: HistoryEvent("", product))
    assert [(event.key, event.price, event.repriced) for event in events] == [
        ("0", None, False), ("2", None, False), ("1", 12.5, True),
    ]  # fmt: skip


def test_undo_removes_the_last_edit_only() -> None:
    assert without_last_edit("drop:1,add:jug") == "drop:1"
    assert without_last_edit("") == ""
