"""JSON in the forms that logs have: the same events come back, or a refusal."""

import gzip
import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.datasets.store import Store
from tests.data.importing.makers import (
    Maker,
    check,
    event,
    jsonl,
    kind,
    ks,
    moment,
    price,
    product,
    stamp,
    user,
)

MAKERS: dict[str, Maker] = {}


def parquet(**columns: list[Any]) -> bytes:
    buffer = BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


MAKERS["Otto, sessions in JSON lines"] = Maker(
    {
        "train.jsonl": jsonl(
            {
                "session": u,
                "events": [
                    {
                        "aid": product(k),
                        "ts": 1000 * stamp(k) + 25,
                        "type": {"view": "clicks", "cart": "carts", "purchase": "orders"}[kind(k)],
                    }
                    for k in ks()
                    if k % 13 == u
                ],
            }
            for u in range(13)
        )
    },
    [event(k % 13, product(k), moment(k) + timedelta(milliseconds=25), type=kind(k)) for k in ks()],
    "nested|list",
)
MAKERS["Amazon reviews of 2023"] = Maker(
    {
        "Books.jsonl.gz": gzip.compress(
            jsonl(
                {
                    "rating": 5.0,
                    "title": "Five Stars, really",
                    "text": 'Great "book"\nsecond line',
                    "images": [],
                    "asin": f"B00{product(k)}",
                    "parent_asin": f"B01{product(k)}",
                    "user_id": f"AE{user(k)}XQ",
                    "timestamp": 1000 * stamp(k) + 301,
                    "helpful_vote": 0,
                    "verified_purchase": True,
                }
                for k in ks()
            ).encode()
        )
    },
    [
        event(f"AE{user(k)}XQ", f"B00{product(k)}", moment(k) + timedelta(milliseconds=301))
        for k in ks()
    ],
    "parent_asin",
)
MAKERS["Yelp"] = Maker(
    {
        "yelp_academic_dataset_review.json": jsonl(
            {
                "review_id": f"{k:022x}",
                "user_id": f"mh_-e{user(k)}",
                "business_id": f"XQfwVw{product(k)}",
                "stars": 3.0,
                "useful": 0,
                "funny": 0,
                "cool": 0,
                "text": "If you decide to eat here, just be aware {it} [is] good.\n\nYes",
                "date": str(moment(k)),
            }
            for k in ks()
        )
    },
    [event(f"mh_-e{user(k)}", f"XQfwVw{product(k)}", moment(k)) for k in ks()],
    "business_id",
)
MAKERS["Goodreads, JSON"] = Maker(
    {
        "goodreads_interactions_poetry.json": jsonl(
            {
                "user_id": f"{user(k):032x}",
                "book_id": str(product(k)),
                "review_id": f"{k:032x}",
                "isRead": k % 2 == 0,
                "date_added": f"{moment(k):%a %b %d %H:%M:%S} -0800 {moment(k):%Y}",
                "date_updated": f"{moment(k + 9):%a %b %d %H:%M:%S} -0800 {moment(k + 9):%Y}",
                "rating": 4,
            }
            for k in ks()
        )
    },
    [event(f"{user(k):032x}", product(k), moment(k) + timedelta(hours=8)) for k in ks()],
    "date_added",
)
MAKERS["GA4 in BigQuery"] = Maker(
    {
        "bquxjob.json": jsonl(
            {
                "event_date": f"{moment(k):%Y%m%d}",
                "event_timestamp": str(1_000_000 * stamp(k) + 5),
                "event_name": {"view": "view_item", "cart": "add_to_cart", "purchase": "purchase"}[
                    kind(k)
                ],
                "user_pseudo_id": f"{user(k)}.1572566400",
                "items": [{"item_id": str(product(k)), "item_name": "Mug", "price": price(k)}],
            }
            for k in ks()
        )
    },
    [
        event(
            f"{user(k)}.1572566400",
            product(k),
            moment(k) + timedelta(microseconds=5),
            type=kind(k),
        )
        for k in ks()
    ],
    "nested|list",
)
MAKERS["Mixpanel"] = Maker(
    {
        "export.json": jsonl(
            {
                "event": {"view": "Product Viewed", "cart": "Add to Cart", "purchase": "Purchase"}[
                    kind(k)
                ],
                "properties": {
                    "time": stamp(k),
                    "distinct_id": f"u{user(k)}",
                    "product_id": str(product(k)),
                    "price": price(k),
                },
            }
            for k in ks()
        )
    },
    [event(f"u{user(k)}", product(k), moment(k), type=kind(k), price=price(k)) for k in ks()],
    "nested",
)
MAKERS["Segment"] = Maker(
    {
        "segment.json": jsonl(
            {
                "anonymousId": f"507f191e810c1972{user(k)}",
                "event": {
                    "view": "Product Viewed",
                    "cart": "Product Added",
                    "purchase": "Order Completed",
                }[kind(k)],
                "messageId": f"m{k}",
                "properties": {"product_id": str(product(k)), "price": price(k)},
                "timestamp": f"{moment(k):%Y-%m-%dT%H:%M:%S}.000Z",
                "type": "track",
                "userId": f"u{user(k)}",
            }
            for k in ks()
        )
    },
    [event(f"u{user(k)}", product(k), moment(k), type=kind(k), price=price(k)) for k in ks()],
    "nested",
)
MAKERS["MongoDB"] = Maker(
    {
        "orders.json": jsonl(
            {
                "_id": {"$oid": f"5dbc{k:020x}"},
                "user_id": {"$numberLong": str(user(k))},
                "product_id": str(product(k)),
                "created_at": {"$date": f"{moment(k):%Y-%m-%dT%H:%M:%S}.000Z"},
            }
            for k in ks()
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
    "nested",
)
for seconds in ("seconds", "_seconds"):
    MAKERS[f"Firestore: {seconds} and nanoseconds"] = Maker(
        {
            "orders.json": jsonl(
                {
                    **{"userId": user(k), "productId": product(k)},
                    "createdAt": {seconds: stamp(k), seconds.replace("seconds", "nanoseconds"): 0},
                }
                for k in ks()
            )
        },
        [event(user(k), product(k), moment(k)) for k in ks()],
    )
MAKERS["Debezium: changes with their milliseconds"] = Maker(
    {
        "orders.json": jsonl(
            {
                **{"before": None, "op": "cu"[k % 2], "ts_ms": 1000 * stamp(k)},
                "after": {"customer_id": user(k), "product_id": product(k)},
            }
            for k in ks()
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
)
MAKERS["JSON by columns, as pandas writes it"] = Maker(
    {
        "frame.json": json.dumps(
            {
                "user_id": {str(k): user(k) for k in ks()},
                "product_id": {str(k): product(k) for k in ks()},
                "time": {str(k): str(moment(k)) for k in ks()},
            }
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
    "JSON",
)
MAKERS["JSON in an envelope"] = Maker(
    {
        "api.json": json.dumps(
            {
                "status": "ok",
                "data": [
                    {"user_id": user(k), "product_id": product(k), "time": str(moment(k))}
                    for k in ks()
                ],
            }
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
    "JSON",
)
MAKERS["JSON array over many lines"] = Maker(
    {
        "pretty.json": json.dumps(
            [{"user_id": user(k), "product_id": product(k), "time": str(moment(k))} for k in ks()],
            indent=2,
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
)
MAKERS["JSON, an array a line"] = Maker(
    {
        "rows.jsonl": json.dumps(["user_id", "product_id", "time"])
        + "\n"
        + "".join(json.dumps([user(k), product(k), str(moment(k))]) + "\n" for k in ks())
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
    "JSON",
)
MAKERS["JSON lines, keys in any order and some missing"] = Maker(
    {
        "mixed.jsonl": jsonl(
            {"product_id": product(k), "ts": stamp(k), "user_id": user(k)}
            if k % 2
            else {"user_id": user(k), "price": price(k), "ts": stamp(k), "product_id": product(k)}
            for k in ks()
        )
    },
    [event(user(k), product(k), moment(k), price=None if k % 2 else price(k)) for k in ks()],
)

LINES = jsonl({"user_id": user(k), "product_id": product(k), "ts": stamp(k)} for k in ks())
EVENTS = [event(user(k), product(k), moment(k)) for k in ks()]
MAKERS["JSON lines behind a byte order mark"] = Maker({"log.json": "\ufeff" + LINES}, EVENTS)
MAKERS["JSON lines in UTF-16"] = Maker({"log.json": LINES.encode("utf-16")}, EVENTS)
BASKETS = [event(user(k), p, moment(k)) for k in ks() for p in (product(k), product(k + 1))]
MAKERS["ids of products in a list"] = Maker(
    {
        "log.jsonl": jsonl(
            {"user_id": user(k), "product_ids": [product(k), product(k + 1)], "ts": stamp(k)}
            for k in ks()
        )
    },
    BASKETS,
)
MAKERS["ids of products in a list of Parquet"] = Maker(
    {
        "log.parquet": parquet(
            user_id=[user(k) for k in ks()],
            item_ids=[[product(k), product(k + 1)] for k in ks()],
            ts=[moment(k) for k in ks()],
        )
    },
    BASKETS,
)
MAKERS["buyers and products as structs of Parquet"] = Maker(
    {
        "log.parquet": parquet(
            user=[{"id": user(k), "session": k} for k in ks()],
            items=[[{"item_id": product(k), "price": price(k)}] for k in ks()],
            ts=[moment(k) for k in ks()],
        )
    },
    [one | {"price": price(k)} for k, one in enumerate(EVENTS)],
)


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_come_back_or_the_file_is_refused(
    name: str, store: Store, tmp_path: Path
) -> None:
    check(MAKERS[name], store, tmp_path)
