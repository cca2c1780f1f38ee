"""Jobs on a run, and whoever uses it, on other machines than the one that has trained it."""

import shutil
import subprocess
from pathlib import Path

import pytest

import vitrina
from dashboard.jobs.process import Process
from dashboard.jobs.run_handle import open_run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.staged_folders import changed_run
from dashboard.jobs.states import State
from dashboard.services.recommendations import exports, run_jobs
from dashboard.services.runs import monitor
from data.checksums import verified
from data.datasets.store import Store
from data.home import Home
from tests.dashboard.sharing.conftest import Machine
from tests.dashboard.shop import RUN, histories
from tests.model.toys import imported, small

pytestmark = pytest.mark.slow


def put_into_store(home: Home, trained_shop: Path, folder: Path) -> None:
    """Do on a machine what importing and training do there."""
    imported(Store(home), histories(), folder)
    runs = Runs(home)
    assert runs.create("train", "toy", small().as_dict()) == RUN
    claimed = runs.queue.claim()
    assert claimed is not None
    runs.attempts.begin(RUN, claimed.attempt, Process.current())
    with changed_run(home, RUN) as run:
        shutil.copytree(trained_shop / "home" / "runs" / RUN, run, dirs_exist_ok=True)
    runs.attempts.end(RUN, claimed.attempt, State.FINISHED, None, None)


def test_a_run_is_evaluated_scored_and_exported_elsewhere(
    machine: Machine, trained_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = machine("first"), machine("second"), machine("third")
    put_into_store(first, trained_shop, tmp_path)
    before = open_run(third, RUN).evaluation
    assert before["models"]
    monkeypatch.setattr(run_jobs, "start_worker", lambda _home: None)  # that of another machine
    config = {"run": RUN, "k": 3, "exclude_seen": False, "format": "csv"}
    evaluation = run_jobs.start_evaluation(first, RUN)
    scoring = run_jobs.queue_job(first, RUN, run_jobs.SCORING, config)

    work = vitrina.command("dashboard.jobs.worker", "--home", str(second.path), "--until-idle")
    subprocess.run(work, env=second.environment(), check=True, timeout=500)
    runs = Runs(third)
    assert [(run.state, run.message) for run in map(runs.get, (evaluation, scoring))] == [
        (State.FINISHED, None)
    ] * 2

    handle = open_run(third, RUN)
    assert handle.evaluation["models"][0]["metrics"].keys() == before["models"][0]["metrics"].keys()
    assert handle.outcomes.exist
    assert handle.predictor.catalogue.products
    assert len(exports.lists_file(third, scoring).read_text().splitlines()) > 100
    assert "finished" in monitor.log_tail(third, scoring)
    exports.export(third, RUN, tmp_path / "bundle")
    model = verified(first.runs / RUN / "model.onnx").read_bytes()
    assert (tmp_path / "bundle" / "model.onnx").read_bytes() == model
    assert not (third.runs / RUN / "checkpoint" / "state.npz").exists()
