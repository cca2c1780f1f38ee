"""Metrics of a run: appended, read by row and by epoch, and thinned to curves."""

import pytest

from dashboard.jobs.metric_reader import Point
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from model.training.monitored import MONITORED
from tests.dashboard.clock import Clock


def _steps(first: int, last: int, name: str = "loss", stride: int = 1) -> list[Point]:
    return [Point(1, step, name, 1 / step, float(step)) for step in range(first, last + 1, stride)]


def _epoch(epoch: int, **figures: float) -> list[Point]:
    return [Point(epoch, None, name, value, float(epoch)) for name, value in figures.items()]


def test_rows_are_numbered_without_a_gap(runs: Runs, training: Run) -> None:
    assert runs.metric_writer.append("demo-1", 1, _steps(1, 3)) == 3
    assert runs.metric_writer.append("demo-1", 1, _steps(4, 5)) == 5
    assert [metric.seq for metric in runs.metrics.rows("demo-1")] == [1, 2, 3, 4, 5]
    assert runs.metrics.last_seq("demo-1") == 5


def test_rows_are_read_from_a_sequence_number_on(runs: Runs, training: Run) -> None:
    runs.metric_writer.append("demo-1", 1, _steps(1, 3) + _steps(3, 3, "accuracy"))
    assert [metric.step for metric in runs.metrics.rows("demo-1", after_seq=2)] == [3, 3]
    assert [metric.name for metric in runs.metrics.rows("demo-1", 2, ["accuracy"])] == ["accuracy"]
    assert runs.metrics.rows("demo-1", after_seq=4) == []


def test_each_run_has_its_own_metrics(runs: Runs, training: Run) -> None:
    runs.create("import", "demo", {})
    runs.queue.claim()
    runs.metric_writer.append("demo-1", 1, _steps(1, 3))
    runs.metric_writer.append("demo-import-1", 1, _steps(1, 1))
    assert len(runs.metrics.rows("demo-1")) == 3
    assert runs.metrics.last_seq("demo-import-1") == 1


def test_a_value_that_is_not_finite_is_stored_as_none(runs: Runs, training: Run) -> None:
    runs.metric_writer.append("demo-1", 1, _epoch(1, loss=float("nan"), val_loss=float("inf")))
    assert runs.metrics.history("demo-1") == [{"epoch": 1, "loss": None, "val_loss": None}]


def test_the_history_has_one_entry_an_epoch(runs: Runs, training: Run) -> None:
    runs.metric_writer.append("demo-1", 1, _steps(1, 2) + _epoch(1, loss=3.0, val_loss=3.5))
    runs.metric_writer.append("demo-1", 1, _epoch(2, loss=2.0, val_loss=3.2, seconds=1.5))
    assert runs.metrics.history("demo-1") == [
        {"epoch": 1, "loss": 3.0, "val_loss": 3.5},
        {"epoch": 2, "loss": 2.0, "val_loss": 3.2, "seconds": 1.5},
    ]


def test_the_best_epoch_has_the_best_monitored_metric_not_the_lowest_loss(
    runs: Runs, training: Run
) -> None:
    for epoch, (loss, ndcg) in enumerate([(5.0, 0.040), (5.2, 0.050), (5.3, 0.045)], 1):
        runs.metric_writer.append("demo-1", 1, _epoch(epoch, val_loss=loss, **{MONITORED: ndcg}))
    run = runs.get("demo-1")
    assert run.epochs_done == 3
    assert run.best == {"epoch": 2, "val_loss": 5.2, MONITORED: 0.050}


def test_without_the_monitored_metric_there_is_no_best_epoch(runs: Runs, training: Run) -> None:
    runs.metric_writer.append("demo-1", 1, _epoch(1, val_loss=3.5))
    assert runs.get("demo-1").best == {}


def test_rewinding_deletes_what_followed_the_last_checkpoint(runs: Runs, training: Run) -> None:
    first, second = {MONITORED: 0.04}, {MONITORED: 0.05}
    runs.metric_writer.append("demo-1", 1, _epoch(1, **first) + _epoch(2, **second))
    runs.metric_writer.append("demo-1", 1, [Point(3, 30, "loss", 3.0, 0.0)])
    assert runs.get("demo-1").best == {"epoch": 2} | second
    runs.metric_writer.rewind("demo-1", 1, [{"epoch": 1} | first])
    run = runs.get("demo-1")
    assert (run.epochs_done, run.best) == (1, {"epoch": 1} | first)
    assert runs.metric_writer.append("demo-1", 1, _epoch(2, val_loss=3.0)) == 4
    assert [entry["epoch"] for entry in runs.metrics.history("demo-1")] == [1, 2]
    assert runs.metrics.curve("demo-1", "loss").step == []


