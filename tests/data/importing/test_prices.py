"""Prices and quantities as shops write them: the same events come back, or a refusal."""

from pathlib import Path

import pytest

from data.datasets.store import Store
from tests.data.importing.makers import (
    Maker,
    check,
    csv,
    event,
    everything,
    ks,
    midnight,
    moment,
    price,
    product,
    user,
)

MAKERS: dict[str, Maker] = {}

MAKERS["SAP, decimal comma and trailing minus"] = Maker(
    {
        "export.csv": csv(
            ("Kunde", "Material", "Buchungsdatum", "Menge", "Nettowert"),
            (
                (
                    f"{user(k):010d}",
                    f"{product(k):018d}",
                    f"{moment(k):%d.%m.%Y}",
                    "2,000-" if k % 10 == 3 else "2,000",
                    ("1.299,00", "8,99", "24,50")[k % 3] + ("-" if k % 10 == 3 else ""),
                )
                for k in ks()
            ),
            ";",
        )
    },
    [
        event(
            f"{user(k):010d}",
            f"{product(k):018d}",
            midnight(k),
            type="return" if k % 10 == 3 else "purchase",
            price=(1299.0, 8.99, 24.5)[k % 3] / 2,
            quantity=2.0,
        )
        for k in ks()
    ],
)
MAKERS["SAP, list of a report"] = Maker(
    {
        "list.txt": "20.11.2019    Dynamische Listenausgabe    1\n\n"
        + "-" * 60
        + "\n|Kunde     |Material  |Datum     |   Preis|\n"
        + "-" * 60
        + "\n"
        + "".join(
            f"|{user(k):<10d}|{product(k):<10d}|{moment(k):%d.%m.%Y}|"
            f"{('1.299,00', '8,99', '24,50')[k % 3]:>8}|\n"
            for k in ks()
        )
        + "-" * 60
        + "\n"
    },
    [event(user(k), product(k), midnight(k), price=(1299.0, 8.99, 24.5)[k % 3]) for k in ks()],
    "--header-line",
)
MAKERS["eBay, a footer and a blank first line"] = Maker(
    {
        "SalesHistory.csv": "\n"
        + csv(
            (
                "Sales Record Number",
                "User Id",
                "Buyer Email",
                "Item Number",
                "Item Title",
                "Custom Label",
                "Quantity",
                "Sale Price",
                "Sale Date",
            ),
            (
                (
                    100 + k,
                    f"buyer_{user(k)}",
                    f"b{user(k)}@example.com",
                    f"2539{product(k)}",
                    "Vintage mug",
                    "",
                    1,
                    f"${price(k):,.2f}",
                    f"{moment(k):%b-%d-%y}",
                )
                for k in ks()
            ),
            quote=everything,
        )
        + '\n"90","record(s) downloaded,from ","Nov-20-19","to ","Dec-20-19"\n'
    },
    [event(f"buyer_{user(k)}", f"2539{product(k)}", midnight(k), price=price(k)) for k in ks()],
    "--map|--header-line",
)
MAKERS["Superstore"] = Maker(
    {
        "Sample - Superstore.csv": csv(
            (
                "Row ID",
                "Order ID",
                "Order Date",
                "Ship Date",
                "Ship Mode",
                "Customer ID",
                "Customer Name",
                "Segment",
                "Country",
                "City",
                "State",
                "Postal Code",
                "Region",
                "Product ID",
                "Category",
                "Sub-Category",
                "Product Name",
                "Sales",
                "Quantity",
                "Discount",
                "Profit",
            ),
            (
                (
                    1 + k,
                    f"CA-2019-{152156 + k // 2}",
                    f"{moment(k).month}/{moment(k).day}/{moment(k).year}",
                    f"{moment(k + 9).month}/{moment(k + 9).day}/{moment(k + 9).year}",
                    "Second Class",
                    f"CG-{user(k)}",
                    "Claire Gute",
                    "Consumer",
                    "United States",
                    "Henderson",
                    "Kentucky",
                    42420,
                    "South",
                    f"FUR-BO-{product(k)}",
                    "Furniture",
                    "Bookcases",
                    "Bush Somerset Collection Bookcase, 9\xbd\xe9",
                    price(k),
                    2,
                    0,
                    "-41.9136",
                )
                for k in ks()
            ),
        ).encode("cp1252")
    },
    [
        event(
            f"CG-{user(k)}",
            f"FUR-BO-{product(k)}",
            midnight(k),
            category="Furniture",
            price=price(k) / 2,
        )
        for k in ks()
    ],
)

MAKERS["abbreviations behind a price"] = Maker(
    {
        "log.csv": csv(
            ("user_id", "item_id", "time", "price"),
            ((user(k), product(k), moment(k), "12,50 € inkl. MwSt. zzgl. Vers.") for k in ks()),
            ";",
        )
    },
    [event(user(k), product(k), moment(k), price=12.5) for k in ks()],
)


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_come_back_or_the_file_is_refused(
    name: str, store: Store, tmp_path: Path
) -> None:
    check(MAKERS[name], store, tmp_path)
