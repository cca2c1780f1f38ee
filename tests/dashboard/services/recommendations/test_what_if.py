"""Edits of a history: a short text that an address carries."""

import pytest

from dashboard.services.recommendations.what_if import LONGEST, Entry, adding, apply, undone
from data.errors import BadInput

THREE = tuple(Entry(str(place), product) for place, product in enumerate(("tea", "cup", "pot")))


def edited(script: str) -> list[str]:
    return [entry.product for entry in apply(THREE, script, lambda product: Entry("", product))]


def test_no_edit_leaves_the_history_alone() -> None:
    assert edited("") == ["tea", "cup", "pot"]


def test_an_entry_is_taken_out_by_its_key_whatever_was_taken_out_before() -> None:
    assert edited("drop:0,drop:2") == ["cup"]


def test_entries_change_places_and_stop_at_the_ends() -> None:
    assert edited("later:0") == ["cup", "tea", "pot"]
    assert edited("later:0,later:0,later:0") == ["cup", "pot", "tea"]
    assert edited("earlier:2,earlier:2,earlier:2") == ["pot", "tea", "cup"]


def test_a_product_is_put_in_as_the_most_recent_one_and_can_be_taken_out_again() -> None:
    assert edited("add:jug") == ["tea", "cup", "pot", "jug"]
    assert edited("add:jug,add:mug,drop:a0") == ["tea", "cup", "pot", "mug"]


def test_an_entry_that_was_moved_or_put_in_says_so() -> None:
    found = apply(THREE, "later:0,add:jug", lambda product: Entry("", product))
    assert [entry.moved for entry in found] == [False, True, False, False]
    assert [entry.key for entry in found] == ["1", "0", "2", "a0"]


def test_an_edit_of_an_entry_that_is_gone_does_nothing() -> None:
    assert edited("drop:1,drop:1,later:1,drop:a7") == ["tea", "pot"]


@pytest.mark.parametrize("product", ["a,b", "a:b", "100%", "ñandú", "1004856", "a b", "add:x"])
def test_any_product_id_survives_the_way_through_an_address(product: str) -> None:
    assert edited(adding([product]))[-1] == product


@pytest.mark.parametrize(
    "script",
    ["jump:1", "drop", "drop:", "hello", "price:1", "price:1:free", "price:1:-3", "price:0:inf"],
)
def test_what_is_no_edit_is_refused_with_its_own_words(script: str) -> None:
    with pytest.raises(BadInput, match=script):
        edited(script)


def test_an_endless_address_is_refused() -> None:
    with pytest.raises(BadInput, match=str(LONGEST)):
        edited(",".join(["later:0"] * (LONGEST + 1)))


def test_a_price_is_changed_and_nothing_else() -> None:
    found = apply(THREE, "price:1:12.5,later:1", lambda product: Entry("", product))
    assert [(entry.key, entry.price, entry.repriced) for entry in found] == [
        ("0", None, False), ("2", None, False), ("1", 12.5, True),
    ]  # fmt: skip


def test_undo_takes_back_the_last_edit_only() -> None:
    assert undone("drop:1,add:jug") == "drop:1"
    assert undone("") == ""
