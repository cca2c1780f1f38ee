"""The weeks of a model: points with intervals on both sides of the end of its training data."""

import pytest

from dashboard.figures.backtest import accuracy_over_time, loss_by_age
from dashboard.figures.drift import weekly_accuracy
from tests.dashboard.drift_results import backtest, drift


def test_weeks_have_the_figures_of_the_model_and_of_popularity() -> None:
    chart = weekly_accuracy(drift(-0.05, -0.03), "It finds less.", "light")
    network, popularity = chart.figure.data
    assert (network.name, popularity.name) == ("GRU", "Popularity")
    assert list(network.y) == pytest.approx([0.4, 0.36])
    assert [round(end, 2) for end in network.error_y.array] == [0.02, 0.02]
    (line,) = chart.figure.layout.shapes
    assert line.x0.isoformat() == "2024-01-22T00:00:00+00:00"
    assert chart.finding == "It finds less"
    assert list(chart.table["GRU"]) == list(network.y)
    assert list(chart.table["Targets of unknown products"]) == [0.1, 0.1]


def test_a_backtest_has_a_line_a_training_and_one_of_the_newest_popularity() -> None:
    chart = accuracy_over_time(backtest((0.05, 0.01, 0.09)), "dark")
    assert [line.name for line in chart.figure.data] == [
        "until Jan 7, 2024",
        "until Jan 14, 2024",
        "until Jan 21, 2024",
        "Popularity",
    ]
    assert list(chart.table["Training"]) == ["shop-1"] * 3 + ["shop-2"] * 2 + ["shop-3"]
    assert [len(line.x) for line in chart.figure.data] == [3, 2, 1, 3]
    assert (
        chart.finding == "In the last period the newest model reaches 40.0%, the oldest one 30.0%"
    )


def test_the_loss_of_older_models_has_its_interval() -> None:
    chart = loss_by_age(backtest((0.05, 0.01, 0.09)), "It pays: a model finds less.", "light")
    (line,) = chart.figure.data
    assert list(line.x) == [7]
    assert [round(end, 2) for end in line.error_y.arrayminus] == [0.04]
    assert chart.finding == "It pays"
    assert line.hovertemplate.startswith("%{x}: %{y:.2%}")
    assert chart.figure.layout.yaxis.tickformat == ".2~%"  # a model ages by tenths of a per cent
