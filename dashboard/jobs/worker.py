"""The worker: takes runs from the queue, gives each a process, and sees how each ends."""

import argparse
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from dashboard.jobs.children import Children
from dashboard.jobs.exit_status import verdict
from dashboard.jobs.failures import KILLED, LOST, SHUTDOWN, START, oom_kills, sentence
from dashboard.jobs.lease import SILENT_SECONDS
from dashboard.jobs.process import Process
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import TableError
from dashboard.jobs.states import ACTIVE, State
from data.errors import VitrinaError
from data.home import Home
from data.i18n import _

ROUND_SECONDS = 0.25
BEAT_SECONDS = 1.0
PURGE_SECONDS = 60.0
# A child that has not beaten for this long is taken for lost.
LOST_SECONDS = 60.0
# A child that was asked to stop gets this long before SIGTERM, then this long before SIGKILL.
ASKED_SECONDS = 20.0
TOLD_SECONDS = 10.0
# The same when the worker itself ends; together with its own end it takes less than 5 seconds.
SHUTDOWN_TOLD_SECONDS = 2.0
SHUTDOWN_SECONDS = 3.5


@dataclass
class _Watch:
    """What the worker remembers of an active run, by its own clock that nobody can set."""

    attempt: int
    beats: int
    beaten: float
    oom_kills: int
    stopping: float | None = None
    told: bool = False


class Worker:
    """The loop of the worker over one home.

    Parameters
    ----------
    runs : Runs
        The table.
    me : Process
        This process, which holds the lease.
    until_idle : bool
        Whether to end once nothing waits and nothing runs.
    """

    def __init__(self, runs: Runs, me: Process, until_idle: bool) -> None:
        self._runs = runs
        self._me = me
        self._until_idle = until_idle
        self._children = Children(runs)
        self._watches: dict[str, _Watch] = {}
        self._ending = False
        self._beaten = self._purged = 0.0

    def ask_to_end(self) -> None:
        """End the loop soon; runs are interrupted and can be resumed."""
        self._ending = True

    def loop(self) -> None:
        """Work until asked to end, until idle if so wished, or until the home or lease is gone."""
        while not self._ending:
            try:
                if not self._runs.exists() or not self._hold_on() or self._leave_when_idle():
                    return
                self._round()
            except TableError as error:
                _say(str(error))
                self._forgive_silence()
            time.sleep(ROUND_SECONDS)
        self._shut_down()

    def _hold_on(self) -> bool:
        now = time.monotonic()
        if now - self._purged >= PURGE_SECONDS:
            self._purged = now
            self._runs.deletion.purge()
        if now - self._beaten >= BEAT_SECONDS:
            self._beaten = now
            return self._runs.lease.renew(self._me)
        return True

    def _leave_when_idle(self) -> bool:
        """Leave if nobody needs this worker; one whose web server died stays for what runs."""
        if self._watches:
            return False
        holder = self._runs.lease.holder()
        orphan = holder is not None and holder.keeper is not None and not holder.keeper.alive()
        return (self._until_idle or orphan) and self._runs.lease.release(self._me, if_idle=True)

    def _round(self) -> None:
        active = {run.run: run for run in self._runs.list(states=ACTIVE)}
        for run in active.values():
            if run.run in self._children:
                self._look_after(run)
            else:
                self._recover(run)
        for name in self._children.names():
            if name not in active and self._children.poll(name) is not None:
                self._forget(name)
        while (claimed := self._runs.queue.claim()) is not None:
            self._start(claimed)

    def _start(self, run: Run) -> None:
        self._watch(run)
        try:
            self._children.start(run)
        except OSError as error:
            self._end(run, State.FAILED, START, sentence(error))
        else:
            _say(f"{run.run}: started, attempt {run.attempt}")

    def _recover(self, run: Run) -> None:
        """Decide what becomes of an active run that an earlier worker left."""
        process = Process.known(run.pid, run.born)
        if process is not None and process.alive():
            _say(f"{run.run}: process {process.pid} is still at work")
            self._children.adopt(run.run, process)
            self._watch(run)
        elif run.state is State.STOPPING:
            self._end(run, State.STOPPED)
        elif process is None:
            # Claimed, but no process has taken it up; one that still comes finds itself too late.
            self._end(run, State.QUEUED)
        else:
            self._end(run, State.INTERRUPTED, KILLED)

    def _watch(self, run: Run) -> None:
        self._watches[run.run] = _Watch(run.attempt, run.beats, time.monotonic(), oom_kills())

    def _look_after(self, run: Run) -> None:
        watch = self._watches[run.run]
        status = self._children.poll(run.run)
        if status is not None:
            self._settle(run, status, watch)
            return
        now = time.monotonic()
        if run.beats != watch.beats:
            watch.beats, watch.beaten = run.beats, now
        if now - watch.beaten > LOST_SECONDS:
            self._children.stop(run.run, by_force=True)
            self._end(run, State.INTERRUPTED, LOST)
        elif run.state is State.STOPPING:
            self._press(run, watch, now)

    def _press(self, run: Run, watch: _Watch, now: float) -> None:
        """Bring a run to stop that does not stop by itself: SIGTERM, then SIGKILL."""
        watch.stopping = watch.stopping or now
        waited = now - watch.stopping
        if waited > ASKED_SECONDS + TOLD_SECONDS:
            self._children.stop(run.run, by_force=True)
            self._end(run, State.STOPPED)
        elif waited > ASKED_SECONDS and not watch.told:
            watch.told = True
            self._children.stop(run.run)

    def _settle(self, run: Run, status: int, watch: _Watch) -> None:
        """Write down how a run ended whose process is gone without having done so itself."""
        self._end(run, *verdict(status, run.state, oom_kills() > watch.oom_kills))

    def _end(
        self, run: Run, state: State, reason: str | None = None, message: str | None = None
    ) -> None:
        if self._runs.attempts.end(run.run, run.attempt, state, reason, message):
            _say(" · ".join(filter(None, (f"{run.run}: {state.value}", reason, message))))
        if run.run not in self._children or self._children.poll(run.run) is not None:
            self._forget(run.run)

    def _forget(self, name: str) -> None:
        self._children.forget(name)
        self._watches.pop(name, None)

    def _forgive_silence(self) -> None:
        """Start counting anew: while the table cannot be written no child can beat."""
        for watch in self._watches.values():
            watch.beaten = time.monotonic()

    def _shut_down(self) -> None:
        """Ask every child to stop, then make it; each run is interrupted and can resume."""
        began = time.monotonic()
        told = False
        for name in self._children.names():
            self._children.stop(name)
        while self._still_working() and time.monotonic() - began < SHUTDOWN_SECONDS:
            if not told and time.monotonic() - began > SHUTDOWN_TOLD_SECONDS:
                told = True
                for name in self._still_working():
                    self._children.stop(name)
            time.sleep(0.05)
        for name in self._still_working():
            self._children.stop(name, by_force=True)
        try:
            for run in self._runs.list(states=ACTIVE):
                if run.run in self._children:
                    self._end(run, State.INTERRUPTED, SHUTDOWN)
            self._runs.lease.release(self._me)
        except TableError as error:
            _say(str(error))

    def _still_working(self) -> list[str]:
        return [name for name in self._children.names() if self._children.poll(name) is None]


