"""Events written as CSV in the columns of the Kaggle set."""

from collections.abc import Iterable
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from data.demo.market import MISSING
from data.demo.shelf import Ints
from data.demo.shop import Shop
from data.demo.visits import Events

HEADER = (
    b"event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
)
KINDS = pa.array(["view", "cart", "purchase"])
DAY = 86_400
BEGIN = 1_572_566_400
"""1 November 2019, 00:00:00 UTC."""


def write_csv(
    file: IO[bytes], shop: Shop, parts: Iterable[Events], random: np.random.Generator
) -> None:
    """Write the parts one after another."""
    people, key = random.integers(0, 1 << 40, 2)
    catalogue = _catalogue(shop)
    file.write(HEADER)
    options = pa.csv.WriteOptions(include_header=False, quoting_style="none")
    for part in parts:
        goods = catalogue.take(part.product)
        table = pa.table(
            {
                "event_time": _times(part.time),
                "event_type": KINDS.take(pa.array(part.kind)),
                **{name: goods[name] for name in goods.column_names},
                "user_id": _user_ids(part.user, people),
                "user_session": _sessions(part.visit, key),
            }
        )
        pa.csv.write_csv(table, file, options)


def _catalogue(shop: Shop) -> pa.Table:
    """Return the columns that a product fills, one row a product."""
    return pa.table(
        {
            "product_id": shop.product_id,
            "category_id": shop.category_id,
            "category_code": [name or None for name in shop.category],
            "brand": [name or None for name in shop.brand],
            "price": [f"{price:.2f}" for price in shop.price],
        }
    )


def _times(seconds: Ints) -> pa.Array:
    """Return the calendar's time of seconds of the open month, which has no 15th."""
    second, place = np.unique(seconds, return_inverse=True)
    calendar = BEGIN + second + DAY * (second >= MISSING * DAY)
    text = pc.strftime(pa.array(calendar, pa.timestamp("s")), format="%Y-%m-%d %H:%M:%S UTC")
    return text.take(pa.array(place))


def _user_ids(user: Ints, key: int) -> Ints:
    """Return nine-digit numbers that tell nothing of the order of users, each its own."""
    return 500_000_000 + (user * 48_271 + key) % 99_999_989


def _sessions(visit: Ints, key: int) -> pa.Array:
    """Return a random-looking UUID for each visit."""
    known, place = np.unique(visit, return_inverse=True)
    halves = [_mixed(known.astype(np.uint64) * np.uint64(2) + np.uint64(k + key)) for k in (0, 1)]
    octets = np.stack(halves, axis=1).astype(">u8").view(np.uint8)
    digits = np.stack([octets >> 4, octets & 15], axis=2).reshape(-1, 32)
    text = np.full((len(known), 36), ord("-"), dtype=np.uint8)
    text[:, np.delete(np.arange(36), [8, 13, 18, 23])] = np.frombuffer(
        b"0123456789abcdef", dtype=np.uint8
    )[digits]
    ends = pa.array(np.arange(len(known) + 1) * 36, pa.int32())
    return pa.StringArray.from_buffers(len(known), ends.buffers()[1], pa.py_buffer(text)).take(
        pa.array(place)
    )


def _mixed(number: "np.ndarray[tuple[int, ...], np.dtype[np.uint64]]") -> "np.ndarray":
    """Scatter numbers over 64 bits (SplitMix64: Steele, Lea and Flood 2014, figure 17)."""
    number = (number + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return number ^ (number >> np.uint64(31))
