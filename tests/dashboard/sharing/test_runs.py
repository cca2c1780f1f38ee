"""Folders of runs that machines with disks of their own share through a store."""

from pathlib import Path

import pytest

from dashboard.jobs.process import Process
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import handles, run_folder
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.staged_folders import StagedFolder, changed_run, fetch_run
from dashboard.jobs.states import State
from data import checksums
from data.checksums import is_there, verified, write_checked_json
from data.files import read_json
from data.home import Home
from data.sharing import mirror_of
from data.sharing.folder_table import Conflict
from data.sharing.mirror import Mirror
from tests.dashboard.sharing.conftest import Machine
from tests.stores import on_both_stores


def mirror(home: Home) -> Mirror:
    opened = mirror_of(home)
    assert opened is not None
    return opened


def begun(home: Home) -> Run:
    """Return a training that this process works on."""
    runs = Runs(home)
    if not runs.list():
        runs.create("train", "shop", {"epochs": 3})
    claimed = runs.queue.claim()
    assert claimed is not None
    return runs.attempts.begin(claimed.run, claimed.attempt, Process.current())


def write(folder: Path, epochs: int) -> None:
    """Write what a training does after an epoch."""
    (folder / "checkpoint").mkdir(parents=True, exist_ok=True)
    write_checked_json(folder / "history.json", [{"epoch": n + 1} for n in range(epochs)])
    (folder / "checkpoint" / "state.npz").write_text(f"state after {epochs}")
    with checksums.checked_write(folder / "model.onnx") as file:
        file.write_text(f"model after {epochs}")


@on_both_stores
def test_a_run_goes_on_where_another_machine_has_left_it(machine: Machine) -> None:
    first, second = machine("first"), machine("second")
    run = begun(first)
    here = StagedFolder(mirror(first), run.run, run)
    here.fetch()
    write(first.runs / run.run, epochs=1)
    (first.runs / run.run / "log.txt").write_text("epoch 1\n")
    here.commit()
    write(first.runs / run.run, epochs=2)  # and then the machine is lost
    Runs(first).attempts.end(run.run, run.attempt, State.INTERRUPTED, None, None)
    Runs(second).resume(run.run)

    again = begun(second)
    there = StagedFolder(mirror(second), run.run, again)
    (second.runs / run.run).mkdir()
    (second.runs / run.run / "log.txt").write_text("resumed\n")
    there.fetch()
    folder = second.runs / run.run
    assert (folder / "checkpoint" / "state.npz").read_text() == "state after 1"
    assert (folder / "log.txt").read_text() == "epoch 1\nresumed\n"
    write(folder, epochs=3)
    there.commit()
    folder = fetch_run(first, run.run)
    assert verified(folder / "model.onnx").read_text() == "model after 3"
    assert len(read_json(verified(folder / "history.json"))) == 3
    assert (folder / "log.txt").read_text() == "epoch 1\nresumed\n"


def test_an_attempt_that_is_over_changes_nothing(machine: Machine) -> None:
    first, second = machine("first"), machine("second")
    run = begun(first)
    cut_off = StagedFolder(mirror(first), run.run, run)
    cut_off.fetch()
    Runs(second).attempts.end(run.run, run.attempt, State.INTERRUPTED, None, None)
    Runs(second).resume(run.run)
    again = begun(second)
    there = StagedFolder(mirror(second), run.run, again)
    there.fetch()
    write(second.runs / run.run, epochs=2)
    there.commit()
    write(first.runs / run.run, epochs=1)
    with pytest.raises(Conflict):
        cut_off.commit()
    stored = mirror(first).get("runs", run.run)
    assert stored
    assert stored.files["model.onnx"].bytes == len("model after 2")


def test_small_files_come_at_once_and_a_model_when_it_is_needed(machine: Machine) -> None:
    first, second = machine("first"), machine("second")
    run = begun(first)
    here = StagedFolder(mirror(first), run.run, run)
    write(first.runs / run.run, epochs=1)
    here.commit()
    (handle,) = handles(second, [run])
    assert handle.has_model
    assert (handle.folder / "history.json").exists()
    assert not (handle.folder / "model.onnx").exists()
    folder = handle.fetch()
    assert verified(folder / "model.onnx").read_text() == "model after 1"
    assert not (folder / "checkpoint" / "state.npz").exists()


def test_jobs_of_two_machines_add_to_one_run(machine: Machine) -> None:
    homes = machine("first"), machine("second"), machine("third")
    run = begun(homes[0])
    here = StagedFolder(mirror(homes[0]), run.run, run)
    write(homes[0].runs / run.run, epochs=1)
    write_checked_json(homes[0].runs / run.run / "drift.json", {"of": "first"})
    here.commit()
    with changed_run(homes[1], run.run) as folder:
        with changed_run(homes[2], run.run) as other:
            write_checked_json(other / "drift.json", {"of": "third"})
        write_checked_json(folder / "evaluation.json", {"of": "second"})
    for home in homes:
        folder = run_folder(home, run.run)
        assert read_json(verified(folder / "drift.json")) == {"of": "third"}
        assert read_json(verified(folder / "evaluation.json")) == {"of": "second"}
        assert is_there(folder / "model.onnx")
    stored = mirror(homes[0]).get("runs", run.run)
    assert stored
    assert "checkpoint/state.npz" in stored.files


def test_a_training_drops_what_it_removes(machine: Machine) -> None:
    first, second = machine("first"), machine("second")
    run = begun(first)
    here = StagedFolder(mirror(first), run.run, run)
    write(first.runs / run.run, epochs=1)
    write_checked_json(first.runs / run.run / "evaluation.json", {})
    here.commit()
    assert is_there(run_folder(second, run.run) / "evaluation.json")
    checksums.remove(first.runs / run.run, ["evaluation.json"])
    here.commit()
    assert not is_there(run_folder(second, run.run) / "evaluation.json")


def test_nobody_changes_a_folder_that_a_job_works_on(machine: Machine) -> None:
    first, second = machine("first"), machine("second")
    run = begun(first)
    here = StagedFolder(mirror(first), run.run, run)
    write(first.runs / run.run, epochs=1)
    here.commit()
    with mirror(first).working("runs", run.run):
        write(first.runs / run.run, epochs=2)
        with changed_run(second, run.run) as folder:
            write_checked_json(folder / "drift.json", {})
        assert read_json(run_folder(first, run.run) / "history.json")[-1]["epoch"] == 2
        assert not (first.runs / run.run / "drift.json").exists()
        here.commit()
    assert (run_folder(first, run.run) / "drift.json").exists()
    assert (fetch_run(second, run.run) / "model.onnx").read_text() == "model after 2"


def test_a_deleted_run_leaves_the_store(machine: Machine) -> None:
    first, second = machine("first"), machine("second")
    run = begun(first)
    here = StagedFolder(mirror(first), run.run, run)
    write(first.runs / run.run, epochs=1)
    here.commit()
    Runs(first).attempts.end(run.run, run.attempt, State.FINISHED, None, None)
    Runs(second).deletion.delete(run.run)
    assert mirror(first).get("runs", run.run) is None
