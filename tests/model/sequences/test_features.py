"""Features say of each event what was known then, and what is missing."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.preparation.sequences import FIRST, UNKNOWN, sequences
from model.config.settings import FEATURES
from model.sequences.features import (
    ALWAYS,
    CONTEXT_DROPOUT,
    drop_context,
    event_columns,
    level,
    missing,
    product_features,
    sizes,
)
from tests.model.toys import prepared

CATEGORIES = {"tv": "electronics.video.tv", "phone": "electronics.phone", "pan": "kitchen"}


def columns(**changes: Any) -> tuple[dict[str, Any], Any]:
    told = {"category": lambda events: events["product"].map(CATEGORIES)}
    found = sequences(prepared([["tv", "phone", "tv"], ["pan", "shoe"]], **(told | changes)))
    return event_columns(found, FEATURES), found


def test_a_category_is_told_by_level() -> None:
    told, found = columns()
    paths = [None] * FIRST + list(found.categories.ids)
    first, second = (dict(zip(paths, level(found, depth), strict=True)) for depth in (1, 2))
    assert first["electronics.video.tv"] == first["electronics.phone"] != first["kitchen"]
    assert len({second[path] for path in CATEGORIES.values()}) == 3
    assert told["category_1"].tolist() == [FIRST, FIRST, FIRST, FIRST + 1, UNKNOWN]
    assert told["category_2"][4] == UNKNOWN


def test_a_price_is_told_beside_what_is_usual_in_its_category() -> None:
    prices = {"tv": 400.0, "phone": 100.0, "pan": 30.0, "shoe": 9.0}
    one_category = {
        "category": lambda e: e["product"].map({"tv": "a", "phone": "a", "pan": "b"}),
        "price": lambda e: e["product"].map(prices),
    }
    told, _found = columns(**one_category)
    np.testing.assert_allclose(told["relative_price"], [2, 0.5, 2, 1, -1], rtol=1e-5)


def test_a_missing_or_free_product_has_no_relative_price() -> None:
    told, _found = columns(price=lambda e: e["product"].map({"tv": np.nan, "phone": 0.0, "pan": 3}))
    assert told["price"].tolist() == [-1, 0, -1, 3, -1]
    assert told["relative_price"].tolist() == [-1, -1, -1, 1, -1]


def test_times_become_hours_weekdays_and_gaps() -> None:
    days = ["2019-11-01T23:59", "2019-11-03T00:01", "2019-11-03T00:31", "1969-12-31T05:00"]
    moments = pd.to_datetime([*days, "2024-02-29T00:00"])
    told, _found = columns(time=lambda _events: moments)
    assert (told["hour"] - FIRST).tolist() == [23, 0, 0, 5, 0]
    assert (told["weekday"] - FIRST).tolist() == [m.weekday() for m in moments]
    assert told["gap"].tolist()[:4] == [-1, 24 * 60 + 2, 30, -1]


def test_a_session_starts_where_its_name_changes_or_after_a_pause() -> None:
    days = ["2024-01-01T10:00", "2024-01-01T10:29", "2024-01-01T11:00", "2024-01-02T00:00"]
    moments = pd.to_datetime([*days, "2024-01-02T00:10"])
    for named, starts in (
        (["s", "s", "s", "t", "u"], [0, 0, 0, 0, 1]),
        ([None] * 5, [0, 0, 1, 0, 0]),
    ):
        told = {"time": lambda _e: moments, "session": lambda _e, named=named: named}
        found = sequences(prepared([["tv", "phone", "tv"], ["pan", "shoe"]], **told))
        assert event_columns(found, ("start",))["start"].tolist() == starts


def test_only_features_that_are_asked_for_are_made() -> None:
    _told, found = columns()
    assert set(event_columns(found)) == set(ALWAYS)
    assert "hour" not in event_columns(found, ("product", "gap"))


def test_every_code_lies_within_its_size() -> None:
    told, found = columns()
    held = sizes(found)
    for name, size in held.items():
        assert told[name].max() < size
    assert set(held) | {"price", "relative_price", "gap"} == set(FEATURES)


def test_a_product_is_told_as_its_events_are() -> None:
    told, found = columns()
    for name, values in product_features(found).items():
        np.testing.assert_array_equal(values[found.product], told[name])


def test_training_hides_the_context_of_some_histories_whole() -> None:
    inputs = {name: np.full((4000, 3), 7.0) for name in ("hour", "gap")}
    inputs = {"product": np.full((4000, 3), 9), "length": np.full(4000, 3)} | inputs
    hidden = drop_context(inputs, np.random.default_rng(0))
    lost = hidden["hour"] == missing("hour")
    assert (lost == lost[:, :1]).all()
    assert lost.mean() == pytest.approx(CONTEXT_DROPOUT, abs=0.02)
    np.testing.assert_array_equal(lost, hidden["gap"] == missing("gap"))
    np.testing.assert_array_equal(hidden["product"], inputs["product"])
