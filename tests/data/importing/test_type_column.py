"""Words, codes and signs of event types: the same events come back, or a refusal."""

from datetime import timedelta
from pathlib import Path

import pytest

from data.datasets.store import Store
from tests.data.importing.makers import (
    Maker,
    check,
    csv,
    event,
    kind,
    ks,
    moment,
    price,
    product,
    stamp,
    user,
)

MAKERS: dict[str, Maker] = {}

MAKERS["RetailRocket"] = Maker(
    {
        "events.csv": csv(
            ("timestamp", "visitorid", "event", "itemid", "transactionid"),
            (
                (
                    1000 * stamp(k) + 117,
                    user(k),
                    {"view": "view", "cart": "addtocart", "purchase": "transaction"}[kind(k)],
                    product(k),
                    4000 + k if kind(k) == "purchase" else "",
                )
                for k in ks()
            ),
        )
    },
    [
        event(user(k), product(k), moment(k) + timedelta(milliseconds=117), type=kind(k))
        for k in ks()
    ],
)
MAKERS["JD, JData"] = Maker(
    {
        "JData_Action_201602.csv": csv(
            ("user_id", "sku_id", "time", "model_id", "type", "cate", "brand"),
            (
                (
                    f"{266079 + user(k)}.0",
                    product(k),
                    moment(k),
                    "" if k % 2 else "0.0",
                    {"view": 6, "cart": 2, "purchase": 4}[kind(k)],
                    8,
                    545,
                )
                for k in ks()
            ),
        )
    },
    [
        event(
            266079 + user(k),
            product(k),
            moment(k),
            type={"view": "6", "cart": "2", "purchase": "4"}[kind(k)],
        )
        for k in ks()
    ],
)
MAKERS["Square items"] = Maker(
    {
        "items.csv": csv(
            (
                "Date",
                "Time",
                "Time Zone",
                "Category",
                "Item",
                "Qty",
                "Price Point Name",
                "SKU",
                "Modifiers Applied",
                "Gross Sales",
                "Discounts",
                "Net Sales",
                "Tax",
                "Transaction ID",
                "Payment ID",
                "Device Name",
                "Event Type",
                "Location",
                "Customer ID",
                "Customer Name",
            ),
            (
                (
                    f"{moment(k):%Y-%m-%d}",
                    f"{moment(k):%H:%M:%S}",
                    "Eastern Time (US & Canada)",
                    "Coffee",
                    "Latte",
                    "-1.0" if k % 10 == 3 else "1.0",
                    "Regular",
                    f"SQ{product(k)}",
                    "",
                    "($4.50)" if k % 10 == 3 else "$4.50",
                    "$0.00",
                    "($4.50)" if k % 10 == 3 else "$4.50",
                    "$0.36",
                    f"T{k}",
                    f"P{k}",
                    "Register 1",
                    "Refund" if k % 10 == 3 else "Payment",
                    "Main St",
                    f"CUST{user(k)}",
                    "Ana",
                )
                for k in ks()
            ),
        )
    },
    [
        event(
            f"CUST{user(k)}",
            f"SQ{product(k)}",
            moment(k),
            type="return" if k % 10 == 3 else "purchase",
        )
        for k in ks()
    ],
    "Time Zone|zone",
)
MAKERS["theLook"] = Maker(
    {
        "order_items.csv": csv(
            (
                "id",
                "order_id",
                "user_id",
                "product_id",
                "inventory_item_id",
                "status",
                "created_at",
                "shipped_at",
                "delivered_at",
                "returned_at",
                "sale_price",
            ),
            (
                (
                    1 + k,
                    1 + k // 2,
                    user(k),
                    product(k),
                    81000 + k,
                    "Complete",
                    f"{moment(k)}+00:00",
                    f"{moment(k + 3)}+00:00",
                    f"{moment(k + 9)}+00:00",
                    "",
                    price(k),
                )
                for k in ks()
            ),
        )
    },
    [event(user(k), product(k), moment(k), price=price(k)) for k in ks()],
)
MAKERS["Trivago"] = Maker(
    {
        "train.csv": csv(
            (
                "user_id",
                "session_id",
                "timestamp",
                "step",
                "action_type",
                "reference",
                "platform",
                "city",
                "device",
                "current_filters",
                "impressions",
                "prices",
            ),
            (
                (
                    f"00RL8Z{user(k)}",
                    f"aff928{user(k)}",
                    stamp(k),
                    1 + k // 13,
                    "clickout item" if k % 3 == 0 else "interaction item image",
                    product(k),
                    "AU",
                    "Sydney, Australia",
                    "mobile",
                    "",
                    "3400638|1253714|3367857" if k % 3 == 0 else "",
                    "95|66|501" if k % 3 == 0 else "",
                )
                for k in ks()
            ),
        )
    },
    [event(f"00RL8Z{user(k)}", product(k), moment(k), price=None) for k in ks()],
    "reference",
)

for name, words, meanings in (
    (
        "WooCommerce",
        ("wc-completed", "wc-processing", "wc-refunded", "wc-cancelled"),
        ("purchase", "wc-processing", "return", "return"),
    ),
    ("a till", ("SALE", "RETURN", "VOID"), ("purchase", "return", "return")),
    ("notes", ("Invoice", "Credit Note"), ("purchase", "return")),
    ("Spanish", ("Completado", "Cancelado", "Reembolsado"), ("purchase", "return", "return")),
    (
        "Google retail",
        ("detail-page-view", "add-to-cart", "purchase-complete"),
        ("view", "cart", "purchase"),
    ),
    ("TikTok", ("AddToCart", "CompletePayment", "PlaceAnOrder"), ("cart", "purchase", "purchase")),
    ("Criteo", ("viewItem", "viewBasket", "trackTransaction"), ("view", "cart", "purchase")),
):
    MAKERS[f"the words of {name}"] = Maker(
        {
            "log.csv": csv(
                ("user_id", "item_id", "time", "status"),
                ((user(k), product(k), moment(k), words[k % len(words)]) for k in ks()),
            )
        },
        [event(user(k), product(k), moment(k), type=meanings[k % len(meanings)]) for k in ks()],
    )
MAKERS["a negative price is that of a return"] = Maker(
    {
        "log.csv": csv(
            ("user_id", "item_id", "time", "price"),
            ((user(k), product(k), moment(k), -9.5 if k % 9 == 0 else 9.5) for k in ks()),
        )
    },
    [
        event(
            user(k),
            product(k),
            moment(k),
            type="return" if k % 9 == 0 else "purchase",
            price=-9.5 if k % 9 == 0 else 9.5,
        )
        for k in ks()
    ],
)


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_come_back_or_the_file_is_refused(
    name: str, store: Store, tmp_path: Path
) -> None:
    check(MAKERS[name], store, tmp_path)
