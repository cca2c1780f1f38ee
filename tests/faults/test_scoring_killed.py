"""A job that ranks for every buyer is killed, or shared by machines: each part is made once."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.jobs.failures import KILLED
from dashboard.jobs.node import NODE
from dashboard.jobs.process import Process
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.shared_home import check_home
from dashboard.jobs.staged_folders import changed_run
from dashboard.jobs.states import State
from data.datasets.store import Store
from data.home import Home
from tests.databases import on_postgresql
from tests.faults.conftest import Machine, Place, until
from tests.model.toys import save_untrained, small
from tests.stores import on_s3

pytestmark = pytest.mark.fault
NEVER = -1
CHILD = """
import os, signal, sys
from dashboard.jobs import child
from model.serving import part_scoring
from model.serving.ranked_part import PartFolder
part_scoring.BLOCK_SIZE, part_scoring.PART_BLOCKS = 5, 2
write, log, last = PartFolder.write, open(sys.argv[1], "a"), int(sys.argv[2])
def counted(self, number, part):
    print(number, file=log, flush=True)
    write(self, number, part)
    if number == last:
        os.kill(os.getpid(), signal.SIGKILL)
PartFolder.write = counted
sys.exit(child.main(sys.argv[3:]))
"""


def test_a_killed_scoring_resumes_with_its_finished_parts(place: Place, tmp_path: Path) -> None:
    runs, first = place.runs, scoring(place)
    second = runs.create("score", first.dataset, first.config)
    assert ended(start(place.home, claimed(runs), tmp_path / "log", last=1)) == -signal.SIGKILL
    runs.attempts.end(first.run, 1, State.INTERRUPTED, KILLED)
    assert ended(start(place.home, claimed(runs), tmp_path / "other log")) == 0
    runs.resume(first.run)
    assert ended(start(place.home, claimed(runs), tmp_path / "log")) == 0

    files = [runs.folder(run) / "lists.parquet" for run in (first.run, second)]
    assert files[0].read_bytes() == files[1].read_bytes()
    parts = [(tmp_path / name).read_text().split() for name in ("log", "other log")]
    assert parts[0] == parts[1] == ["0", "1", "2", "3"]
    assert not (runs.folder(first.run) / "parts").exists()
    assert runs.get(first.run).progress["buyers"] == 40


@pytest.mark.slow
@on_postgresql
@on_s3
def test_machines_of_their_own_share_the_parts(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [machine("first"), machine("second")]
    places[0].home.path.parent.mkdir()
    job = scoring(places[0])
    first, second = (
        on_node(place.home, place.home.path.parent.name, monkeypatch) for place in places
    )
    assert claimed(first).run == job.run
    leader = start(places[0].home, first.get(job.run), tmp_path / "log 1", "first")
    part = until(lambda: second.queue.claim(1))
    assert part.config["job"] == job.run
    helper = start(places[1].home, part, tmp_path / "log 2", "second")
    assert (ended(helper), ended(leader)) == (0, 0)

    parts = [(tmp_path / name).read_text().split() for name in ("log 1", "log 2")]
    assert parts == [["0", "1"], ["2", "3"]]
    assert first.get(job.run).progress["buyers"] == 40
    assert [run.kind for run in first.list()] == ["score", "train"]
    alone = first.create("score", job.dataset, job.config)
    second.lease.drain("second")
    assert ended(start(places[0].home, claimed(first), tmp_path / "log 3", "first")) == 0
    assert (tmp_path / "log 3").read_text().split() == ["0", "1", "2", "3"]
    files = [first.folder(run) / "lists.parquet" for run in (job.run, alone)]
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.slow
@on_postgresql
@pytest.mark.parametrize("last", [2, None])
def test_what_another_machine_did_not_finish_is_made_here(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: int | None
) -> None:
    """The other one is killed after its first part, or takes nothing from the queue."""
    job = scoring(place)
    first, second = (on_node(place.home, name, monkeypatch) for name in ("first", "second"))
    assert claimed(first).run == job.run
    leader = start(place.home, first.get(job.run), tmp_path / "log", "first")
    if last is not None:
        part = until(lambda: second.queue.claim(1))
        helper = start(place.home, part, tmp_path / "log", "second", last=last)
        assert ended(helper) == -signal.SIGKILL
        second.attempts.end(part.run, 1, State.INTERRUPTED, KILLED)
    assert ended(leader) == 0
    assert sorted((tmp_path / "log").read_text().split()) == ["0", "1", "2", "3"]
    assert [run.run for run in first.list(kind="part")] == []
    assert first.get(job.run).progress["buyers"] == 40


def scoring(place: Place) -> Run:
    """Queue the lists of 40 buyers, which are four parts, by an untrained network."""
    runs, name = place.runs, place.dataset()
    config = small().as_dict()
    trained = runs.create("train", name, config)
    claimed(runs)
    with changed_run(place.home, trained) as folder:
        folder.mkdir(parents=True, exist_ok=True)
        save_untrained(small(), Store(place.home).open(name), folder)
    runs.attempts.end(trained, 1, State.FINISHED)
    config = {"run": trained, "k": 20, "exclude_seen": False, "format": "parquet"}
    return runs.get(runs.create("score", name, config))


def on_node(home: Home, name: str, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Open the table as a machine with a worker does."""
    monkeypatch.setenv(NODE, name)
    runs = Runs(home)
    check_home(runs)
    assert runs.lease.take(Process.current(), None, None, 1)
    return runs


def claimed(runs: Runs) -> Run:
    """Claim the next run."""
    run = runs.queue.claim()
    assert run is not None
    return run


def start(
    home: Home, run: Run, log: Path, node: str = "", last: int = NEVER
) -> "subprocess.Popen[bytes]":
    """Start the process of a claimed run; after a part of this number it kills itself."""
    words = ["--home", str(home.path), "--attempt", str(run.attempt), run.run]
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(log), str(last), *words],
        env=home.environment() | {NODE: node},
    )


def ended(process: "subprocess.Popen[bytes]") -> int:
    """Return the exit status of a process."""
    return process.wait(100)
