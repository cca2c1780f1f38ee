"""Engines: found by name, and what the worker concludes from what one says of a run."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.jobs import worker as worker_module
from dashboard.jobs.engines.engine import Progress
from dashboard.jobs.engines.engine_choice import engine_names, make_engine
from dashboard.jobs.engines.local import LocalEngine
from dashboard.jobs.failures import KILLED, LOST
from dashboard.jobs.node import ENGINE, NODE, node_name
from dashboard.jobs.process import Process
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.shared_home import check_home
from dashboard.jobs.states import State
from dashboard.jobs.supervisor import Supervisor, start_worker
from dashboard.jobs.worker import Worker, take_lease
from dashboard.pages.runs import run_status
from data.errors import BadInput
from data.home import Home
from tests.databases import on_postgresql, on_sqlite

CHILD = Process(4_000_002, 3.0)
PLUGIN = """
from dashboard.jobs.engines.local import LocalEngine
class QuietEngine(LocalEngine):
    pass
"""


class ScriptedEngine:
    """An engine whose processes do what a script says; a step is one poll.

    ``beat`` stands for a heartbeat of the process while the engine cannot be asked.
    """

    lack: str | None = None

    def __init__(self, runs: Runs, steps: list[int | Progress | str]) -> None:
        self._runs, self._steps = runs, iter(steps)
        self._run: Run | None = None
        self._status: int | None = None
        self.killed = False

    def start(self, run: Run) -> str | None:
        self._run = run
        return self.lack

    def adopt(self, run: Run) -> bool:
        return False

    def poll(self, run: str) -> int | Progress:
        assert self._run is not None
        if self._status is not None:
            return self._status
        step = next(self._steps, Progress.UNKNOWN)
        if step == "begin":
            self._runs.attempts.begin(run, self._run.attempt, CHILD)
            return Progress.UNKNOWN
        if step == "beat":
            self._runs.attempts.heartbeat(run, self._run.attempt)
            return Progress.UNKNOWN
        assert not isinstance(step, str)
        if isinstance(step, int):
            self._status = step
        return step

    def stop(self, run: str, kill: bool = False) -> None:
        self.killed = kill
        self._status = -9 if kill else self._status

    def forget(self, run: str) -> None:
        self._run = None

    def names(self) -> list[str]:
        return [self._run.run] if self._run else []

    def slots(self) -> None:
        pass

    def load(self) -> dict[str, float]:
        return {}


@pytest.fixture
def runs(home: Home) -> Iterator[Runs]:
    table = Runs(home)
    yield table
    table.close()


def work(
    runs: Runs, steps: list[int | Progress | str], monkeypatch: pytest.MonkeyPatch
) -> tuple[Run, ScriptedEngine]:
    """Queue a run and return it after the worker has carried it out, without pauses."""
    monkeypatch.setattr(worker_module, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(worker_module, "LOST_SECONDS", 1.0)  # also a busy machine beats within it
    name = runs.create("train", "demo", {"epochs": 3})
    engine = ScriptedEngine(runs, steps)
    me = Process.current()
    take_lease(runs, me, None)
    Worker(runs, engine, me, until_idle=True).loop()
    return runs.get(name), engine


def test_a_run_for_which_the_engine_has_no_room_waits_for_as_long_as_it_takes(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, _engine = work(runs, [*[Progress.WAITING] * 150, "begin", 0], monkeypatch)
    assert run.state is State.FINISHED


def test_what_a_run_waits_for_is_on_its_page(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    poll, seen = ScriptedEngine.poll, []

    def look(engine: ScriptedEngine, run: str) -> int | Progress:
        seen.append(str(run_status.bar(runs.get(run), None, None)))
        return poll(engine, run)

    monkeypatch.setattr(ScriptedEngine, "lack", "3 GPU")
    monkeypatch.setattr(ScriptedEngine, "poll", look)
    run, _engine = work(runs, [Progress.WAITING, "begin", "beat", 0], monkeypatch)
    assert run.state is State.FINISHED
    assert "Waiting for a machine with 3 GPU; none has so much now" in seen[0]
    assert "Preparing" in seen[2]


def test_an_engine_that_cannot_be_asked_ends_no_run_that_sends_heartbeats(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, _engine = work(runs, ["begin", *["beat"] * 150, 0], monkeypatch)
    assert run.state is State.FINISHED


def test_a_run_that_nobody_hears_of_is_killed_and_ends_as_lost(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, engine = work(runs, ["begin"], monkeypatch)
    assert (run.state, run.reason, engine.killed) == (State.INTERRUPTED, LOST, True)


def test_a_process_that_was_killed_interrupts_its_run(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, _engine = work(runs, ["begin", -9], monkeypatch)
    assert (run.state, run.reason) == (State.INTERRUPTED, KILLED)


def test_runs_execute_on_this_machine_unless_a_setting_says_otherwise(runs: Runs) -> None:
    assert isinstance(make_engine(runs), LocalEngine)


def test_an_unknown_engine_is_refused_with_the_names_of_all(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENGINE, "slurm")
    with pytest.raises(BadInput, match="no engine called slurm; choose one of local, ray"):
        make_engine(runs)


@on_postgresql
def test_a_worker_without_a_cluster_says_so(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    check_home(runs)
    monkeypatch.setenv(ENGINE, "ray")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with pytest.raises(BadInput, match="No Ray cluster can be reached"):
        make_engine(runs)


@on_postgresql
def test_an_engine_whose_package_is_not_installed_names_it(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENGINE, "ray")
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "dashboard.jobs.engines.ray_engine", raising=False)
    with pytest.raises(BadInput, match=r"pip install 'vitrina\[ray\]'"):
        make_engine(runs)


@on_sqlite
def test_an_engine_of_other_machines_needs_a_database_that_they_can_reach(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENGINE, "ray")
    for start in (lambda: make_engine(runs), lambda: start_worker(runs.home)):
        with pytest.raises(BadInput, match="--database"):
            start()
    supervisor = Supervisor(runs.home)
    with pytest.raises(BadInput, match="--database"):
        supervisor.start()


@on_postgresql
def test_an_installed_package_adds_an_engine(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = tmp_path / "quiet-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: quiet\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[vitrina.engines]\nquiet = quiet:QuietEngine\n")
    (tmp_path / "quiet.py").write_text(PLUGIN)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv(ENGINE, "quiet")
    assert engine_names() == ["local", "ray", "quiet"]
    assert type(make_engine(runs)).__name__ == "QuietEngine"


def test_workers_of_two_engines_on_one_machine_have_different_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(NODE, "gpu-1")
    here = node_name()
    monkeypatch.setenv(ENGINE, "ray")
    assert (here, node_name()) == ("gpu-1", "ray@gpu-1")
