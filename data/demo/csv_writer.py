"""Writer of simulated events as CSV in the columns of the Kaggle data set."""

from collections.abc import Iterable
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from data.demo.group_sampler import Int64s
from data.demo.market import MISSING_DAY
from data.demo.shop import Shop
from data.demo.visits import Events

HEADER = (
    b"event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
)
TYPES = pa.array(["view", "cart", "purchase"])
DAY = 86_400
BEGIN = 1_572_566_400
"""1 November 2019, 00:00:00 UTC."""


def write_csv(
    file: IO[bytes], shop: Shop, blocks: Iterable[Events], random: np.random.Generator
) -> None:
    """Write blocks of events to a file.

    Parameters
    ----------
    file : binary file
        Receives the CSV.
    shop : Shop
        The catalogue.
    blocks : iterable of Events
        In order of time.
    random : numpy.random.Generator
        Source of randomness for the ids of users and sessions.
    """
    user_key, session_key = random.integers(0, 1 << 40, 2)
    catalogue = _catalogue(shop)
    file.write(HEADER)
    options = pa.csv.WriteOptions(include_header=False, quoting_style="none")
    for block in blocks:
        products = catalogue.take(block.product)
        table = pa.table(
            {
                "event_time": _times(block.time),
                "event_type": TYPES.take(pa.array(block.kind)),
                **{name: products[name] for name in products.column_names},
                "user_id": _user_ids(block.user, user_key),
                "user_session": _sessions(block.visit, session_key),
            }
        )
        pa.csv.write_csv(table, file, options)


def _catalogue(shop: Shop) -> pa.Table:
    """Return the columns that depend on the product, one row per product."""
    return pa.table(
        {
            "product_id": shop.product_id,
            "category_id": shop.category_id,
            "category_code": [name or None for name in shop.category],
            "brand": [name or None for name in shop.brand],
            "price": [f"{price:.2f}" for price in shop.price],
        }
    )


def _times(seconds: Int64s) -> pa.Array:
    """Return the times of seconds since the beginning of the month, which has no 15th, as text."""
    second, index = np.unique(seconds, return_inverse=True)
    calendar = BEGIN + second + DAY * (second >= MISSING_DAY * DAY)
    text = pc.strftime(pa.array(calendar, pa.timestamp("s")), format="%Y-%m-%d %H:%M:%S UTC")
    return text.take(pa.array(index))


def _user_ids(user: Int64s, key: int) -> Int64s:
    """Return a distinct nine-digit number for each user, in no apparent order."""
    return 500_000_000 + (user * 48_271 + key) % 99_999_989


def _sessions(visit: Int64s, key: int) -> pa.Array:
    """Return a pseudo-random UUID for each visit."""
    visits, index = np.unique(visit, return_inverse=True)
    halves = [_mix(visits.astype(np.uint64) * np.uint64(2) + np.uint64(k + key)) for k in (0, 1)]
    octets = np.stack(halves, axis=1).astype(">u8").view(np.uint8)
    digits = np.stack([octets >> 4, octets & 15], axis=2).reshape(-1, 32)
    text = np.full((len(visits), 36), ord("-"), dtype=np.uint8)
    text[:, np.delete(np.arange(36), [8, 13, 18, 23])] = np.frombuffer(
        b"0123456789abcdef", dtype=np.uint8
    )[digits]
    ends = pa.array(np.arange(len(visits) + 1) * 36, pa.int32())
    return pa.StringArray.from_buffers(len(visits), ends.buffers()[1], pa.py_buffer(text)).take(
        pa.array(index)
    )


def _mix(number: "np.ndarray[tuple[int, ...], np.dtype[np.uint64]]") -> "np.ndarray":
    """Hash integers to 64 bits (SplitMix64: Steele, Lea and Flood 2014, figure 17)."""
    number = (number + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return number ^ (number >> np.uint64(31))
