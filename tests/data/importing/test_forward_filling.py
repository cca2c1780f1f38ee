"""Rows of an order whose first one alone has its buyer, its time or its status."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from data.datasets.store import Store
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from tests.data.importing.makers import (
    Maker,
    check,
    csv,
    event,
    ks,
    moment,
    price,
    product,
    stamp,
    user,
)

pytestmark = pytest.mark.slow

STATUSES = ("paid", "refunded", "paid", "voided")


def first(k: int) -> int:
    """Return the first of the two rows of an order."""
    return k // 2 * 2


def once(k: int, value: object) -> object:
    return value if k == first(k) else ""


BOUGHT = [event(f"b{user(first(k))}", product(k), moment(first(k))) for k in ks()]
MAKERS = {
    "Tiendanube: an order number in every row": Maker(
        {
            "ventas.csv": csv(
                ("Número de orden", "Email", "Fecha", "SKU", "Precio del producto"),
                (
                    (
                        *(9000 + k // 2, once(k, f"b{user(k)}")),
                        *(once(k, f"{moment(k):%d/%m/%Y %H:%M:%S}"), product(k), price(k)),
                    )
                    for k in ks()
                ),
                ";",
            )
        },
        [one | {"price": price(k)} for k, one in enumerate(BOUGHT)],
    ),
    "Odoo: nothing in the rows below": Maker(
        {
            "orders.csv": csv(
                ("Order Reference", "Order Date", "Customer", "Order Lines/Product"),
                (
                    (
                        *(once(k, f"S{k}"), once(k, moment(k))),
                        *(once(k, f"b{user(k)}"), product(k)),
                    )
                    for k in ks()
                ),
            )
        },
        BOUGHT,
    ),
    "Squarespace: the time in the first row alone": Maker(
        {
            "orders.csv": csv(
                ("Order ID", "Email", "Paid at", "Lineitem sku"),
                (
                    (
                        *(9000 + k // 2, f"b{user(first(k))}"),
                        *(once(k, f"{moment(k)} +0000"), product(k)),
                    )
                    for k in ks()
                ),
            )
        },
        BOUGHT,
    ),
    "Shopify: the status in the first row alone": Maker(
        {
            "orders.csv": csv(
                ("Name", "Email", "Financial Status", "Created at", "Lineitem sku"),
                (
                    (
                        *(f"#{k // 2}", f"b{user(first(k))}", once(k, STATUSES[k // 2 % 4])),
                        *(f"{moment(first(k))} +0000", product(k)),
                    )
                    for k in ks()
                ),
            )
        },
        [
            one | {"type": "purchase" if STATUSES[k // 2 % 4] == "paid" else "return"}
            for k, one in enumerate(BOUGHT)
        ],
    ),
    "guests of some orders are none of the buyers above": Maker(
        {
            "orders.csv": csv(
                ("InvoiceNo", "CustomerID", "InvoiceDate", "StockCode"),
                (
                    (
                        *(9000 + k // 2, "" if k // 2 % 3 == 0 else f"b{user(first(k))}"),
                        *(moment(first(k)), product(k)),
                    )
                    for k in ks()
                ),
            )
        },
        [one for k, one in enumerate(BOUGHT) if k // 2 % 3],
    ),
    "guests of a day are none of the buyers above": Maker(
        {
            "log.csv": csv(
                ("customer_id", "date", "sku"),
                (
                    ("" if k % 2 else f"b{user(k)}", f"{moment(first(k)):%Y-%m-%d}", product(k))
                    for k in ks()
                ),
            )
        },
        [event(f"b{user(k)}", product(k)) for k in ks() if k % 2 == 0],
    ),
}
MAKERS["guests of a day are none of the buyers above"] = Maker(
    MAKERS["guests of a day are none of the buyers above"].files,
    [
        event(f"b{user(k)}", product(k), moment(k).replace(hour=0, minute=0, second=0))
        for k in ks()
        if k % 2 == 0
    ],
)


@pytest.mark.parametrize("name", MAKERS)
def test_the_rows_of_an_order_come_back(name: str, store: Store, tmp_path: Path) -> None:
    check(MAKERS[name], store, tmp_path)


def test_it_is_said_that_empty_cells_have_the_value_above(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(str(MAKERS["Odoo: nothing in the rows below"].files["orders.csv"]))
    understood = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]
    assert "row above" in understood["unsure"]["user"]


def test_rows_without_a_buyer_are_said_where_they_are_most(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    rows = (("" if k % 4 else user(k), product(k), moment(k)) for k in ks())
    file.write_text(csv(("customer", "product", "date"), rows))
    understood = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]
    assert "67 rows are rejected: the buyer is missing" in understood["unsure"]["user"]


GUESTS = [
    *("Gast", "Guest Checkout", "Walk-in Customer", "Laufkunde", "Invitado", "Invité"),
    *("CONSUMIDOR FINAL", "Розничный покупатель", "游客", "0000000000"),
]


def imported(
    store: Store, folder: Path, guest: str, guests: list[str] | None = None
) -> Mapping[str, object]:
    file = folder / "log.csv"
    rows = ((guest if k % 2 else f"{user(k):010d}", product(k), stamp(k)) for k in ks())
    file.write_text(csv(("customer", "product", "date"), rows))
    summary: Mapping[str, object]
    summary = ingest(store, ImportRequest([file], "log", guests=guests)).manifest.summary
    return summary


@pytest.mark.parametrize("guest", GUESTS)
def test_names_of_guests_are_no_buyers(store: Store, tmp_path: Path, guest: str) -> None:
    assert imported(store, tmp_path, guest)["rejected_by_reason"] == {"user_missing": 45}


def test_a_buyer_of_far_more_rows_than_any_other_is_named(store: Store, tmp_path: Path) -> None:
    understood = imported(store, tmp_path, "SHOP-17")["understood"]
    assert isinstance(understood, dict)
    assert "SHOP-17 has many times as many rows" in understood["unsure"]["user"]


@pytest.mark.parametrize(
    ("guest", "said", "rejected"),
    [
        ("SHOP-17", ["SHOP-17"], {"user_missing": 45}),
        ("0000000000", ["-"], {}),
        ("Gast", ["-"], {}),
    ],
)
def test_a_person_says_who_is_a_guest(
    store: Store, tmp_path: Path, guest: str, said: list[str], rejected: dict[str, int]
) -> None:
    summary = imported(store, tmp_path, guest, said)
    assert summary["rejected_by_reason"] == rejected
    understood = summary["understood"]
    assert isinstance(understood, dict)
    assert "user" not in understood["unsure"]


def test_a_buyer_0_is_one_where_a_person_says_so(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    rows = ((0 if k % 3 == 0 else user(k), product(k), moment(k)) for k in ks())
    file.write_text(csv(("customer_id", "product_id", "time"), rows))
    summary = ingest(store, ImportRequest([file], "log", guests=["-"])).manifest.summary
    assert (summary["rows_rejected"], summary["users"]) == (0, 14)
