from collections.abc import Callable

import numpy as np
import pandas as pd

from data.datasets.dataset import Dataset
from data.preparation.preparation import PREPARATIONS, Preparation
from data.preparation.prepare import prepare
from data.preparation.sequences import FIRST, UNKNOWN, Vocabulary, sequences
from data.preparation.splits import split


def test_codes_are_ordered_by_frequency_and_ties_by_id() -> None:
    vocabulary = Vocabulary.of(pd.Series(["z", "b", "z", "a", "c", "b"]))
    assert list(vocabulary.ids) == ["b", "z", "a", "c"]
    assert list(vocabulary.counts) == [2, 2, 1, 1]


def test_ids_are_kept_exactly(log: Callable[..., Dataset]) -> None:
    ids = ["007", "7", "9223372036854775808123", "x y", "ñandú", "1e3", "7.0"]
    rows = [{"user_id": "u", "product_id": p, "event_time": "2024-01-01"} for p in ids]
    events = prepare(log(*rows), Preparation()).events
    assert list(events["product"]) == ids


def test_codes_of_sequences_decode_to_the_events(groceries: Dataset) -> None:
    prepared = prepare(groceries, PREPARATIONS["paper"])
    codes = sequences(prepared)
    events = prepared.events
    assert (codes.products.ids[codes.product - FIRST] == events["product"].to_numpy()).all()
    assert (codes.brands.ids[codes.brand - FIRST] == events["brand"].to_numpy()).all()
    assert (codes.users[codes.user] == events["user"].to_numpy()).all()
    assert np.allclose(codes.price, events["price"])
    assert (np.diff(codes.time)[codes.user[1:] == codes.user[:-1]] >= 0).all()


def test_vocabularies_and_features_do_not_depend_on_hidden_events(groceries: Dataset) -> None:
    prepared = prepare(groceries, PREPARATIONS["paper"])
    visible = split(prepared, "temporal").visible
    codes = sequences(prepared, visible)
    visible_events = prepared.events[visible]
    assert set(codes.products.ids) == set(visible_events["product"])
    assert codes.products.counts.sum() == len(visible_events)
    changed = prepared.events.copy()
    changed.loc[~visible, ["brand", "category"]] = "changed"
    changed.loc[~visible, "price"] = 1e6
    after = sequences(type(prepared)(changed, prepared.steps), visible)
    assert (after.product_brand == codes.product_brand).all()
    assert (after.product_category == codes.product_category).all()
    assert np.array_equal(after.product_price, codes.product_price, equal_nan=True)


def test_the_features_of_a_product_are_its_last_ones(log: Callable[..., Dataset]) -> None:
    rows = [
        {"user_id": "u", "product_id": "p", "event_time": f"2024-01-0{day}", "price": day,
         "brand": brand}
        for day, brand in [(3, "new"), (1, "old"), (2, "middle")]
    ]  # fmt: skip
    codes = sequences(prepare(log(*rows), Preparation()))
    code = codes.products.codes(["p"])[0]
    assert codes.product_price[code] == 3
    assert codes.brands.ids[codes.product_brand[code] - FIRST] == "new"
    assert codes.product_category[code] == UNKNOWN
