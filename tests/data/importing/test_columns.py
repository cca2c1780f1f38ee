"""Logs without a buyer or a product are refused in a sentence."""

from pathlib import Path

import pytest

from data.datasets.store import Store
from tests.data.importing.makers import (
    Maker,
    check,
    csv,
    ks,
    moment,
    price,
    product,
    user,
)

MAKERS: dict[str, Maker] = {}

MAKERS["Instacart, without buyers"] = Maker(
    {
        "order_products__prior.csv": csv(
            ("order_id", "product_id", "add_to_cart_order", "reordered"),
            ((1 + k // 6, product(k), 1 + k % 6, k % 2) for k in ks()),
        )
    },
    None,
)
MAKERS["Netflix Prize"] = Maker(
    {
        "combined_data_1.txt": "".join(
            f"{movie}:\n"
            + "".join(f"{1488844 + k},{1 + k % 5},{moment(k):%Y-%m-%d}\n" for k in range(5 * movie))
            for movie in range(1, 8)
        )
    },
    None,
)
MAKERS["Walmart, no buyers"] = Maker(
    {
        "train.csv": csv(
            ("Store", "Dept", "Date", "Weekly_Sales", "IsHoliday"),
            ((1 + k % 4, k % 9, f"{moment(k):%Y-%m-%d}", price(k), "FALSE") for k in ks()),
        )
    },
    None,
)
MAKERS["Favorita, no buyers"] = Maker(
    {
        "train.csv": csv(
            ("id", "date", "store_nbr", "item_nbr", "unit_sales", "onpromotion"),
            ((k, f"{moment(k):%Y-%m-%d}", 1 + k % 4, product(k), "7.0", "") for k in ks()),
        )
    },
    None,
)
MAKERS["supermarket sales, no buyers"] = Maker(
    {
        "supermarket_sales.csv": csv(
            (
                "Invoice ID",
                "Branch",
                "City",
                "Customer type",
                "Gender",
                "Product line",
                "Unit price",
                "Quantity",
                "Tax 5%",
                "Total",
                "Date",
                "Time",
                "Payment",
                "cogs",
                "Rating",
            ),
            (
                (
                    f"750-67-{k:04d}",
                    "A",
                    "Yangon",
                    ["Member", "Normal"][k % 2],
                    "Female",
                    "Health and beauty",
                    price(k),
                    7,
                    "26.1415",
                    "548.9715",
                    f"{moment(k).month}/{moment(k).day}/{moment(k).year}",
                    f"{moment(k):%H:%M}",
                    "Ewallet",
                    "522.83",
                    "9.1",
                )
                for k in ks()
            ),
        )
    },
    None,
)
MAKERS["Stripe, no products"] = Maker(
    {
        "payments.csv": csv(
            (
                "id",
                "Description",
                "Seller Message",
                "Created (UTC)",
                "Amount",
                "Amount Refunded",
                "Currency",
                "Converted Amount",
                "Fee",
                "Status",
                "Customer ID",
                "Customer Email",
            ),
            (
                (
                    f"ch_{k:014x}",
                    "Invoice",
                    "Payment complete.",
                    f"{moment(k):%Y-%m-%d %H:%M}",
                    "29,00",
                    "0,00",
                    "eur",
                    "29,00",
                    "0,88",
                    "Paid",
                    f"cus_{user(k):x}",
                    f"b{user(k)}@example.com",
                )
                for k in ks()
            ),
        )
    },
    None,
)

MAKERS["a column for each day"] = Maker(
    {
        "pivot.csv": csv(
            ("Customer ID", "Product", *(f"2019-11-{day:02d}" for day in range(1, 11))),
            ((user(k), product(k), *((k * day) % 3 for day in range(10))) for k in ks()),
        )
    },
    None,
    "a column for each of 10 days or months.*melt",
)
MAKERS["a column for each month"] = Maker(
    {
        "pivot.csv": csv(
            ("Customer", "Product", *["Jan", "Feb", "Mar", "Apr", "May", "Jun"]),
            ((user(k), product(k), *((k * month) % 3 for month in range(6))) for k in ks()),
        )
    },
    None,
    "a column for each of 6 days or months",
)
for name, text in (("in brackets", "[{}, {}]"), ("by blanks", "{} {}"), ("by semicolons", "{};{}")):
    MAKERS[f"several products in a row, {name}"] = Maker(
        {
            "orders.csv": csv(
                ("order_id", "user_id", "product_ids", "time"),
                ((k, user(k), text.format(product(k), product(k + 1)), moment(k)) for k in ks()),
            )
        },
        None,
        "product_ids holds several ids in a row.*explode",
    )


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_come_back_or_the_file_is_refused(
    name: str, store: Store, tmp_path: Path
) -> None:
    check(MAKERS[name], store, tmp_path)
