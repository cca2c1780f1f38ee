"""Charts of attributes: findings, tables, outliers."""

import numpy as np
import pandas as pd

from dashboard.figures.attributes import categories, histogram, numbers


def test_a_category_is_drawn_with_the_share_of_all_events() -> None:
    frame = pd.DataFrame({"value": ["calm", "wild", None], "events": [60, 30, 10]})
    chart = categories(frame, "light", "purchase", "mood")
    assert chart is not None
    assert chart.finding == "mood: calm makes 60.0% of the purchases"
    assert chart.subtitle == "Purchases by mood; 10.0% have none"
    assert chart.table.to_numpy().tolist() == [["calm", 60, 0.6], ["wild", 30, 0.3]]


def test_at_most_twelve_bars_are_drawn_and_the_table_has_every_value() -> None:
    frame = pd.DataFrame(
        {"value": [f"v{place}" for place in range(40)], "events": range(40, 0, -1)}
    )
    chart = categories(frame, "dark", "purchase", "mood")
    assert chart is not None
    assert len(chart.figure.data[0].y) == 12
    assert chart.figure.data[0].y[-1] == "Other"
    assert sum(chart.figure.data[0].x) == frame["events"].sum()
    assert len(chart.table) == 40


def test_a_number_is_drawn_as_a_histogram_with_its_quartiles() -> None:
    frame = pd.DataFrame({"value": [20.0, 30.0, 40.0, 50.0, np.nan], "events": [1, 2, 2, 1, 4]})
    chart = numbers(frame, "light", "purchase", "age")
    assert chart is not None
    assert chart.finding == "age: half of the purchases lie between 30 and 40"
    assert "40.0% have none" in chart.subtitle
    assert chart.table["Events"].sum() == 6


def test_an_outlier_does_not_flatten_the_histogram() -> None:
    values = [*np.arange(1_000.0), 1e9]
    bins = histogram(pd.DataFrame({"value": values, "events": 1}))
    assert len(bins) <= 26
    assert bins["events"].max() < 100
    assert bins["events"].sum() == len(values)
    assert bins["high"].iloc[-1] == 1e9


def test_equal_values_are_one_bin() -> None:
    bins = histogram(pd.DataFrame({"value": [7.0], "events": [3]}))
    assert bins[["low", "high", "events"]].to_numpy().tolist() == [[7.0, 7.0, 3.0]]


def test_no_event_with_a_value_draws_nothing() -> None:
    assert categories(pd.DataFrame({"value": [None], "events": [3]}), None, "view", "mood") is None
    assert numbers(pd.DataFrame({"value": [np.nan], "events": [3]}), None, "view", "age") is None
    empty = pd.DataFrame({"value": [], "events": []})
    assert numbers(empty, None, "view", "age") is None
