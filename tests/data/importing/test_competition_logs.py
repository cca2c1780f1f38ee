"""Logs of competitions and papers whose columns have to be put together or interpreted."""

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.datasets.store import Store
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from tests.data.importing.makers import (
    Maker,
    check,
    csv,
    event,
    kind,
    ks,
    midnight,
    moment,
    price,
    product,
    stamp,
    user,
)

MAKERS: dict[str, Maker] = {}


def parquet(**columns: pa.Array) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


MAKERS["Otto in Parquet: clicks, carts and orders as 0, 1 and 2"] = Maker(
    {
        "train.parquet": parquet(
            session=pa.array(map(user, ks())),
            aid=pa.array(map(product, ks())),
            ts=pa.array(map(stamp, ks()), pa.int32()),
            type=pa.array([("view", "cart", "purchase").index(kind(k)) for k in ks()], pa.int8()),
        )
    },
    [event(user(k), product(k), moment(k), type=kind(k)) for k in ks()],
)
MAKERS["dunnhumby, Let's Get Sort-of-Real: a day and an hour"] = Maker(
    {
        "transactions.csv": csv(
            (
                *("SHOP_WEEK", "SHOP_DATE", "SHOP_WEEKDAY", "SHOP_HOUR", "QUANTITY", "SPEND"),
                *("PROD_CODE", "PROD_CODE_10", "CUST_CODE", "CUST_LIFESTAGE", "BASKET_ID"),
                *("BASKET_SIZE", "STORE_CODE"),
            ),
            (
                (
                    *(201947, f"{moment(k):%Y%m%d}", 1 + k % 7, f"{moment(k):%H}", 1 + k % 2),
                    *(price(k) * (1 + k % 2), f"PRD09{product(k)}", "CL00031", f"CUST{user(k)}"),
                    *("YF", 994100100134686 + k, "L", "STORE00001"),
                )
                for k in ks()
            ),
        )
    },
    [
        event(
            f"CUST{user(k)}",
            f"PRD09{product(k)}",
            moment(k).replace(minute=0, second=0),
            price=price(k),
        )
        for k in ks()
    ],
)
MAKERS["MovieLens, hetrec: a time in six columns"] = Maker(
    {
        "user_ratedmovies.dat": csv(
            (
                *("userID", "movieID", "rating", "date_day", "date_month", "date_year"),
                *("date_hour", "date_minute", "date_second"),
            ),
            (
                (
                    *(user(k), product(k), 3.5, moment(k).day, moment(k).month, moment(k).year),
                    *(moment(k).hour, moment(k).minute, moment(k).second),
                )
                for k in ks()
            ),
            "\t",
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
)
MAKERS["a date in three columns, a birthday beside it"] = Maker(
    {
        "ventas.csv": csv(
            (
                *("cliente", "producto", "birth_year", "birth_month", "birth_day"),
                *("año", "mes", "día"),
            ),
            (
                (user(k), product(k), 1980, 1, 2, moment(k).year, moment(k).month, moment(k).day)
                for k in ks()
            ),
        )
    },
    [event(user(k), product(k), midnight(k)) for k in ks()],
)
for name, yes, no in (
    ("is_booking", "1", "0"),
    ("purchased", "True", "False"),
    ("Converted", "yes", "no"),
):
    MAKERS[f"purchases told by {name}"] = Maker(
        {
            "log.csv": csv(
                ("user_id", "item_id", "timestamp", name),
                ((user(k), product(k), stamp(k), yes if k % 9 == 0 else no) for k in ks()),
            )
        },
        [
            event(user(k), product(k), moment(k), type="purchase" if k % 9 == 0 else "view")
            for k in ks()
        ],
    )
MAKERS["returns told by yes and no"] = Maker(
    {
        "log.csv": csv(
            ("user_id", "item_id", "timestamp", "Returned"),
            ((user(k), product(k), stamp(k), "Yes" if k % 9 == 0 else "No") for k in ks()),
        )
    },
    [
        event(user(k), product(k), moment(k), type="return" if k % 9 == 0 else "purchase")
        for k in ks()
    ],
)


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_of_a_log_come_back(name: str, store: Store, tmp_path: Path) -> None:
    check(MAKERS[name], store, tmp_path)


def test_a_column_of_clicks_is_said_where_every_row_is_taken_for_a_purchase(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    file.write_text(
        csv(
            ("user_id", "video_id", "timestamp", "is_click"),
            ((user(k), product(k), stamp(k), k % 2) for k in ks()),
        )
    )
    understood = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]
    assert "is_click" in understood["unsure"]["type"]


def test_a_product_in_a_column_with_an_uncertain_name_is_said(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "raw_sample.csv"
    file.write_text(
        csv(
            ("user", "time_stamp", "adgroup_id", "pid"),
            ((user(k), stamp(k), product(k), f"4305{k % 2}_1007") for k in ks()),
        )
    )
    understood = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]
    assert understood["roles"]["product"] == "pid"
    assert "product" in understood["unsure"]
