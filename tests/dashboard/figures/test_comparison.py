"""Several runs on one axis: the best one is named, and each keeps its colour."""

from dashboard.figures.comparison import compare
from dashboard.figures.progress_axis import View
from dashboard.training_metrics import TrainingMetrics


def run(*losses):
    return TrainingMetrics(
        [
            {"epoch": epoch, "loss": value - 1, "val_loss": value, "val_accuracy": 1 / value}
            for epoch, value in enumerate(losses, 1)
        ]
    )


RUNS = {"demo-1": run(6.0, 5.0), "demo-2": run(5.5, 4.5, 4.9)}


def test_the_finding_names_the_run_with_the_lowest_loss_and_its_epoch():
    assert compare(RUNS, "loss", View()).finding == (
        "demo-2 has the lowest loss on validation: 4.5000 at epoch 2"
    )


def test_of_accuracies_the_highest_is_best():
    assert compare(RUNS, "accuracy", View()).finding == (
        "demo-2 has the highest accuracy on validation: 0.2222 at epoch 2"
    )


def test_training_and_validation_of_a_run_share_a_colour():
    drawn = {trace.name: trace for trace in compare(RUNS, "loss", View()).figure.data}
    assert drawn["demo-1"].line.color == drawn["demo-1, training"].line.color
    assert drawn["demo-1"].line.color != drawn["demo-2"].line.color
    assert drawn["demo-1, training"].line.dash == "dot"


def test_the_table_names_run_and_epoch():
    table = compare(RUNS, "loss", View()).table
    assert table["Run"].tolist() == ["demo-1"] * 2 + ["demo-2"] * 3


def test_a_runs_long_name_leaves_its_line_half_of_a_narrow_page():
    named = {"purchases-of-all-shops-" * 5: run(6.0, 5.0)}
    assert compare(named, "loss", View()).figure.layout.margin.r <= 390 / 2


def test_names_of_runs_that_end_alike_stand_apart_though_training_is_far_away():
    runs = {"demo-1": run(5.0, 4.9), "demo-2": run(5.1, 4.95)}  # training ends near 3.9
    notes = compare(runs, "loss", View()).figure.layout.annotations
    low, high = (next(note for note in notes if name in note.text) for name in runs)
    assert high.yshift - low.yshift >= 16


def test_runs_without_an_epoch_have_no_chart():
    assert compare({"demo-1": TrainingMetrics()}, "loss", View()) is None
