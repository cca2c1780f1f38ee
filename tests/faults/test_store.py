"""Machines with disks of their own, which have only a database and an object store in common."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.jobs.states import State
from dashboard.services.datasets import imports
from data.importing.request import ImportRequest
from tests.databases import on_postgresql
from tests.faults.conftest import TINY, Machine, Place, until, write_log
from tests.stores import S3, on_s3

pytestmark = [pytest.mark.fault, pytest.mark.slow, on_postgresql, on_s3]


def imported(place: Place, file: Path) -> None:
    """Import a file as a page does, by a worker."""
    run = imports.start(place.home, ImportRequest([file], "tiny"))
    place.reached(run, State.FINISHED)


def ended(worker: "subprocess.Popen[str]") -> None:
    worker.send_signal(signal.SIGTERM)
    worker.wait(60)


def test_import_train_resume_and_recommend_on_machines_of_their_own(
    machine: Machine, tmp_path: Path, s3: S3
) -> None:
    web, first, second, third = (machine(name) for name in ("web", "first", "second", "third"))
    worker = first.worker_on("first")
    imported(web, write_log(tmp_path / "tiny.csv"))
    ended(worker)

    run = web.runs.create("train", "tiny", TINY | {"epochs": 40})
    worker = second.worker_on("second")
    assert web.learnt(run, epochs=3).node == "second"
    folder = second.home.runs / run
    until(lambda: web.runs.get(run).epochs_done >= 4)
    ended(worker)
    assert web.reached(run, State.INTERRUPTED).node == "second"
    assert (folder / "checkpoint" / "state.npz").exists()

    web.runs.resume(run)
    first.worker_on("first")
    assert web.learnt(run, epochs=2).node == "first"
    s3.stop()
    try:
        web.learnt(run, epochs=5)  # a store that is away ends no training
    finally:
        s3.start()
    web.reached(run, State.FINISHED)
    epochs = [entry["epoch"] for entry in web.runs.metrics.history(run)]
    assert epochs == list(range(1, 41))

    command = [sys.executable, "-c", "from dashboard.cli import main; main()"]
    answer = subprocess.run(
        [*command, "recommend", run, "--user", "7", "--json", "--home", str(third.home.path)],
        env=third.home.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert len(json.loads(answer.stdout)["items"]) > 0


def test_a_run_waits_for_a_store_that_is_away_at_its_end(
    machine: Machine, tmp_path: Path, s3: S3
) -> None:
    first, second = machine("first"), machine("second")
    first.worker_on("first")
    imported(second, write_log(tmp_path / "tiny.csv"))
    run = second.runs.create("train", "tiny", TINY | {"epochs": 2})
    second.learnt(run, epochs=1)
    s3.stop()
    try:
        log = first.home.runs / run / "log.txt"
        until(lambda: "It is tried again" in log.read_text())
        until(lambda: "finished" in log.read_text())
        assert second.runs.get(run).state is State.RUNNING
    finally:
        s3.start()
    second.reached(run, State.FINISHED)
    assert "It answers again." in log.read_text()
    from dashboard.jobs.run_handle import open_run

    assert open_run(second.home, run).predictor.catalogue.products
