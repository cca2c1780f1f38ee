"""The table stays correct under any order of claims, heartbeats, crashes, resumes and deletions."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.repository import LostClaim
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import METADATA
from dashboard.jobs.states import ACTIVE, ENDED, RESUMABLE, State, may
from data.errors import BadInput
from data.home import Home
from tests.dashboard.clock import Clock

pytestmark = pytest.mark.property


@dataclass
class Child:
    """A process that works on one attempt, which may have been replaced by a later one."""

    run: str
    attempt: int
    process: Process
    epoch: int
    resumed: bool
    stop_seen: bool = False


@dataclass
class Expected:
    """The expected state of a run."""

    state: State
    attempt: int = 0
    epochs: int = 0
    saved: int = 0
    last_seq: int = 0
    hidden: bool = False


WHICH = st.integers(0, 11)
NOT_ACTIVE = ENDED | {State.QUEUED}


def _pick(names: list[str], which: int) -> str:
    return names[which % len(names)]


def _figures(epoch: int) -> dict[str, float]:
    return {"epoch": epoch, "val_loss": 9.0 - epoch}


class Life(RuleBasedStateMachine):
    """Runs in a real table, and the expected state of each."""

    children = Bundle("children")
    clock: Clock
    runs: Runs

    def __init__(self) -> None:
        super().__init__()
        self.clock.now = Clock.now
        with self.runs.database.write() as connection:
            for table in reversed(METADATA.sorted_tables):
                connection.execute(table.delete())
        self.runs.queue.set_parallel(2)
        self.expected: dict[str, Expected] = {}
        self.pids = 5_000_000

    def _move(self, run: str, state: State) -> None:
        assert may(self.expected[run].state, state)
        self.expected[run].state = state

    def _begun(self, child: Child) -> bool:
        return self._current(child) and self.runs.get(child.run).pid == child.process.pid

    def _current(self, child: Child) -> bool:
        known = self.expected.get(child.run)
        return known is not None and known.attempt == child.attempt and known.state in ACTIVE

    # Few runs, so that each goes through much.
    @precondition(lambda self: len(self.expected) < 3)
    @rule(dataset=st.sampled_from(["a", "b"]), priority=st.integers(-1, 1))
    def create(self, dataset: str, priority: int) -> None:
        run = self.runs.create("train", dataset, {"epochs": 3}, priority=priority)
        assert run not in self.expected
        self.expected[run] = Expected(State.QUEUED)

    @precondition(lambda self: any(run.state is State.QUEUED for run in self.expected.values()))
    @rule(target=children, begins=st.booleans())
    def claim(self, begins: bool) -> object:
        claimed = self.runs.queue.claim()
        waiting = [
            run
            for run, known in self.expected.items()
            if known.state is State.QUEUED and not known.hidden
        ]
        active = sum(known.state in ACTIVE for known in self.expected.values())
        assert (claimed is not None) == (bool(waiting) and active < 2)
        if claimed is None:
            return multiple()
        assert claimed.run in waiting
        known = self.expected[claimed.run]
        self._move(claimed.run, State.STARTING)
        known.attempt += 1
        assert claimed.attempt == known.attempt
        self.pids += 1
        resumed_at = known.saved if claimed.resume else 0
        child = Child(
            claimed.run, claimed.attempt, Process(self.pids, 1.0), resumed_at, claimed.resume
        )
        if begins:
            self._begin(child)
        return child

    @rule(child=children)
    def begin(self, child: Child) -> None:
        self._begin(child)

    def _begin(self, child: Child) -> None:
        known = self.expected.get(child.run)
        try:
            begun = self.runs.attempts.begin(child.run, child.attempt, child.process)
        except LostClaim:
            assert not self._current(child) or self.runs.get(child.run).pid is not None
            return
        assert self._current(child)
        assert known is not None
        if known.state is State.STARTING:
            self._move(child.run, State.RUNNING)
        assert begun.state is known.state
        if child.resumed:
            history = [_figures(epoch) for epoch in range(1, child.epoch + 1)]
            self.runs.metric_writer.rewind(child.run, child.attempt, history)
            known.last_seq += 1 if child.epoch > known.epochs else 0
            known.epochs = child.epoch

    @rule(child=children, saves=st.booleans(), tells=st.booleans())
    def finish_an_epoch(self, child: Child, saves: bool, tells: bool) -> None:
        """An epoch is saved and then told of; a crash may come before either."""
        epoch = child.epoch + 1
        points = [
            Point(epoch, epoch * 10, "loss", 1.0, self.clock.now),
            Point(epoch, None, "val_loss", _figures(epoch)["val_loss"], self.clock.now),
        ]
        if self._current(child) and not self._begun(child):
            self._begin(child)
        if not self._begun(child):
            with pytest.raises(LostClaim):
                self.runs.metric_writer.rewind(child.run, child.attempt, [])
            with pytest.raises(LostClaim):
                self.runs.metric_writer.append(child.run, child.attempt, points)
            return
        known = self.expected[child.run]
        if saves:
            known.saved = epoch
        if not tells:
            self.runs.attempts.end(child.run, child.attempt, State.INTERRUPTED, "killed")
            self._move(child.run, State.INTERRUPTED)
            return
        last = self.runs.metric_writer.append(child.run, child.attempt, points)
        assert last == known.last_seq + 2
        child.epoch = known.epochs = epoch
        known.last_seq = last

    @rule(child=children)
    def beat(self, child: Child) -> None:
        try:
            child.stop_seen |= self.runs.attempts.heartbeat(
                child.run, child.attempt, {"epoch": child.epoch}
            )
        except LostClaim:
            assert not self._current(child)
        else:
            assert self._current(child)
            assert child.stop_seen == (self.expected[child.run].state is State.STOPPING)

    @rule(child=children, state=st.sampled_from(sorted(ENDED | {State.QUEUED})))
    def end(self, child: Child, state: State) -> None:
        heard = self.runs.attempts.end(child.run, child.attempt, state)
        assert heard == (self._current(child) and may(self.expected[child.run].state, state))
        if heard:
            self._move(child.run, state)
            assert self.runs.get(child.run).ended or state is State.QUEUED

    # A process that is taken for dead may still have something to say.
    @rule(child=children)
    def crash(self, child: Child) -> None:
        if self.runs.attempts.end(child.run, child.attempt, State.INTERRUPTED, "killed"):
            assert self._current(child)
            self._move(child.run, State.INTERRUPTED)

    def _with(self, states: Collection[State], hidden: bool = False) -> list[str]:
        return [
            run
            for run, known in self.expected.items()
            if known.state in states and known.hidden == hidden
        ]

    @precondition(lambda self: self._with(ACTIVE | {State.QUEUED}))
    @rule(which=WHICH)
    def stop(self, which: int) -> None:
        run = _pick(self._with(ACTIVE | {State.QUEUED}), which)
        waited = self.expected[run].state is State.QUEUED
        expected = State.STOPPED if waited else State.STOPPING
        assert self.runs.request_stop(run) is expected
        self.expected[run].state = expected

    @precondition(lambda self: self._with(RESUMABLE))
    @rule(which=WHICH)
    def resume(self, which: int) -> None:
        run = _pick(self._with(RESUMABLE), which)
        self.runs.resume(run)
        self._move(run, State.QUEUED)

    @precondition(lambda self: self._with(ENDED))
    @rule(which=WHICH)
    def extend(self, which: int) -> None:
        run = _pick(self._with(ENDED), which)
        self.runs.extend(run, 1)
        self._move(run, State.QUEUED)

    @precondition(lambda self: self._with(NOT_ACTIVE))
    @rule(which=WHICH)
    def remove_and_restore(self, which: int) -> None:
        run = _pick(self._with(NOT_ACTIVE), which)
        self.runs.deletion.soft_delete(run)
        self.expected[run].hidden = True
        self.the_table_has_the_expected_state()
        self.runs.deletion.restore(run)
        self.expected[run].hidden = False

    @precondition(lambda self: len(self._with(NOT_ACTIVE)) > 1)
    @rule(which=WHICH)
    def delete(self, which: int) -> None:
        run = _pick(self._with(NOT_ACTIVE), which)
        self.runs.deletion.delete(run)
        del self.expected[run]

    @precondition(lambda self: self.expected)
    @rule(which=WHICH)
    def invalid_requests_are_refused(self, which: int) -> None:
        run = _pick(list(self.expected), which)
        state = self.expected[run].state
        refused: list[Callable[[str], object]] = []
        refused += (
            [self.runs.deletion.soft_delete, self.runs.deletion.delete] if state in ACTIVE else []
        )
        refused += [self.runs.request_stop] if state in ENDED else []
        refused += [self.runs.resume] if state not in RESUMABLE else []
        refused += [lambda name: self.runs.extend(name, 1)] if state not in ENDED else []
        for ask in refused:
            with pytest.raises(BadInput):
                ask(run)

    @rule(seconds=st.sampled_from([-3_600, -1, 1, 3_600]))
    def set_the_clock(self, seconds: int) -> None:
        self.clock.now += seconds

    @invariant()
    def the_table_has_the_expected_state(self) -> None:
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
                epochs = [entry["epoch"] for entry in self.runs.metrics.history(run)]
                assert epochs == list(range(1, known.epochs + 1))


def test_the_table_stays_correct(home: Home, clock: Clock) -> None:
    """One database is opened for all examples: each begins by emptying its tables."""
    Life.clock, Life.runs = clock, Runs(home, clock=clock)
    run_state_machine_as_test(Life, settings=SETTINGS)
    Life.runs.close()


SETTINGS = settings(
    max_examples=40,
    stateful_step_count=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
