"""Curves of a training say what they show, and can be redrawn without losing the reader's place."""

import base64
import math

import numpy as np
import pytest

from dashboard.figures import learning_curves
from dashboard.figures.line_chart import Line, column, lines
from dashboard.figures.machine import GAUGES, gauge_chart
from dashboard.figures.plain_text import plain_text
from dashboard.figures.progress_axis import View, epoch_positions, step_positions
from dashboard.training_metrics import Curve, TrainingMetrics
from data.i18n import use_language


def epoch(number: int, loss: float, val_loss: float, accuracy: float, ndcg: float):
    return {
        "epoch": number,
        "loss": loss,
        "val_loss": val_loss,
        "accuracy": accuracy,
        "val_accuracy": accuracy,
        "val_ndcg@10": ndcg,
    }


# The validation loss is lowest one epoch before NDCG@10 is highest.
OVERFITTED = [
    epoch(1, 7.0, 6.9, 0.01, 0.03),
    epoch(2, 6.0, 6.5, 0.06, 0.04),
    epoch(3, 5.0, 6.8, 0.05, 0.05),
    epoch(4, 4.0, 7.0, 0.04, 0.04),
]
BY_STEP = Curve([1, 1, 2, 2, 3, 3, 4], [5, 10, 15, 20, 25, 30, 40], [8, 6, None, 5.5, 5, 4.5, 4], [
    100.0, 160.0, 190.0, 220.0, 250.0, 280.0, 340.0,
])  # fmt: skip


def training(**curves: Curve) -> TrainingMetrics:
    return TrainingMetrics(OVERFITTED, curves, steps=10)


def line(chart, name):
    return next(trace for trace in chart.figure.data if trace.name == name)


def test_the_finding_points_at_the_epoch_where_validation_turned():
    chart = learning_curves.loss(training(), View())
    assert chart.finding == (
        "Validation loss was lowest at epoch 2, 6.500; training loss fell on;"
        " the best epoch, by NDCG@10, is 3"
    )


def test_metrics_of_sets_are_drawn_where_sets_are_predicted():
    of_sets = {"val_recall@10": 0.1, "val_hr@10": 0.3}
    chart = learning_curves.ranking(TrainingMetrics([OVERFITTED[0] | of_sets]), View())
    assert {trace.name for trace in chart.figure.data} >= {"NDCG@10", "Recall@10", "HR@10"}
    assert chart.subtitle.startswith("Validation sets")


def test_a_loss_that_still_falls_is_lowest_at_the_newest_epoch():
    chart = learning_curves.loss(TrainingMetrics(OVERFITTED[:2]), View())
    assert chart.finding == "Validation loss is lowest at the newest epoch, 2: 6.500"


def test_before_the_first_epoch_ends_the_finding_says_what_will_come():
    chart = learning_curves.loss(TrainingMetrics(curves={"loss": BY_STEP}), View())
    assert "follows after the first epoch" in chart.finding


def test_training_is_thin_and_validation_thick():
    chart = learning_curves.loss(training(), View())
    assert line(chart, "Training").line.width < line(chart, "Validation").line.width


def test_a_longer_name_at_the_end_of_a_line_gets_more_room():
    short = learning_curves.loss(training(), View()).figure
    long = learning_curves.loss(training(sampled_loss=BY_STEP), View()).figure
    assert any("Sampled loss" in note.text for note in long.layout.annotations)
    assert long.layout.margin.r > short.layout.margin.r


def test_capitals_at_the_end_of_a_line_get_more_room():
    small, large = (lines([Line(name, [1], [1], "training")], None) for name in ("ndcg", "NDCG"))
    assert large.layout.margin.r > small.layout.margin.r


def test_figures_by_step_lie_within_their_epoch_on_every_axis():
    by_step = training(loss=BY_STEP)
    assert step_positions(by_step, "loss", "epoch") == [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0]
    assert epoch_positions(by_step, "epoch") == [1, 2, 3, 4]
    assert epoch_positions(by_step, "step") == [10, 20, 30, 40]
    assert epoch_positions(by_step, "time") == [1.0, 2.0, 3.0, 4.0]


def test_time_without_figures_by_step_is_the_sum_of_the_epochs_seconds():
    history = [entry | {"seconds": 30} for entry in OVERFITTED]
    assert epoch_positions(TrainingMetrics(history), "time") == [0.5, 1.0, 1.5, 2.0]


def test_the_smoothed_line_keeps_the_raw_one_as_a_shadow():
    chart = learning_curves.loss(training(loss=BY_STEP), View())
    values = np.array(BY_STEP.value, dtype=float)
    raw = next(t for t in chart.figure.data if np.array_equal(t.y, values, equal_nan=True))
    assert raw.opacity < 1
    assert np.isnan(line(chart, "Training").y[2])


