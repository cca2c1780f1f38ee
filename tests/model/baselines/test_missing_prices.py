"""Products without a price have no part in the price bins of the content-based baselines."""

import numpy as np
import pandas as pd
import pytest

from model.baselines import BASELINES
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import prepared, small

MATRIX = {"content": "traits", "affinity": "lift2"}
"""Part of the state whose rows differ by the price bin of a product, where all else is equal."""


def task_with(missing: int) -> SplitData:
    """Users who buy forty products, each with a price of its own, and products without a price."""
    log = [[f"p{(user + step) % 40:03d}" for step in range(5)] for user in range(200)]
    log.append([f"q{product:03d}" for product in range(missing) for _time in range(2)] + ["p000"])
    constant = {"brand": lambda _events: "brand", "category": lambda _events: "kind"}
    return split_prepared(prepared(log, price=price, **constant), small())


def price(events: pd.DataFrame) -> "pd.Series[float]":
    number = events["product"].str[1:].astype(float)
    return (1 + number).where(events["product"].str.startswith("p"))


def bins(name: str, task: SplitData) -> int:
    """Return the number of price bins among the products that have a price."""
    model = BASELINES.load(name)()
    model.fit(task.buyers, task.products)
    priced = np.array([product.startswith("p") for product in task.sequences.products.ids])
    return len({tuple(row.indices.tolist()) for row in model.state[MATRIX[name]][priced]})


@pytest.mark.parametrize(("name", "expected"), [("content", 10), ("affinity", 20)])
def test_products_without_a_price_do_not_merge_the_price_bins(name: str, expected: int) -> None:
    assert bins(name, task_with(missing=0)) == expected
    assert bins(name, task_with(missing=200)) == expected
