"""A backtest queues an ordinary training for each cut, and needs all of them."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import pytest

from dashboard.jobs.backtest import FILE, LAST_DAY, backtest
from dashboard.jobs.job import Job
from dashboard.jobs.process import Process
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.jobs.training_series import Trial
from data.checksums import write_checked_json
from data.datasets.store import Store
from data.errors import BadInput
from data.files import read_json
from data.home import Home
from model.config.presets import preset
from model.phases import OnShare, Phase
from tests.model.toys import imported

DAYS = ["2024-01-13", "2024-01-20"]


class Reports:
    """Keeps the phases that a job reports."""

    def __init__(self) -> None:
        self.phases: list[tuple[Phase, float]] = []

    def stop(self) -> bool:
        return False

    def saved(self) -> None: ...

    def progress(self, **_numbers: object) -> None: ...

    def phase(self, phase: Phase, share: float) -> None:
        self.phases.append((phase, share))


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


def test_it_is_told_how_much_is_judged(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a log is large that takes as long as a training, and nothing else moves."""
    runs = Runs(home)
    dataset = imported(Store(home), [["a", "b", "a"]] * 3, tmp_path)
    plan = {"preset": "fast", "config": preset("fast").as_dict(), "last_days": DAYS, "trials": 2}
    name = runs.create("backtest", dataset.name, plan)
    folder = runs.folder(name)
    folder.mkdir(parents=True)
    trials = [
        Trial(runs.create("train", dataset.name, {}), {LAST_DAY: day}, "finished") for day in DAYS
    ]
    write_checked_json(folder / FILE, {"trials": [asdict(trial) for trial in trials]})

    def judge(runs: object, dataset: object, days: object, on_progress: OnShare) -> dict[str, Any]:
        on_progress(0.5)
        return {"points": []}

    monkeypatch.setattr("model.evaluation.backtest.backtest", judge)
    reports = Reports()
    assert backtest(Job(home, runs.get(name), folder), cast("Reporter", reports))
    assert reports.phases == [(Phase.EVALUATION, 0.0), (Phase.EVALUATION, 0.5)]