def test_numbers_are_sent_as_arrays_and_none_as_a_gap():
    sent = plain_text(learning_curves.loss(training(loss=BY_STEP), View()).figure)["data"]
    lines_sent = [trace for trace in sent if trace["mode"] == "lines"]
    assert len(lines_sent) == 3
    assert all(trace[axis]["dtype"] == "f8" for trace in lines_sent for axis in "xy")
    values = np.frombuffer(base64.b64decode(lines_sent[0]["y"]["bdata"]))
    assert np.array_equal(values, np.array(BY_STEP.value, dtype=float), equal_nan=True)


def test_what_is_no_number_is_drawn_as_it_is():
    assert column(["2019-10-01", None]) == ["2019-10-01", None]


def test_a_sampled_loss_is_a_line_of_its_own():
    chart = learning_curves.loss(training(sampled_loss=BY_STEP), View())
    assert list(line(chart, "Training").y) == [7.0, 6.0, 5.0, 4.0]
    assert len(line(chart, "Sampled loss").y) == len(BY_STEP.value)


def test_accuracy_by_step_is_drawn_where_it_was_told():
    chart = learning_curves.accuracy(training(accuracy=BY_STEP), View("step"))
    assert list(line(chart, "Training").x) == BY_STEP.step
    assert list(line(chart, "Validation").x) == [10, 20, 30, 40]


@pytest.mark.parametrize(
    ("name", "values", "finding"),
    [
        ("learning_rate", [0.001, 0.0005], "The learning rate is 0.0005"),
        ("speed", [1000.0, 8400.0], "The training processes 8.4K targets a second"),
        ("memory", [1 << 30, 3 << 29], "The training process uses 1,536 MiB of memory"),
        ("processor", [50.0, 150.0], "The training process uses 150% of a core"),
    ],
)
def test_a_gauge_names_its_newest_value(name: str, values: list[float], finding: str):
    gauge = next(gauge for gauge in GAUGES if gauge.name == name)
    metrics = training(**{name: Curve([1, 1], [5, 10], values, [0.0, 1.0])})
    chart = gauge_chart(gauge, metrics, View())
    assert chart.finding == finding
    assert line(chart, chart.table.columns[-1]).x[-1] == 1.0


def test_a_learning_rate_has_the_decimals_of_the_language():
    gauge = next(gauge for gauge in GAUGES if gauge.name == "learning_rate")
    use_language("es")
    assert [gauge.words(rate) for rate in (0.005, 0.00012345, 1e-5, 1.0, math.nan)] == [
        "0,005", "0,000123", "0,00001", "1", "–",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("draw", "value"),
    [
        (learning_curves.loss, 6.8),
        (learning_curves.accuracy, 0.05),
        (learning_curves.ranking, 0.05),
    ],
)
def test_every_chart_marks_the_epoch_with_the_highest_ndcg(draw, value: float):
    figure = draw(training(), View()).figure
    markers = [trace for trace in figure.data if trace.mode == "markers"]
    assert [(marker.x[0], marker.y[0]) for marker in markers] == [(3, value)]
    assert "best: epoch 3" in [note.text for note in figure.layout.annotations]


def test_the_accuracy_is_that_of_the_best_epoch():
    chart = learning_curves.accuracy(training(), View())
    assert chart.finding == "At the best epoch, 3, 5.00% of validation targets are ranked first"


def test_zoom_survives_until_the_axis_or_the_run_changes():
    first = learning_curves.loss(training(), View("epoch", "light", "demo-1"))
    again = learning_curves.loss(TrainingMetrics(OVERFITTED[:2]), View("epoch", "light", "demo-1"))
    other = learning_curves.loss(training(), View("step", "light", "demo-1"))
    assert first.figure.layout.uirevision == again.figure.layout.uirevision
    assert first.figure.layout.uirevision != other.figure.layout.uirevision


def test_the_table_twin_holds_one_row_an_epoch():
    table = learning_curves.loss(training(loss=BY_STEP), View()).table
    assert list(table.columns) == ["Epoch", "Training", "Validation"]
    assert table["Validation"].tolist() == [6.9, 6.5, 6.8, 7.0]


def test_ranking_metrics_are_drawn_where_they_were_reported():
    chart = learning_curves.ranking(training(), View())
    assert chart.finding == "NDCG@10 on validation is highest at epoch 3, the best one: 0.0500"
    assert [trace.name for trace in chart.figure.data if trace.name] == ["NDCG@10"]
    empty = learning_curves.ranking(TrainingMetrics(), View())
    assert empty.finding.startswith("Ranking figures appear")
