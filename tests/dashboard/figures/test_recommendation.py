"""Figures of one buyer's outlook."""

import numpy as np
import pytest

from dashboard.figures.recommendation import (
    MAX_CATEGORIES,
    category_shares,
    concentration,
    expected_categories,
)

SURE = np.array([0.6, 0.3, 0.05, 0.05])
EVEN = np.full(4, 0.25)


def test_a_sure_model_is_called_surer_than_popularity() -> None:
    chart = concentration(SURE, EVEN, 2, "light")
    assert chart.finding == "The model is surer than popularity: its first 2 hold 90.0%, not 50.0%"


def test_a_model_that_knows_nothing_is_not_called_sure() -> None:
    chart = concentration(EVEN, SURE, 2, "light")
    expected = "The model is less sure than popularity: its first 2 hold 50.0%, not 90.0%"
    assert chart.finding == expected


def test_equal_shares_are_not_said_to_differ() -> None:
    chart = concentration(EVEN, EVEN, 2, "light")
    assert chart.finding == "The model is as sure as popularity: the first 2 of both hold 50.0%"


def test_shares_that_hardly_differ_are_not_said_to_differ() -> None:
    chart = concentration(np.array([0.51, 0.49]), np.array([0.5, 0.5]), 1, "light")
    assert chart.finding == (
        "The model is about as sure as popularity: its first 1 hold 51.0%, popularity's 50.0%"
    )


def test_both_lines_end_with_everything() -> None:
    chart = concentration(SURE, EVEN, 2, "dark")
    assert chart.table.iloc[-1].tolist() == pytest.approx([4, 100, 100])


def test_a_large_catalogue_is_drawn_with_few_points() -> None:
    many = np.random.default_rng(0).dirichlet(np.full(200_000, 0.1))
    assert len(concentration(many, many, 10, "light").table) <= 201


@pytest.mark.parametrize("size", [4, 100])
def test_a_list_of_the_whole_catalogue_is_compared_by_half_of_it(size: int) -> None:
    chart = concentration(SURE, EVEN, size, "light")
    assert chart.finding == "The model is surer than popularity: its first 2 hold 90.0%, not 50.0%"


def test_shares_of_categories_add_up() -> None:
    names = ["a.tea", "a.cup", "a.tea", None]
    table = category_shares(names, SURE, ["a.cup", "a.cup", None])
    assert table["expected"].sum() == pytest.approx(1)
    assert table["history"].sum() == pytest.approx(1)
    assert table.iloc[0].tolist() == ["a.tea", pytest.approx(0.65), 0.0]


def test_the_finding_puts_what_is_expected_beside_the_history() -> None:
    chart = expected_categories(["x.tea", "x.cup", None, None], SURE, ["x.tea", "x.cup"], "light")
    assert chart.finding == "tea is expected most: 60.0%, against 50.0% of the history"


def test_without_a_history_nothing_is_put_beside_it() -> None:
    chart = expected_categories(["tea", "cup", None, None], SURE, [], "light")
    assert [trace.mode for trace in chart.figure.data[1:]] == ["text"]
    assert "after" not in chart.finding


def test_no_mark_stands_on_the_words_of_a_category() -> None:
    history = ["x.tea", "x.tea", "x.cup"]
    chart = expected_categories(["x.tea", "x.cup", None, None], SURE, history, "light")
    words = dict(zip(chart.figure.data[-1].y, chart.figure.data[-1].x, strict=True))
    assert words["tea"] == pytest.approx(200 / 3)  # whose bar ends at 60 %
    assert words["cup"] == pytest.approx(100 / 3)
    chart = expected_categories(["x.tea", "x.cup", None, None], SURE, ["x.cup"], "light")
    words = dict(zip(chart.figure.data[-1].y, chart.figure.data[-1].x, strict=True))
    assert words["cup"] == pytest.approx(30)  # far from its mark at 100 %


def test_categories_of_one_name_have_bars_of_their_own() -> None:
    chart = expected_categories(["x.tea", "y.tea", "cup", None], SURE, [], "light")
    assert chart is not None
    assert set(chart.figure.data[0].y) == {"x › tea", "y › tea", "cup", "without category"}


def test_without_a_known_category_there_is_no_chart() -> None:
    assert expected_categories([None, None, None, None], SURE, [None], "light") is None


def test_many_categories_are_cut_to_the_largest() -> None:
    names = [f"c{number}" for number in range(40)]
    chart = expected_categories(names, np.full(40, 1 / 40), [], "light")
    assert len(chart.figure.data[0].y) == MAX_CATEGORIES
    assert len(chart.table) == 40