def serve_jobs(home: Home, until_idle: bool = False, keeper: Process | None = None) -> None:
    """Carry out the runs of a home until SIGINT or SIGTERM.

    Parameters
    ----------
    until_idle : bool
        Whether to end by itself once nothing waits and nothing runs.
    keeper : Process, optional
        The web server that this worker was started for: without it, it ends once idle.

    Raises
    ------
    VitrinaError
        When another worker serves this home already.
    """
    runs = Runs(home)
    me = Process.current()
    worker = Worker(runs, me, until_idle)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        worker.ask_to_end()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    take_lease(runs, me, keeper)
    worker.loop()


def take_lease(runs: Runs, me: Process, keeper: Process | None) -> None:
    """Take the lease, from a worker that is dead at once, from a silent one after a while.

    Raises
    ------
    VitrinaError
        When another worker holds it and beats.
    """
    seen = runs.lease.holder()
    deadline = time.monotonic() + SILENT_SECONDS
    while seen is not None and seen.worker.alive() and time.monotonic() < deadline:
        now = runs.lease.holder()
        if now is not None and now.beats != seen.beats:
            raise _served(now.worker)
        time.sleep(ROUND_SECONDS)
        if now is None:
            seen = None
    if not runs.lease.take(me, keeper, over=seen):
        holder = runs.lease.holder()
        raise _served(holder.worker if holder else me)


def _served(by: Process) -> VitrinaError:
    return VitrinaError(
        _("Another worker (process {pid}) serves this home already; one is enough.").format(
            pid=by.pid
        )
    )


def _say(words: str) -> None:
    print(time.strftime("%Y-%m-%d %H:%M:%S"), words, flush=True)  # noqa: T201 - the worker's log


def main() -> None:
    """Serve a home as a process of its own, started by ``supervise``."""
    parser = argparse.ArgumentParser(prog="dashboard.jobs.worker")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--until-idle", action="store_true")
    parser.add_argument("--keeper", help="pid:born of the web server that it is started for")
    options = parser.parse_args()
    keeper = None
    if options.keeper:
        pid, born = options.keeper.split(":")
        keeper = Process(int(pid), float(born))
    try:
        serve_jobs(Home(options.home), options.until_idle, keeper)
    except VitrinaError as error:
        _say(str(error))
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
