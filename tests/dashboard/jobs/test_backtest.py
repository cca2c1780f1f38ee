"""A backtest queues an ordinary training for each cut, and needs all of them."""

import time
from typing import cast

import pytest

from dashboard.jobs.backtest import FILE, backtest
from dashboard.jobs.job import Job
from dashboard.jobs.process import Process
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from data.errors import BadInput
from data.files import read_json
from data.home import Home
from model.config.presets import preset

DAYS = ["2024-01-13", "2024-01-20"]


class Failing:
    """Replaces the worker: every training fails at once."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs

    def stop(self) -> bool:
        return False

    def saved(self) -> None: ...

    def progress(self, **_numbers: object) -> None: ...

    def log(self, text: str) -> None:
        name = text.partition(":")[0]
        claimed = self.runs.queue.claim()
        assert claimed is not None
        self.runs.attempts.begin(name, claimed.attempt, Process.current())
        self.runs.attempts.end(name, claimed.attempt, State.FAILED, "error", str(time.time()))


def test_every_cut_is_an_ordinary_training_and_a_failed_one_is_named(home: Home) -> None:
    runs = Runs(home)
    plan = {"preset": "fast", "config": preset("fast").as_dict(), "last_days": DAYS, "trials": 2}
    name = runs.create("backtest", "shop", plan)
    assert runs.queue.claim() is not None
    folder = runs.folder(name)
    folder.mkdir(parents=True)
    with pytest.raises(BadInput, match="The training shop-1 did not finish"):
        backtest(Job(home, runs.get(name), folder), cast("Reporter", Failing(runs)))
    trainings = sorted(runs.list(kind="train"), key=lambda run: run.run)
    assert [run.config["preparation.last"] for run in trainings] == DAYS
    assert {run.tags for run in trainings} == {(name,)}
    assert [trial["run"] for trial in read_json(folder / FILE)["trials"]] == ["shop-1", "shop-2"]
