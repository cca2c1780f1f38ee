"""Workers of several machines on one database: limits hold, and a machine may be lost."""

import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import psutil
import pytest

from dashboard.jobs.failures import LOST
from dashboard.jobs.queue import PARALLEL_OTHERS
from dashboard.jobs.states import ACTIVE, State
from tests.databases import on_postgresql
from tests.faults.conftest import Place, until

pytestmark = [pytest.mark.fault, pytest.mark.slow, on_postgresql]


def attempts(place: Place) -> Counter[str]:
    """Return how many processes work on each run now.

    A process that one of them has forked, and that has not yet become another program, has its
    command line, too.
    """
    working: Counter[str] = Counter()
    for process in place.processes():
        with suppress(psutil.Error):
            line = process.cmdline()
            parent = process.parent()
            if "dashboard.jobs.child" in line and not (parent and parent.cmdline() == line):
                working[line[-1]] += 1
    return working


@dataclass
class Watch:
    """Looks at runs, and at every change of theirs checks what must always hold."""

    place: Place
    names: list[str]
    limit: int
    seen: list[tuple[State, int]] = field(default_factory=list)

    def all_ended(self) -> bool:
        # In one statement: read one by one, one run may end and the next start in between.
        runs = [run for run in self.place.runs.list() if run.run in self.names]
        seen = [(run.state, run.attempt) for run in runs]
        if seen != self.seen:
            self.seen = seen
            assert sum(run.state in ACTIVE for run in runs) <= self.limit
            assert max(attempts(self.place).values(), default=0) <= 1
        return all(run.ended for run in runs)


def test_two_machines_share_the_queue(place: Place) -> None:
    file = str(place.log())
    names = [place.runs.create("import", f"set{n}", {"files": [file]}) for n in range(8)]
    workers = [place.worker_on(node) for node in ("first", "second")]
    until(Watch(place, names, limit=2 * PARALLEL_OTHERS).all_ended)
    runs = place.reached_all(names, State.FINISHED)
    assert [run.attempt for run in runs] == [1] * len(names)
    assert {run.node for run in runs} == {"first", "second"}
    assert sorted(place.datasets()) == [f"set{n}" for n in range(8)]
    place.runs.lease.drain("first")
    assert until(lambda: workers[0].poll() is not None)
    assert [holder.node for holder in place.runs.lease.holders()] == ["second"]


def test_a_machine_that_is_lost_is_missed_by_the_other(place: Place) -> None:
    run = place.training(epochs=500)
    lost = place.worker_on("first")
    place.learnt(run, epochs=1)
    other = place.worker_on("second")
    until(lambda: len(place.runs.lease.holders()) == 2)
    child = psutil.Process(place.child(run).pid)
    for process in (lost, child):
        process.send_signal(signal.SIGKILL)
    interrupted = place.reached(run, State.INTERRUPTED)
    assert (interrupted.reason, interrupted.node) == (LOST, "first")
    until(lambda: [holder.node for holder in place.runs.lease.holders()] == ["second"])
    place.runs.resume(run)
    resumed = place.learnt(run, epochs=1)
    assert (resumed.attempt, resumed.node) == (2, "second")
    place.runs.request_stop(run)
    place.reached(run, State.STOPPED)
    epochs = [entry["epoch"] for entry in place.runs.metrics.history(run)]
    assert epochs == list(range(1, len(epochs) + 1))
    assert other.poll() is None


def test_a_machine_that_was_cut_off_ends_its_attempt_when_it_is_back(place: Place) -> None:
    """Suspended for longer than others wait, it works on no run that is over."""
    run = place.training(epochs=500)
    worker = place.worker_on("first")
    place.learnt(run, epochs=1)
    child = place.child(run)
    place.worker_on("second")
    until(lambda: len(place.runs.lease.holders()) == 2)
    lines = [" ".join(process.cmdline()) for process in place.processes()]
    assert not any("postgresql" in line for line in lines)  # everybody can read them
    for pid in (worker.pid, child.pid):
        psutil.Process(pid).suspend()
    place.reached(run, State.INTERRUPTED)
    place.runs.resume(run)
    place.reached(run, State.RUNNING)
    for pid in (child.pid, worker.pid):
        psutil.Process(pid).resume()
    until(lambda: not child.alive())
    until(lambda: worker.poll() is not None)
    place.learnt(run, epochs=1)
    assert attempts(place) == Counter({run: 1})
    place.runs.request_stop(run)
    assert place.reached(run, State.STOPPED).node == "second"
