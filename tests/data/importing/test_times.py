"""Times in the columns that logs have for them: the same events come back, or a refusal."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from data.datasets.store import Store
from tests.data.importing.makers import (
    Maker,
    check,
    csv,
    event,
    everything,
    kind,
    ks,
    midnight,
    moment,
    price,
    product,
    stamp,
    user,
)

pytestmark = pytest.mark.slow

MAKERS: dict[str, Maker] = {}

MAKERS["Instacart, orders joined to products"] = Maker(
    {
        "instacart.csv": csv(
            (
                "order_id",
                "user_id",
                "eval_set",
                "order_number",
                "order_dow",
                "order_hour_of_day",
                "days_since_prior_order",
                "product_id",
                "add_to_cart_order",
                "reordered",
                "product_name",
                "aisle_id",
                "department_id",
            ),
            sorted(
                (
                    (k * 7919) % 9973,
                    1 + k % 6,
                    "prior",
                    1 + k // 30,
                    k % 7,
                    f"{8 + k % 12:02d}",
                    "" if k < 30 else "7.0",
                    product(k),
                    1 + k // 6 % 5,
                    k % 2,
                    f"Product {product(k)}",
                    83,
                    4,
                )
                for k in ks()
            ),
        )
    },
    [event(1 + k % 6, product(k), None) for k in ks()],
    "order_number",
)
MAKERS["Dunnhumby, The Complete Journey"] = Maker(
    {
        "transaction_data.csv": csv(
            (
                "household_key",
                "BASKET_ID",
                "DAY",
                "PRODUCT_ID",
                "QUANTITY",
                "SALES_VALUE",
                "STORE_ID",
                "RETAIL_DISC",
                "TRANS_TIME",
                "WEEK_NO",
                "COUPON_DISC",
                "COUPON_MATCH_DISC",
            ),
            (
                (
                    user(k),
                    26984851472 + k,
                    1 + k // 2,
                    product(k),
                    1 + k % 2,
                    price(k),
                    364,
                    "-0.6",
                    f"{(900 + k):04d}",
                    1 + k // 14,
                    "0.0",
                    "0.0",
                )
                for k in ks()
            ),
        )
    },
    [event(user(k), product(k)) for k in ks()],
    "DAY",
)
MAKERS["Ta-Feng, Kaggle"] = Maker(
    {
        "ta_feng_all_months_merged.csv": csv(
            (
                "TRANSACTION_DT",
                "CUSTOMER_ID",
                "AGE_GROUP",
                "PIN_CODE",
                "PRODUCT_SUBCLASS",
                "PRODUCT_ID",
                "AMOUNT",
                "ASSET",
                "SALES_PRICE",
            ),
            (
                (
                    f"{moment(k).month}/{moment(k).day}/{moment(k).year}",
                    f"000{user(k)}",
                    "45-49",
                    "115",
                    110411 + k % 4,
                    f"4710{product(k)}1204",
                    1 + k % 3,
                    24,
                    30,
                )
                for k in ks()
            ),
            quote=everything,
        )
    },
    [event(f"000{user(k)}", f"4710{product(k)}1204", midnight(k), price=30.0) for k in ks()],
)
MAKERS["Tmall, IJCAI-15: a day without its year"] = Maker(
    {
        "user_log_format1.csv": csv(
            (
                "user_id",
                "item_id",
                "cat_id",
                "seller_id",
                "brand_id",
                "time_stamp",
                "action_type",
            ),
            (
                (
                    user(k),
                    product(k),
                    833 + k % 5,
                    2882,
                    "" if k % 11 == 0 else "2660.0",
                    f"{moment(k):%m%d}",
                    {"view": 0, "cart": 1, "purchase": 2}[kind(k)],
                )
                for k in ks()
            ),
        )
    },
    [event(user(k), product(k)) for k in ks()],
    "time_stamp",
)
MAKERS["Diginetica, purchases"] = Maker(
    {
        "train-purchases.csv": csv(
            ("sessionId", "userId", "timeframe", "eventdate", "ordernumber", "itemId"),
            (
                (150 + k, user(k), 421045 + k, f"{moment(k):%Y-%m-%d}", 16421 + k, product(k))
                for k in ks()
            ),
            ";",
        )
    },
    [event(user(k), product(k), midnight(k)) for k in ks()],
    "timeframe",
)
MAKERS["KuaiRand"] = Maker(
    {
        "log_standard.csv": csv(
            (
                "user_id",
                "video_id",
                "date",
                "hourmin",
                "time_ms",
                "is_click",
                "is_like",
                "play_time_ms",
                "duration_ms",
                "tab",
            ),
            (
                (
                    k % 13,
                    product(k),
                    f"{moment(k):%Y%m%d}",
                    f"{moment(k):%H}00",
                    1000 * stamp(k) + 92,
                    k % 2,
                    0,
                    7000 + k,
                    9000 + k,
                    1,
                )
                for k in ks()
            ),
        )
    },
    [event(k % 13, product(k), moment(k) + timedelta(milliseconds=92)) for k in ks()],
)
MAKERS["X5 RetailHero"] = Maker(
    {
        "purchases.csv": csv(
            (
                "client_id",
                "transaction_id",
                "transaction_datetime",
                "regular_points_received",
                "express_points_received",
                "regular_points_spent",
                "express_points_spent",
                "purchase_sum",
                "store_id",
                "product_id",
                "product_quantity",
                "trn_sum_from_iss",
                "trn_sum_from_red",
            ),
            (
                (
                    f"{user(k):010x}",
                    f"7e3e2e{k:04x}",
                    moment(k),
                    "10.0",
                    "0.0",
                    "0.0",
                    "0.0",
                    "1007.0",
                    f"54a4a1{k % 3}",
                    f"9a80{product(k):x}",
                    "2.0",
                    "80.0",
                    "",
                )
                for k in ks()
            ),
        )
    },
    [event(f"{user(k):010x}", f"9a80{product(k):x}", moment(k)) for k in ks()],
)
MAKERS["Groceries, members"] = Maker(
    {
        "Groceries_dataset.csv": csv(
            ("Member_number", "Date", "itemDescription"),
            ((user(k), f"{moment(k):%d-%m-%Y}", f"item {product(k)}") for k in ks()),
        )
    },
    [event(user(k), f"item {product(k)}", midnight(k)) for k in ks()],
)
MAKERS["scanner data"] = Maker(
    {
        "scanner_data.csv": csv(
            (
                "",
                "Date",
                "Customer_ID",
                "Transaction_ID",
                "SKU_Category",
                "SKU",
                "Quantity",
                "Sales_Amount",
            ),
            (
                (
                    1 + k,
                    f"{moment(k):%d/%m/%Y}",
                    user(k),
                    k + 1,
                    f"X{k % 5}F",
                    f"{product(k)}X",
                    "1.0",
                    price(k),
                )
                for k in ks()
            ),
            quote=lambda text: not text.isdecimal(),
        )
    },
    [event(user(k), f"{product(k)}X", midnight(k), price=price(k)) for k in ks()],
)
MAKERS["Magento orders"] = Maker(
    {
        "export.csv": csv(
            (
                "Order #",
                "Purchased On",
                "Customer Email",
                "SKU",
                "Product Name",
                "Qty Ordered",
                "Price",
            ),
            (
                (
                    f"{k:09d}",
                    f"{moment(k):%b} {moment(k).day}, {moment(k):%Y}, "
                    f"{int(f'{moment(k):%I}')}:{moment(k):%M:%S %p}",
                    f"b{user(k)}@example.com",
                    f"24-MB{product(k)}",
                    "Joust Duffle Bag",
                    "1.0000",
                    f"${price(k):,.2f}",
                )
                for k in ks()
            ),
            quote=everything,
        )
    },
    [
        event(f"b{user(k)}@example.com", f"24-MB{product(k)}", moment(k), price=price(k))
        for k in ks()
    ],
)


def epoch(when: datetime) -> int:
    return int((when - datetime(1970, 1, 1)).total_seconds())


def same(when: datetime) -> datetime:
    return when


def day(when: datetime) -> datetime:
    return when.replace(hour=0, minute=0, second=0)


def minute(when: datetime) -> datetime:
    return when.replace(second=0)


def order(_when: datetime) -> None:
    """Return no time: numbers that are none stand for the order of events."""


FORMS: dict[str, tuple[Callable[[datetime], object], Callable[[datetime], datetime | None]]] = {
    "ticks of .NET": (lambda t: epoch(t) * 10**7 + 621_355_968 * 10**9, same),
    "file times of Windows": (lambda t: (epoch(t) + 11_644_473_600) * 10**7, same),
    "days of R in 2025 are an order": (lambda t: epoch(t) // 86_400 + 2_000, order),
    "seconds from a start are an order": (lambda t: epoch(t) - 1_574_000_000, order),
    "summer and winter in short": (
        lambda t: f"{t} {'CET' if t.month == 12 else 'CEST'}",
        lambda t: t - timedelta(hours=1 if t.month == 12 else 2),
    ),
    "Argentina, not Egypt": (lambda t: f"{t} ART", lambda t: t + timedelta(hours=3)),
    "zone of America behind AM": (
        lambda t: f"{t:%b %d, %Y %I:%M:%S %p} PDT",
        lambda t: t + timedelta(hours=7),
    ),
    "days of two forms": (
        lambda t: f"{t:%Y-%m-%d}" if t.day % 2 else f"{t:%d/%m/%Y}",
        day,
    ),
    "the day between year and month": (
        lambda t: f"{t:%Y-%d-%m}",
        day,
    ),
    "Amazon's reviews": (
        lambda t: f"{t:%m} {t.day}, {t:%Y}",
        day,
    ),
    "FIX": (lambda t: f"{t:%Y%m%d-%H:%M:%S}", same),
    "Spanish, with the weekday": (
        lambda t: f"lunes, {t.day} de {'noviembre' if t.month == 11 else 'diciembre'} de {t.year}",
        day,
    ),
    "German, with the weekday": (
        lambda t: f"Mi, {t:%d.%m.%Y %H:%M}",
        minute,
    ),
    "Turkish": (
        lambda t: f"{t.day} {'Kasım' if t.month == 11 else 'Aralık'} {t.year} {t:%H:%M}",
        minute,
    ),
    "Greek": (
        lambda t: f"{t:%d/%m/%Y %I:%M:%S} {'πμ' if t.hour < 12 else 'μμ'}",
        same,
    ),
    "Norwegian": (
        lambda t: f"{t:%d.%m.%Y kl. %H.%M}",
        minute,
    ),
    "Finnish": (
        lambda t: f"{t.day}.{t.month}.{t.year} klo {t.hour}.{t:%M}",
        minute,
    ),
}

for name, (write, read) in FORMS.items():
    MAKERS[name] = Maker(
        {
            "log.csv": csv(
                ("user_id", "product_id", "time"),
                ((user(k), product(k), write(moment(k))) for k in ks()),
                ";",
            )
        },
        [event(user(k), product(k), read(moment(k))) for k in ks()],
    )
for zone in ("IST", "CST", "BST"):
    MAKERS[f"a zone of several continents, {zone}"] = Maker(
        {
            "log.csv": csv(
                ("user_id", "product_id", "time"),
                ((user(k), product(k), f"{moment(k)} {zone}") for k in ks()),
            )
        },
        None,
        f'zone {zone}.*--time-format "%Y-%m-%d %H:%M:%S {zone}"',
    )
MAKERS["such a zone, read as the clock stands"] = Maker(
    {
        "log.csv": csv(
            ("user_id", "product_id", "time"),
            ((user(k), product(k), f"{moment(k)} IST") for k in ks()),
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
    settings={"time_format": "%Y-%m-%d %H:%M:%S IST"},
)
MAKERS["Wix: a day with the month's name beside a clock"] = Maker(
    {
        "orders.csv": csv(
            ("Order number", "Date created", "Time", "Contact email", "SKU"),
            (
                (
                    *(10_000 + k, f"{moment(k):%b} {moment(k).day}, {moment(k).year}"),
                    *(f"{moment(k):%I:%M:%S %p}", f"b{user(k)}@example.com", product(k)),
                )
                for k in ks()
            ),
        )
    },
    [event(f"b{user(k)}@example.com", product(k), moment(k)) for k in ks()],
)
MAKERS["a time of two columns of one name is asked for"] = Maker(
    {
        "log.csv": csv(
            ("user_id", "product_id", "date", "date"),
            ((user(k), product(k), moment(k), moment(k + 40)) for k in ks()),
        )
    },
    None,
    "--map time=COLUMN",
)
for name, fields in {
    "a share of a day": ("{serial}", "{share:.6f}"),
    "a share with a decimal comma": ("{serial}", "{comma}"),
    "a clock": ("{serial}", "{time:%H:%M:%S}"),
    "a share beside a date": ("{time:%Y-%m-%d}", "{share:.6f}"),
    "a share beside a date of another order": ("{time:%d/%m/%Y}", "{share:.6f}"),
}.items():
    for names in (("Date", "Time"), ("Datum", "Uhrzeit")):
        MAKERS[f"a spreadsheet's day and {name}: {names}"] = Maker(
            {
                "log.csv": csv(
                    ("customer_id", "sku", *names),
                    (
                        (
                            *(user(k), product(k)),
                            *(
                                text.format(
                                    serial=(midnight(k) - datetime(1899, 12, 30)).days,
                                    share=(share := (moment(k) - midnight(k)) / timedelta(days=1)),
                                    comma=f"{share:.6f}".replace(".", ","),
                                    time=moment(k),
                                )
                                for text in fields
                            ),
                        )
                        for k in ks()
                    ),
                    ";",
                )
            },
            [event(user(k), product(k), moment(k)) for k in ks()],
        )
MAKERS["years before days, and years before months"] = Maker(
    {
        "log.csv": csv(
            ("user_id", "product_id", "date"),
            (
                (user(k), product(k), f"{moment(k):{'%Y-%d-%m' if k % 2 else '%Y-%m-%d'}}")
                for k in ks()
            ),
        )
    },
    None,
    "--time-format",
)
LATE = [datetime(2019, 3, 1 + (k // 250 if k < 3000 else 12 + k % 10)) for k in range(4000)]
MAKERS["a day before the month that only rows behind the first ones show"] = Maker(
    {
        "log.csv": csv(
            ("user_id", "product_id", "date"),
            ((user(k), product(k), f"{day:%Y-%d-%m}") for k, day in enumerate(LATE)),
        )
    },
    [event(user(k), product(k), day) for k, day in enumerate(LATE)],
)
MAKERS["days that may be months stay where ISO has them"] = Maker(
    {
        "log.csv": csv(
            ("user_id", "product_id", "date"),
            ((user(k), product(k), f"2019-03-{1 + k % 12:02d}") for k in ks()),
        )
    },
    [event(user(k), product(k), datetime(2019, 3, 1 + k % 12)) for k in ks()],
)
MAKERS["Google Analytics: milliseconds of a visit are no days of a spreadsheet"] = Maker(
    {
        "hits.csv": csv(
            ("fullVisitorId", "visitStartTime", "date", "hits.time", "productSKU"),
            (
                (10**18 + user(k), stamp(k), f"{moment(k):%Y%m%d}", 1_000 * k, product(k))
                for k in ks()
            ),
        )
    },
    [event(10**18 + user(k), product(k), moment(k)) for k in ks()],
)


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_come_back_or_the_file_is_refused(
    name: str, store: Store, tmp_path: Path
) -> None:
    check(MAKERS[name], store, tmp_path)
