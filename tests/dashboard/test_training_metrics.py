"""The best epoch of a training is that of the monitored figure, on every page."""

import dataclasses
import json
from collections.abc import Iterator

import pytest
from dash.development.base_component import Component

from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.pages.runs import comparison_tables, run_status, runs_table
from dashboard.pages.runs.run_columns import View
from dashboard.services.runs import monitor
from dashboard.services.runs.comparison import compare
from dashboard.training_metrics import TrainingMetrics, extreme_epoch
from data.home import Home

# The validation loss is lowest at epoch 1, NDCG@10 is highest at epoch 2.
EPOCHS = [
    {"loss": 6.0, "val_loss": 5.0, "val_accuracy": 0.02, "val_ndcg@10": 0.040},
    {"loss": 5.0, "val_loss": 5.2, "val_accuracy": 0.01, "val_ndcg@10": 0.050},
]


def trained(home: Home) -> str:
    """Store a run with these epochs."""
    runs = Runs(home)
    name = runs.create("train", "demo", {"epochs": 3})
    claimed = runs.queue.claim()
    assert claimed is not None
    runs.attempts.begin(name, claimed.attempt, Process.current())
    points = [
        Point(epoch, None, metric, value, float(epoch))
        for epoch, metrics in enumerate(EPOCHS, 1)
        for metric, value in metrics.items()
    ]
    runs.metric_writer.append(name, claimed.attempt, points)
    return name


def texts(component: object) -> Iterator[str]:
    """Yield every text in a component, in order."""
    if isinstance(component, str):
        yield component
    elif isinstance(component, list | tuple):
        for child in component:
            yield from texts(child)
    elif isinstance(component, Component):
        yield from texts(getattr(component, "children", None))


def test_the_best_epoch_is_that_of_the_monitored_figure() -> None:
    history = [{"epoch": epoch, **metrics} for epoch, metrics in enumerate(EPOCHS, 1)]
    assert TrainingMetrics(history).best["epoch"] == 2
    assert extreme_epoch(history, "val_loss", highest=False)["epoch"] == 1
    assert TrainingMetrics().best == {}


def test_the_key_figures_of_a_run_are_those_of_its_best_epoch(home: Home) -> None:
    name = trained(home)
    run = Runs(home).get(name)
    shown = list(texts(run_status.figures(run, monitor.metrics(home, run), 0.0)))
    values = {"1", "2", "5.000", "5.200", "1.00%", "2.00%"}
    assert [text for text in shown if text in values] == [
        "2",  # epochs done
        "2",  # the best epoch
        "5.200",
        "1.00%",
    ]


@pytest.mark.parametrize(
    ("limit", "patience", "words"),
    [
        (2, 4, "ended by the limit of epochs"),
        (9, 1, "ended by patience: 1 epoch without a better one"),
        (9, 4, "ended by patience: 4 epochs without a better one"),
        (2, 0, None),
    ],
)
def test_a_finished_run_says_whether_patience_or_the_limit_ended_it(
    home: Home, limit: int, patience: int, words: str | None
) -> None:
    config = {"epochs": limit, "early_stopping": patience}
    run = dataclasses.replace(Runs(home).get(trained(home)), config=config)
    assert run_status.ending(run) is None
    finished = dataclasses.replace(run, state=State.FINISHED)
    assert run_status.ending(finished) == words


def test_patience_may_end_a_training_in_the_last_epoch_of_the_limit(home: Home) -> None:
    run = Runs(home).get(trained(home))
    finished = dataclasses.replace(
        run,
        state=State.FINISHED,
        config={"epochs": run.epochs_done, "early_stopping": 2},
        progress=run.progress | {"patience_over": True},
    )
    assert run_status.ending(finished) == "ended by patience: 2 epochs without a better one"


def test_the_table_of_runs_shows_the_loss_of_the_best_epoch(home: Home) -> None:
    trained(home)
    (row,) = runs_table.rows(home, Runs(home).list(), View({}, {}))
    assert row["val_loss"] == 5.2


def test_a_comparison_shows_the_validation_metrics_of_the_best_epoch(home: Home) -> None:
    shown = list(texts(comparison_tables.figures(compare(home, [trained(home)]))))
    assert [text for text in shown if text in {"5.2000", "0.0100", "0.0500"}] == [
        "5.2000",
        "0.0100",
        "0.0500",
    ]
    assert "5.0000" not in json.dumps(shown)