def test_rewinding_fills_in_an_epoch_that_only_the_checkpoint_has(
    runs: Runs, training: Run
) -> None:
    history = [
        {"epoch": 1, "loss": 4.0, MONITORED: 0.04},
        {"epoch": 2, "loss": 3.0, MONITORED: 0.05},
    ]
    first = _epoch(1, loss=4.0, **{MONITORED: 0.04})
    runs.metric_writer.append("demo-1", 1, first + _epoch(2, loss=3.0))
    runs.metric_writer.rewind("demo-1", 1, history)
    assert runs.metrics.history("demo-1") == history
    assert runs.get("demo-1").best == history[1]


def test_a_short_curve_has_every_point(runs: Runs, training: Run) -> None:
    runs.metric_writer.append("demo-1", 1, _steps(1, 100))
    curve = runs.metrics.curve("demo-1", "loss", points=200)
    assert curve.step == list(range(1, 101))
    assert curve.value[:2] == [1.0, 0.5]


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2, 1_999, 2_000, 2_001, 4_096, 10_000])
@pytest.mark.parametrize("stride", [1, 10, 64])
def test_a_long_curve_is_thinned_evenly_and_reaches_the_newest(
    runs: Runs, training: Run, count: int, stride: int
) -> None:
    runs.metric_writer.append("demo-1", 1, _steps(stride, stride * count, stride=stride))
    curve = runs.metrics.curve("demo-1", "loss", points=2_000)
    assert min(count, 500) <= len(curve.step) <= 2_000
    assert stride * count - curve.step[-1] <= stride
    gaps = {after - before for before, after in zip(curve.step, curve.step[1:-1], strict=False)}
    assert len(gaps) <= 1


def test_steps_that_restart_in_each_epoch_are_thinned_evenly(runs: Runs, training: Run) -> None:
    for epoch in range(1, 51):
        runs.metric_writer.append(
            "demo-1", 1, [Point(epoch, step, "loss", 1.0, 0.0) for step in range(1, 101)]
        )
    curve = runs.metrics.curve("demo-1", "loss", points=500)
    assert 125 < len(curve.step) <= 500
    assert (curve.epoch[-1], curve.step[-1]) in {(50, 99), (50, 100)}


def test_a_metric_that_a_run_does_not_report_has_an_empty_curve(runs: Runs, training: Run) -> None:
    runs.metric_writer.append("demo-1", 1, _steps(1, 9) + _epoch(1, val_loss=1.0))
    assert runs.metrics.curve("demo-1", "none").step == []
    assert runs.metrics.curve("demo-1", "val_loss").step == []


def test_a_clock_that_is_set_back_does_not_change_the_order(
    runs: Runs, training: Run, clock: Clock
) -> None:
    runs.metric_writer.append("demo-1", 1, [Point(1, 1, "loss", 2.0, clock.now)])
    clock.now -= 3_600
    runs.metric_writer.append("demo-1", 1, [Point(1, 2, "loss", 1.0, clock.now)])
    assert [metric.step for metric in runs.metrics.rows("demo-1")] == [1, 2]
    assert runs.metrics.curve("demo-1", "loss").step == [1, 2]


def test_points_whose_answer_was_lost_are_added_once(runs: Runs, training: Run) -> None:
    points = [Point(1, step, "loss", 1 / step, 0.0) for step in range(1, 4)]
    lost = runs.metric_writer.append(training.run, 1, points, after=0)
    assert runs.metric_writer.append(training.run, 1, points, after=0) == lost == 3
    later = [Point(1, 4, "loss", 0.25, 0.0)]
    assert runs.metric_writer.append(training.run, 1, later, after=lost) == 4
    curve = runs.metrics.curve(training.run, "loss")
    assert curve.step == [1, 2, 3, 4]
    assert [metric.seq for metric in runs.metrics.rows(training.run)] == [1, 2, 3, 4]
