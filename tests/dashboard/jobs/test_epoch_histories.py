"""What a process has read of the epochs of a run is completed, not read again, and stays right."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import update

from dashboard.jobs import epoch_histories
from dashboard.jobs.epoch_histories import MOST_RUNS, EpochHistories, history_of
from dashboard.jobs.metric_reader import Point
from dashboard.jobs.repository import select_run
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import METRICS as METRIC_ROWS

METRICS = ("loss", "val_loss", "val_ndcg@10", "targets", "seconds")


def epoch(number: int, value: float = 0.5, names: Sequence[str] = METRICS) -> list[Point]:
    steps = [Point(number, 4 * number + step, "loss", value, 0.0) for step in range(4)]
    return steps + [Point(number, None, name, value, 0.0) for name in names]


def entry(number: int, value: float = 0.5, names: Sequence[str] = METRICS) -> dict[str, Any]:
    return {"epoch": number} | {name: int(value) if name == "targets" else value for name in names}


@pytest.fixture
def rows_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the numbers of rows that each reading of a history took from the table."""
    numbers: list[int] = []
    for name in ("_rows", "_rows_from"):
        original = getattr(epoch_histories, name)

        def counted(*arguments: Any, original: Any = original) -> Any:
            rows = original(*arguments)
            numbers.append(len(rows))
            return rows

        monkeypatch.setattr(epoch_histories, name, counted)
    return numbers


def as_stored(runs: Runs, run: str) -> list[dict[str, Any]]:
    """Return the history as who has read nothing before reads it."""
    with runs.database.read() as connection:
        return history_of(connection, select_run(connection, run).id)


@pytest.mark.parametrize("epochs", [3, 300])
def test_an_epoch_more_costs_its_own_rows_however_many_there_were(
    runs: Runs, training: Run, rows_read: list[int], epochs: int
) -> None:
    points = [point for number in range(1, epochs + 1) for point in epoch(number)]
    runs.metric_writer.append("demo-1", 1, points)
    assert len(runs.metrics.history("demo-1")) == epochs
    runs.metric_writer.append("demo-1", 1, epoch(epochs + 1))
    rows_read.clear()
    assert runs.metrics.history("demo-1")[-1] == entry(epochs + 1)
    assert rows_read == [1 + len(METRICS)]
    rows_read.clear()
    assert len(runs.metrics.history("demo-1")) == epochs + 1
    assert rows_read == [1]


def test_every_reader_of_the_home_shares_what_was_read(
    runs: Runs, training: Run, rows_read: list[int]
) -> None:
    runs.metric_writer.append("demo-1", 1, epoch(1))
    runs.metrics.history("demo-1")
    rows_read.clear()
    assert Runs(runs.home).metrics.history("demo-1") == [entry(1)]
    assert rows_read == [1]


def test_an_epoch_that_was_read_in_part_is_completed(runs: Runs, training: Run) -> None:
    runs.metric_writer.append("demo-1", 1, epoch(1) + epoch(2, names=METRICS[:2]))
    assert runs.metrics.history("demo-1")[-1] == entry(2, names=METRICS[:2])
    rest = [Point(2, None, name, 0.5, 0.0) for name in METRICS[2:]]
    runs.metric_writer.append("demo-1", 1, rest)
    assert runs.metrics.history("demo-1") == [entry(1), entry(2)]


def test_epochs_that_are_trained_again_are_read_again(runs: Runs, training: Run) -> None:
    for number in (1, 2, 3):
        runs.metric_writer.append("demo-1", 1, epoch(number))
    runs.metrics.history("demo-1")
    runs.metric_writer.rewind("demo-1", 1, [entry(1)])
    for number in (2, 3, 4):  # nobody looks before there are more than were known
        runs.metric_writer.append("demo-1", 1, epoch(number, 0.25))
    assert runs.metrics.history("demo-1") == [entry(1), *(entry(n, 0.25) for n in (2, 3, 4))]


def test_a_history_whose_every_epoch_was_deleted_is_empty(runs: Runs, training: Run) -> None:
    runs.metric_writer.append("demo-1", 1, epoch(1))
    runs.metrics.history("demo-1")
    runs.metric_writer.rewind("demo-1", 1, [])
    assert runs.metrics.history("demo-1") == []


def test_a_damaged_number_of_targets_fails_nobody(runs: Runs, training: Run) -> None:
    runs.metric_writer.append(training.run, training.attempt, epoch(1))
    with runs.database.write() as connection:
        damaged = update(METRIC_ROWS).where(METRIC_ROWS.c.name == "targets")
        connection.execute(damaged.values(value=float("inf")))
    assert as_stored(runs, training.run) == [entry(1) | {"targets": float("inf")}]


def test_what_only_the_checkpoint_had_is_added_at_its_epoch(runs: Runs, training: Run) -> None:
    runs.metric_writer.append("demo-1", 1, epoch(1, names=METRICS[:2]) + epoch(2))
    runs.metrics.history("demo-1")
    runs.metric_writer.rewind("demo-1", 1, [entry(1), entry(2), entry(3)])
    assert runs.metrics.history("demo-1") == as_stored(runs, "demo-1")
    assert [one["epoch"] for one in runs.metrics.history("demo-1")] == [1, 2, 3]
    assert runs.metrics.history("demo-1")[0] == entry(1)


def test_a_snapshot_from_before_the_last_reading_is_read_as_it_was(
    runs: Runs, training: Run
) -> None:
    runs.metric_writer.append("demo-1", 1, epoch(1))
    with runs.database.read() as connection:
        row = select_run(connection, "demo-1")
        runs.metric_writer.append("demo-1", 1, epoch(2))
        assert len(runs.metrics.history("demo-1")) == 2
        assert runs.database.histories.read(connection, row) == [entry(1)]
    assert runs.metrics.history("demo-1") == [entry(1), entry(2)]


def test_who_changes_what_was_read_changes_nothing_for_others(runs: Runs, training: Run) -> None:
    runs.metric_writer.append("demo-1", 1, epoch(1))
    runs.metrics.history("demo-1")[0]["loss"] = 7.0
    assert runs.metrics.history("demo-1") == [entry(1)]


def test_no_more_than_a_number_of_runs_are_kept(runs: Runs, training: Run) -> None:
    runs.metric_writer.append("demo-1", 1, epoch(1))
    histories = EpochHistories()
    with runs.database.read() as connection:
        row = select_run(connection, "demo-1")
        for number in range(3 * MOST_RUNS):
            histories.read(connection, _named(row, f"demo-{number}"))
    assert len(histories._cache) == MOST_RUNS


def _named(row: Any, name: str) -> Any:
    """Return what is read of the row of a run, under another name."""
    return type("Named", (), {"id": row.id, "created": row.created, "run": name})
