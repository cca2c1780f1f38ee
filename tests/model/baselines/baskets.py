"""Logs given by the baskets of each user, and histories as bundles read them."""

import numpy as np

from data.preparation.sequences import FIRST
from model.baselines.numpy_ops import History
from model.sequences.histories import Histories

HOUR = 3_600_000_000


def log_of(*users: list[set[int]]) -> Histories:
    """Return users by their baskets of product indices, the oldest first, an hour apart."""
    rows = [
        (product, hour) for baskets in users for hour, one in enumerate(baskets) for product in one
    ]
    product, hour = np.array(rows).reshape(-1, 2).T
    sizes = [sum(len(basket) for basket in baskets) for baskets in users]
    stop = np.cumsum(sizes)
    columns = {
        "product": (product + FIRST).astype(np.int32),
        "time": hour.astype(np.int64) * HOUR,
        "type": np.full(len(product), FIRST, dtype=np.int32),
    }
    return Histories(columns, stop - sizes, stop)


def history_of(histories: Histories, row: int) -> History:
    """Return one of some histories as a bundle reads it."""
    one = histories.select(slice(row, row + 1))
    at = None if one.at is None else int(one.at[0])
    columns = (one.flat(name) for name in ("product", "type", "target", "time"))
    return History.of(*columns, at, buyer=None if one.buyer is None else one.buyer[0])
