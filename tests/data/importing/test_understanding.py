"""What is said to be doubtful of how a log was read."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from data.datasets.store import Store
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from tests.data.importing.makers import Event, brief, csv, event, ks, moment, price, product, user

Doubts = Callable[..., Mapping[str, str]]


@pytest.fixture
def doubts(store: Store, tmp_path: Path) -> Doubts:
    """Return a function that imports 90 events and returns what is doubtful of them."""

    def run(names: tuple[str, ...], row: Callable[[int], tuple[object, ...]]) -> Mapping[str, str]:
        file = tmp_path / "log.csv"
        file.write_text(csv(names, map(row, ks())))
        summary = ingest(store, ImportRequest([file], "log")).manifest.summary
        unsure: Mapping[str, str] = summary["understood"]["unsure"]
        return unsure

    return run


def test_a_buyer_0_in_many_rows_is_a_guest(doubts: Doubts, store: Store) -> None:
    unsure = doubts(
        ("customer_id", "product_id", "time"),
        lambda k: (0 if k % 3 == 0 else user(k), product(k), moment(k)),
    )
    assert "guests" in unsure["user"]
    dataset = store.open("log")
    assert dataset.manifest.summary["rejected_by_reason"] == {"user_missing": 30}
    kept: list[Event] = [event(user(k), product(k), moment(k)) for k in ks() if k % 3]
    expected = sorted(tuple(one.values()) for one in kept)
    assert brief(dataset, ("user", "product", "time")) == expected


def test_a_buyer_0_like_others_is_one(doubts: Doubts, store: Store) -> None:
    unsure = doubts(("user_id", "item_id", "time"), lambda k: (k % 13, product(k), moment(k)))
    assert unsure == {}
    assert store.open("log").manifest.summary["users"] == 13


@pytest.mark.parametrize("guest", ["-1", "Guest", "anonymous"])
@pytest.mark.parametrize("letter", ["", "c"])
def test_words_for_guests_are_no_buyers(
    doubts: Doubts, store: Store, guest: str, letter: str
) -> None:
    doubts(
        ("user_id", "item_id", "time"),
        lambda k: (guest if k % 9 == 0 else f"{letter}{user(k)}", product(k), moment(k)),
    )
    summary = store.open("log").manifest.summary
    assert summary["rejected_by_reason"] == {"user_missing": 10}


def test_a_log_without_purchases_says_so(doubts: Doubts) -> None:
    unsure = doubts(
        ("user_id", "item_id", "time", "event"),
        lambda k: (user(k), product(k), moment(k), "VC"[k % 2]),
    )
    assert "--type TEXT=purchase" in unsure["type"]


def test_prices_that_cannot_be_read_are_counted(doubts: Doubts) -> None:
    unsure = doubts(
        ("user_id", "item_id", "time", "price"),
        lambda k: (user(k), product(k), moment(k), "12·50" if k % 3 == 0 else price(k)),
    )
    assert unsure["price"] == "30 prices cannot be read, and are missing"


@pytest.mark.parametrize("years", [-31, -25, 70])
def test_times_of_long_ago_and_of_the_future_are_doubtful(doubts: Doubts, years: int) -> None:
    unsure = doubts(
        ("user_id", "item_id", "time"),
        lambda k: (user(k), product(k), moment(k).replace(year=moment(k).year + years)),
    )
    assert "before 1995 or in the future" in unsure["time"]


@pytest.mark.parametrize("name", ["qty_refunded", "Returned Quantity", "refundAmount"])
def test_returned_pieces_in_a_column_of_their_own_are_not_read_and_said(
    doubts: Doubts, name: str
) -> None:
    unsure = doubts(
        ("customer_id", "sku", "created_at", "qty_ordered", name),
        lambda k: (user(k), product(k), moment(k), 2, 1 if k % 40 == 39 else ""),
    )
    assert name in unsure["type"]
