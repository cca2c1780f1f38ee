"""Columns whose names are not known, but have a word that tells their role: read, and said."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from data.datasets.store import Store
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from tests.data.importing.makers import brief, csv, ks, moment, price, product, stamp, user

NAMES = ("user_id", "item_id", "event_time")


def understood(
    store: Store, folder: Path, columns: Mapping[str, list[object]], names: tuple[str, ...] = NAMES
) -> Any:
    """Return how a log of 90 events with some more columns is understood."""
    rows = (
        (user(k), product(k), moment(k), *(values[k % len(values)] for values in columns.values()))
        for k in ks()
    )
    file = folder / "log.csv"
    file.write_text(csv((*names, *columns), rows, ";"))
    return ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]


@pytest.mark.parametrize(
    "name",
    [
        *("final_unit_price", "Stuksprijs", "item_price_eur", "PriceAfterDiscount", "VK Brutto"),
        *("PU HT", "Verkaufspreis netto (EUR)", "UnitPriceExclVAT", "Harga Setelah Diskon"),
        *("商品销售单价", "itemUnitPriceWithVat"),
    ],
)
def test_a_price_is_found_by_a_word(name: str, store: Store, tmp_path: Path) -> None:
    columns: dict[str, list[object]] = {
        "original_unit_price": [99.5],
        "price_rank": [3],
        name: [price(k) for k in range(4)],
    }
    assert understood(store, tmp_path, columns)["roles"]["price"] == name


@pytest.mark.parametrize(
    "name", ["order_total", "Total Amount", "net_value_of_order", "paid by card, total"]
)
def test_money_that_is_not_read_is_said(name: str, store: Store, tmp_path: Path) -> None:
    said = understood(store, tmp_path, {name: [8.5, 7.25]})
    assert name in said["unsure"]["price"] or said["roles"]["price"] == name


@pytest.mark.parametrize("name", ["price_micros", "list_price", "price_range", "discount", "tax"])
def test_another_number_is_no_price(name: str, store: Store, tmp_path: Path) -> None:
    assert "price" not in understood(store, tmp_path, {name: [8.5, 7.25]})["roles"]


@pytest.mark.parametrize(
    "name", ["Uds.", "item_cnt_day", "pcs", "Stk.", "itemAmount", "Qty Sold", "Bottles Sold"]
)
def test_pieces_are_found_by_a_word_and_their_minus_is_a_return(
    name: str, store: Store, tmp_path: Path
) -> None:
    understood(store, tmp_path, {name: [-1, 1, 2, 3, 1, 2, 1, 1, 4]})
    events = [kind for (kind,) in brief(store.open("log"), ("type",))]
    assert (events.count("purchase"), events.count("return")) == (80, 10)


@pytest.mark.parametrize("name", ["qty_in_stock", "units_per_box", "item_id_count", "order_count"])
def test_another_number_is_no_number_of_pieces(name: str, store: Store, tmp_path: Path) -> None:
    assert "quantity" not in understood(store, tmp_path, {name: [2, 3, 4]})["roles"]


def test_a_minus_in_a_column_that_is_not_known_is_said(store: Store, tmp_path: Path) -> None:
    said = understood(store, tmp_path, {"movement": [-1, 1, 2, 3, 1, 2, 1, 1, 4]})
    assert "movement" in said["unsure"]["type"]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("action_code", ["10", "20", "30"]),
        ("Online_Action_id", ["0", "1"]),
        ("behaviorTypeId", ["1", "2", "5"]),
        ("event_kind", ["A", "B", "C"]),
    ],
)
def test_codes_of_actions_are_no_purchases_until_a_person_says_so(
    name: str, codes: list[object], store: Store, tmp_path: Path
) -> None:
    said = understood(store, tmp_path, {name: codes})
    assert {kind for (kind,) in brief(store.open("log"), ("type",))} == set(codes)
    assert "type" in said["unsure"]


def test_two_kinds_of_orders_are_no_carts_and_purchases(store: Store, tmp_path: Path) -> None:
    said = understood(store, tmp_path, {"type": ["1", "2"]})
    assert {kind for (kind,) in brief(store.open("log"), ("type",))} == {"1", "2"}
    assert "--type" in said["unsure"]["type"]


@pytest.mark.parametrize("name", ["date_created_gmt", "Date Created (UTC)", "dateCreatedUtc"])
def test_the_time_in_utc_is_taken_beside_that_of_the_shop(
    name: str, store: Store, tmp_path: Path
) -> None:
    columns: dict[str, list[object]] = {name: [moment(k) for k in ks()]}
    names = (*NAMES[:2], "date_created")
    assert understood(store, tmp_path, columns, names)["roles"]["time"] == name


def test_numbers_that_may_be_times_are_said(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(csv((*NAMES[:2], "pos"), ((user(k), product(k), stamp(k)) for k in ks())))
    said = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]
    assert "pos may be the time" in said["unsure"]["time"]


def test_operations_of_a_database_are_said(store: Store, tmp_path: Path) -> None:
    said = understood(store, tmp_path, {"op": ["c", "u", "d"]})
    assert "op may say otherwise" in said["unsure"]["type"]
