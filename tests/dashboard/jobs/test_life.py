"""Any order of starts, claims, beats, stops, crashes, resumes and deletions is survived."""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
)

from dashboard.jobs.metrics import Point
from dashboard.jobs.process import Process
from dashboard.jobs.rows import LostClaim
from dashboard.jobs.states import ACTIVE, ENDED, RESUMABLE, State, may
from dashboard.jobs.table import Runs
from data.errors import BadInput
from data.home import Home
from tests.dashboard.jobs.conftest import Clock

pytestmark = pytest.mark.property


@dataclass
class Child:
    """A process at work on one attempt; it may be told of the end of its run, or never know."""

    run: str
    attempt: int
    process: Process
    epoch: int
    stop_seen: bool = False


@dataclass
class Expected:
    """What must be true of a run."""

    state: State
    attempt: int = 0
    epochs: int = 0
    saved: int = 0
    last_seq: int = 0
    hidden: bool = False
    claims: list[int] = field(default_factory=list)


class Life(RuleBasedStateMachine):
    """Runs in a real table beside a plain account of what must become of them."""

    names = Bundle("names")
    children = Bundle("children")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.runs = Runs(Home(self.folder), clock=self.clock)
        self.runs.set_parallel(3)
        self.expected: dict[str, Expected] = {}
        self.pids = 5_000_000

    def _move(self, run: str, state: State) -> None:
        assert may(self.expected[run].state, state)
        self.expected[run].state = state

    def _current(self, child: Child) -> bool:
        known = self.expected.get(child.run)
        return known is not None and known.attempt == child.attempt and known.state in ACTIVE

    @rule(target=names, dataset=st.sampled_from(["a", "b"]), priority=st.integers(-1, 1))
    def create(self, dataset: str, priority: int) -> str:
        run = self.runs.create("train", dataset, {"epochs": 3}, priority=priority)
        assert run not in self.expected
        self.expected[run] = Expected(State.QUEUED)
        return run

    @rule(target=children)
    def claim(self) -> object:
        claimed = self.runs.claim()
        waiting = [
            run
            for run, known in self.expected.items()
            if known.state is State.QUEUED and not known.hidden
        ]
        active = sum(known.state in ACTIVE for known in self.expected.values())
        assert (claimed is not None) == (bool(waiting) and active < 3)
        if claimed is None:
            return multiple()
        assert claimed.run in waiting
        known = self.expected[claimed.run]
        self._move(claimed.run, State.STARTING)
        known.attempt += 1
        assert claimed.attempt == known.attempt
        self.pids += 1
        resumed_at = known.saved if claimed.resume else 0
        return Child(claimed.run, claimed.attempt, Process(self.pids, 1.0), resumed_at)

    @rule(child=children)
    def begin(self, child: Child) -> None:
        known = self.expected.get(child.run)
        try:
            begun = self.runs.begin(child.run, child.attempt, child.process)
        except LostClaim:
            assert not self._current(child) or self.runs.get(child.run).pid is not None
            return
        assert self._current(child)
        assert known is not None
        if known.state is State.STARTING:
            self._move(child.run, State.RUNNING)
        assert begun.state is known.state

    @rule(child=children, saved=st.booleans())
    def report_an_epoch(self, child: Child, saved: bool) -> None:
        epoch = child.epoch + 1
        points = [
            Point(epoch, epoch * 10, "loss", 1.0, self.clock.now),
            Point(epoch, None, "val_loss", 9.0 - epoch, self.clock.now),
        ]
        try:
            self.runs.rewind(child.run, child.attempt, epoch)
            last = self.runs.append(child.run, child.attempt, points)
        except LostClaim:
            assert not self._current(child)
            return
        assert self._current(child)
        known = self.expected[child.run]
        assert last > known.last_seq
        child.epoch = known.epochs = epoch
        if saved:
            known.saved = epoch
        known.last_seq = last

    @rule(child=children)
    def beat(self, child: Child) -> None:
        try:
            child.stop_seen |= self.runs.beat(child.run, child.attempt, {"epoch": child.epoch})
        except LostClaim:
            assert not self._current(child)
        else:
            assert self._current(child)
            assert child.stop_seen == (self.expected[child.run].state is State.STOPPING)

    @rule(child=children, state=st.sampled_from(sorted(ENDED | {State.QUEUED})))
    def end(self, child: Child, state: State) -> None:
        heard = self.runs.end(child.run, child.attempt, state)
        assert heard == (self._current(child) and may(self.expected[child.run].state, state))
        if heard:
            self._move(child.run, state)
            assert self.runs.get(child.run).ended or state is State.QUEUED

    @rule(child=consumes(children))
    def crash(self, child: Child) -> None:
        if self.runs.end(child.run, child.attempt, State.INTERRUPTED, "killed"):
            assert self._current(child)
            self._move(child.run, State.INTERRUPTED)

    @rule(run=names)
    def stop(self, run: str) -> None:
        known = self.expected.get(run)
        if known is None or known.hidden or known.state in ENDED:
            with pytest.raises(BadInput):
                self.runs.request_stop(run)
        elif known.state is State.QUEUED:
            assert self.runs.request_stop(run) is State.STOPPED
            self._move(run, State.STOPPED)
        else:
            assert self.runs.request_stop(run) is State.STOPPING
            known.state = State.STOPPING

    @rule(run=names)
    def resume(self, run: str) -> None:
        known = self.expected.get(run)
        if known is None or known.hidden or known.state not in RESUMABLE:
            with pytest.raises(BadInput):
                self.runs.resume(run)
        else:
            self.runs.resume(run)
            self._move(run, State.QUEUED)

    @rule(run=names)
    def extend(self, run: str) -> None:
        known = self.expected.get(run)
        if known is None or known.hidden or known.state not in ENDED:
            with pytest.raises(BadInput):
                self.runs.extend(run, 1)
        else:
            self.runs.extend(run, 1)
            self._move(run, State.QUEUED)

    @rule(run=names)
    def remove(self, run: str) -> None:
        known = self.expected.get(run)
        if known is None or known.hidden or known.state in ACTIVE:
            with pytest.raises(BadInput):
                self.runs.remove(run)
        else:
            self.runs.remove(run)
            known.hidden = True

    @precondition(lambda self: any(known.hidden for known in self.expected.values()))
    @rule()
    def restore(self) -> None:
        run = next(run for run, known in self.expected.items() if known.hidden)
        self.runs.restore(run)
        self.expected[run].hidden = False

    @rule(run=names)
    def delete(self, run: str) -> None:
        known = self.expected.get(run)
        if known is None or known.hidden or known.state in ACTIVE:
            with pytest.raises(BadInput):
                self.runs.delete(run)
        else:
            self.runs.delete(run)
            del self.expected[run]

    @rule(seconds=st.integers(-120, 120))
    def the_clock_is_set(self, seconds: int) -> None:
        self.clock.now += seconds

    @invariant()
    def the_table_is_what_it_must_be(self) -> None:
        found = {run.run: run for run in self.runs.list()}
        shown = {run: known for run, known in self.expected.items() if not known.hidden}
        assert found.keys() == shown.keys()
        for run, known in shown.items():
            row = found[run]
            assert (row.state, row.attempt) == (known.state, known.attempt)
            assert (row.epochs_done, row.last_seq) == (known.epochs, known.last_seq)
            assert row.pid is None or row.state in ACTIVE
            assert (row.finished is not None) == (row.state in ENDED)

    def teardown(self) -> None:
        """Whatever happened, every history has each epoch once, and what waits still runs."""
        for run, known in self.expected.items():
            if not known.hidden:
                epochs = [entry["epoch"] for entry in self.runs.history(run)]
                assert epochs == list(range(1, known.epochs + 1))
        self.runs.close()
        shutil.rmtree(self.folder)


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=20,
    stateful_step_count=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
