"""A search suggests values from earlier trials, and resumes after an interruption."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from dashboard.jobs.hyperparameter_search import FILE, importance, search, suggest
from dashboard.jobs.job import Job
from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.jobs.training_series import Trial
from data.errors import BadInput
from data.home import Home
from model.config.presets import preset
from model.training.monitored import MONITORED

FIELDS: dict[str, Any] = {
    "learning_rate": {"low": 0.0001, "high": 0.1, "whole": False},
    "layers": {"low": 1, "high": 3, "whole": True},
    "network": {"choices": ["gru", "lstm"]},
}
BEST_RATE = 0.01


def worth(values: dict[str, Any]) -> float:
    """Return a metric that depends on the learning rate alone."""
    rate = values["learning_rate"]
    return float(1 / (1 + max(rate / BEST_RATE, BEST_RATE / rate)))


class Trainer:
    """Replaces the worker: each training of the search ends at once with a metric."""

    def __init__(self, runs: Runs, figure: Callable[[dict[str, Any]], float | None]) -> None:
        self.runs, self.figure = runs, figure
        self.trained: list[str] = []
        self.stop_after: int | None = None

    def stop(self) -> bool:
        return self.stop_after is not None and len(self.trained) >= self.stop_after

    def saved(self) -> None: ...

    def progress(self, **_numbers: object) -> None:
        pass

    def log(self, text: str) -> None:
        name = text.partition(":")[0]
        if name in self.trained or MONITORED in text:
            return
        claimed = self.runs.queue.claim()
        assert claimed is not None
        assert claimed.run == name
        self.trained.append(name)
        self.runs.attempts.begin(name, 1, Process.current())
        value = self.figure(claimed.config)
        if value is not None:
            # The loss is lowest in the first epoch, the monitored metric highest in the second.
            epochs = [
                {"val_loss": 5.0, MONITORED: 0.8 * value},
                {"val_loss": 5.2, MONITORED: value},
            ]
            points = [
                Point(epoch, None, metric, number, time.time())
                for epoch, metrics in enumerate(epochs, 1)
                for metric, number in metrics.items()
            ]
            self.runs.metric_writer.append(name, 1, points)
        state = State.FAILED if value is None else State.FINISHED
        self.runs.attempts.end(name, 1, state, None if value is not None else "error", None)


@pytest.fixture
def runs(home: Home) -> Runs:
    return Runs(home)


def job(runs: Runs, trials: int = 6) -> Job:
    """Return a claimed search."""
    plan = {"preset": "fast", "config": preset("fast").as_dict(), "fields": FIELDS}
    name = runs.create("search", "shop", plan | {"trials": trials})
    runs.queue.claim()
    runs.attempts.begin(name, 1, Process.current())
    folder = runs.folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    return Job(runs.home, runs.get(name), folder)


def written(folder: Path) -> list[Trial]:
    content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return [Trial(**trial) for trial in content["trials"]]


def test_values_lie_within_their_ranges_and_are_the_same_each_time() -> None:
    for number in range(20):
        values = suggest(FIELDS, [], number)
        assert 0.0001 <= values["learning_rate"] <= 0.1
        assert values["layers"] in {1, 2, 3}
        assert values["network"] in {"gru", "lstm"}
        assert suggest(FIELDS, [], number) == values


def tried(number: int) -> list[Trial]:
    """Return trials, each suggested from those before it."""
    trials: list[Trial] = []
    for place in range(number):
        values = suggest(FIELDS, trials, place)
        trials.append(Trial(f"shop-{place}", values, "finished", worth(values)))
    return trials


def test_later_values_are_better_than_the_first_ones() -> None:
    trials = tried(40)
    figures = [trial.value or 0.0 for trial in trials]
    assert sum(figures[-10:]) > sum(figures[:8]) * 10 / 8


def test_trials_at_once_do_not_all_try_the_same() -> None:
    fields = {"learning_rate": FIELDS["learning_rate"]}
    ended = [
        Trial(f"shop-{place}", values, "finished", worth(values))
        for place, values in enumerate(suggest(fields, [], number) for number in range(20))
    ]
    running = [Trial(f"shop-{20 + k}", {"learning_rate": BEST_RATE}, "running") for k in range(5)]

    def at_the_running(trials: list[Trial]) -> int:
        rates = [suggest(fields, trials, number)["learning_rate"] for number in range(40)]
        return sum(max(rate / BEST_RATE, BEST_RATE / rate) < 1.1 for rate in rates)

    assert at_the_running(ended + running) < at_the_running(ended) / 2


def test_the_field_that_determines_the_metric_is_the_most_important() -> None:
    shares = importance(FIELDS, tried(30))
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=lambda key: shares[key]) == "learning_rate"


def test_there_is_no_importance_before_four_trials() -> None:
    assert importance(FIELDS, tried(3)) == {}


def test_a_search_runs_its_trials_and_writes_their_results(runs: Runs) -> None:
    trainer = Trainer(runs, worth)
    mine = job(runs)
    assert search(mine, cast("Reporter", trainer))
    trials = written(mine.folder)
    assert [trial.run for trial in trials] == trainer.trained
    assert len(trials) == 6
    for trial in trials:
        run = runs.get(trial.run)
        assert {key: run.config[key] for key in FIELDS} == trial.values
        assert run.tags == (mine.run.run,)
        assert trial.value == worth(trial.values)


def test_an_interrupted_search_resumes_with_its_trials(runs: Runs) -> None:
    trainer = Trainer(runs, worth)
    mine = job(runs)
    trainer.stop_after = 3
    assert not search(mine, cast("Reporter", trainer))
    trainer.stop_after = None
    assert search(mine, cast("Reporter", trainer))
    assert len(trainer.trained) == len(set(trainer.trained)) == 6
    whole = Trainer(Runs(runs.home), worth)
    other = job(whole.runs)
    search(other, cast("Reporter", whole))
    assert [trial.values for trial in written(mine.folder)] == [
        trial.values for trial in written(other.folder)
    ]


def test_a_search_that_a_person_stops_removes_its_queued_trials(
    runs: Runs,
) -> None:
    class Idle(Trainer):
        def log(self, text: str) -> None:
            """Let the training wait."""

        def stop(self) -> bool:
            return bool(self.runs.list(kind="train"))

    mine = job(runs)
    runs.request_stop(mine.run.run)
    assert not search(mine, cast("Reporter", Idle(runs, worth)))
    assert runs.get("shop-1").state is State.STOPPED
    assert written(mine.folder) == []


def test_a_search_whose_trainings_all_fail_gives_up(runs: Runs) -> None:
    trainer = Trainer(runs, lambda _values: None)
    with pytest.raises(BadInput, match="first 3 trainings all failed"):
        search(job(runs), cast("Reporter", trainer))


def test_a_search_does_not_take_the_place_of_an_import(runs: Runs) -> None:
    for _search in range(3):
        runs.create("search", "shop", {})
    runs.create("import", "other", {})
    assert [run.kind for _turn in range(4) if (run := runs.queue.claim())].count("import") == 1
