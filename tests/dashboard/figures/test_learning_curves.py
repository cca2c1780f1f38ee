"""Curves of a training say what they show, and can be redrawn without losing the reader's place."""

import pytest

from dashboard.figures import learning_curves
from dashboard.figures.line_chart import Line, lines
from dashboard.figures.machine import GAUGES, gauge
from dashboard.figures.progress_axis import Learning, View
from dashboard.jobs.metric_reader import Curve

OVERFITTED = [
    {"epoch": 1, "loss": 7.0, "val_loss": 6.9, "accuracy": 0.01, "val_accuracy": 0.02},
    {"epoch": 2, "loss": 6.0, "val_loss": 6.5, "accuracy": 0.05, "val_accuracy": 0.04},
    {"epoch": 3, "loss": 5.0, "val_loss": 6.8, "accuracy": 0.09, "val_accuracy": 0.03},
]
BY_STEP = Curve([1, 1, 2, 2, 3, 3], [5, 10, 15, 20, 25, 30], [8, 6, None, 5.5, 5, 4.5], [
    100.0, 160.0, 190.0, 220.0, 250.0, 280.0,
])  # fmt: skip


def learning(**curves: Curve) -> Learning:
    return Learning(OVERFITTED, curves, steps=10)


def line(chart, name):
    return next(trace for trace in chart.figure.data if trace.name == name)


def test_the_finding_points_at_the_epoch_where_validation_turned():
    chart = learning_curves.loss(learning(), View())
    assert chart.finding == ("Validation loss was lowest at epoch 2, 6.500; training loss fell on")


def test_a_loss_that_still_falls_is_lowest_at_the_newest_epoch():
    chart = learning_curves.loss(Learning(OVERFITTED[:2]), View())
    assert chart.finding == "Validation loss is lowest at the newest epoch, 2: 6.500"


def test_before_the_first_epoch_ends_the_finding_says_what_will_come():
    chart = learning_curves.loss(Learning(curves={"loss": BY_STEP}), View())
    assert "follows after the first epoch" in chart.finding


def test_training_is_thin_and_validation_thick():
    chart = learning_curves.loss(learning(), View())
    assert line(chart, "Training").line.width < line(chart, "Validation").line.width


def test_a_longer_name_at_the_end_of_a_line_gets_more_room():
    short = learning_curves.loss(learning(), View()).figure
    long = learning_curves.loss(learning(sampled_loss=BY_STEP), View()).figure
    assert any("Sampled loss" in note.text for note in long.layout.annotations)
    assert long.layout.margin.r > short.layout.margin.r


def test_capitals_at_the_end_of_a_line_get_more_room():
    small, large = (lines([Line(name, [1], [1], "training")], None) for name in ("ndcg", "NDCG"))
    assert large.layout.margin.r > small.layout.margin.r


def test_figures_by_step_lie_within_their_epoch_on_every_axis():
    by_step = learning(loss=BY_STEP)
    assert by_step.step_places("loss", "epoch") == [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
    assert by_step.epoch_places("epoch") == [1, 2, 3]
    assert by_step.epoch_places("step") == [10, 20, 30]
    assert by_step.epoch_places("time") == [1.0, 2.0, 3.0]


def test_time_without_figures_by_step_is_the_sum_of_the_epochs_seconds():
    history = [entry | {"seconds": 30} for entry in OVERFITTED]
    assert Learning(history).epoch_places("time") == [0.5, 1.0, 1.5]


def test_the_smoothed_line_keeps_the_raw_one_as_a_shadow():
    chart = learning_curves.loss(learning(loss=BY_STEP), View())
    raw = next(trace for trace in chart.figure.data if list(trace.y) == BY_STEP.value)
    assert raw.opacity < 1
    assert line(chart, "Training").y[2] is None


def test_a_sampled_loss_is_a_line_of_its_own():
    chart = learning_curves.loss(learning(sampled_loss=BY_STEP), View())
    assert list(line(chart, "Training").y) == [7.0, 6.0, 5.0]
    assert len(line(chart, "Sampled loss").y) == len(BY_STEP.value)


def test_accuracy_by_step_is_drawn_where_it_was_told():
    chart = learning_curves.accuracy(learning(accuracy=BY_STEP), View("step"))
    assert list(line(chart, "Training").x) == BY_STEP.step
    assert list(line(chart, "Validation").x) == [10, 20, 30]


@pytest.mark.parametrize(
    ("name", "values", "finding"),
    [
        ("learning_rate", [0.001, 0.0005], "The learning rate is 0.0005"),
        ("speed", [1000.0, 8400.0], "It learns from 8.4K targets a second"),
        ("memory", [1 << 30, 3 << 29], "The process holds 1,536 MiB of memory"),
        ("processor", [50.0, 150.0], "The process keeps 150% of a core busy"),
    ],
)
def test_a_gauge_names_its_newest_value(name: str, values: list[float], finding: str):
    one = next(one for one in GAUGES if one.name == name)
    told = learning(**{name: Curve([1, 1], [5, 10], values, [0.0, 1.0])})
    chart = gauge(one, told, View())
    assert chart.finding == finding
    assert line(chart, chart.table.columns[-1]).x[-1] == 1.0


def test_the_best_epoch_has_a_marker_and_a_name():
    chart = learning_curves.loss(learning(), View())
    rings = [trace for trace in chart.figure.data if trace.mode == "markers"]
    assert [(ring.x[0], ring.y[0]) for ring in rings] == [(2, 6.5)]
    assert "best: epoch 2" in [note.text for note in chart.figure.layout.annotations]


def test_accuracy_is_best_where_it_is_highest():
    chart = learning_curves.accuracy(learning(), View())
    assert chart.finding == ("The first guess was right for 4.00% of validation targets at epoch 2")


def test_zoom_survives_until_the_axis_or_the_run_changes():
    first = learning_curves.loss(learning(), View("epoch", "light", "demo-1"))
    again = learning_curves.loss(Learning(OVERFITTED[:2]), View("epoch", "light", "demo-1"))
    other = learning_curves.loss(learning(), View("step", "light", "demo-1"))
    assert first.figure.layout.uirevision == again.figure.layout.uirevision
    assert first.figure.layout.uirevision != other.figure.layout.uirevision


def test_the_table_twin_holds_one_row_an_epoch():
    table = learning_curves.loss(learning(loss=BY_STEP), View()).table
    assert list(table.columns) == ["Epoch", "Training", "Validation"]
    assert table["Validation"].tolist() == [6.9, 6.5, 6.8]


def test_ranking_figures_are_drawn_where_they_were_reported():
    history = [entry | {"val_ndcg@10": entry["epoch"] / 100} for entry in OVERFITTED]
    chart = learning_curves.ranking(Learning(history), View())
    assert chart.finding == "NDCG@10 on validation was highest at epoch 3: 0.0300"
    assert learning_curves.ranking(Learning(), View()).finding.startswith("Ranking figures appear")
