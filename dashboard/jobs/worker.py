"""The worker: claims runs from the queue, starts a process for each, and records how it ends."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from dashboard.jobs.engines.engine import Engine, Progress
from dashboard.jobs.engines.engine_choice import make_engine
from dashboard.jobs.exit_status import end_of, end_without_process
from dashboard.jobs.failures import KILLED, LOST, SHUTDOWN, START, sentence
from dashboard.jobs.lease import SILENT_SECONDS, machines_of
from dashboard.jobs.notifier import Notifier
from dashboard.jobs.other_nodes import LOST_SECONDS, OtherNodes
from dashboard.jobs.process import Process
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import TableError
from dashboard.jobs.shared_home import check_home
from dashboard.jobs.states import ACTIVE, State
from dashboard.jobs.store_keeper import StoreKeeper
from dashboard.jobs.unfinished_renames import finish_renames
from dashboard.jobs.worker_log import log
from data.errors import VitrinaError
from data.home import PRIVATE, Home
from data.i18n import _

POLL_SECONDS = 0.25
HEARTBEAT_SECONDS = 1.0
PURGE_SECONDS = 60.0
# How long a child that was asked to stop has before SIGTERM, and after it before SIGKILL.
STOP_SECONDS = 20.0
TERM_SECONDS = 10.0
# When the worker itself ends: before a second SIGTERM, and before SIGKILL. Less than 5 seconds.
SHUTDOWN_TERM_SECONDS = 2.0
SHUTDOWN_KILL_SECONDS = 3.5


@dataclass
class _Observation:
    """What the worker remembers of an active run; times are monotonic."""

    attempt: int
    beats: int
    heartbeat: float
    stop_time: float | None = None
    terminated: bool = False


class Worker:
    """The loop of the worker over one home.

    Parameters
    ----------
    runs : Runs
        The table.
    engine : Engine
        Where runs execute.
    process : Process
        This process, which holds the lease.
    until_idle : bool
        Whether to end once no run waits or is active.
    slots : int, optional
    labels : sequence of str
        How many trainings run at once, and which runs it takes; see ``Queue.claim``.
    """

    def __init__(
        self,
        runs: Runs,
        engine: Engine,
        process: Process,
        until_idle: bool,
        *,
        slots: int | None = None,
        labels: Sequence[str] = (),
    ) -> None:
        self._runs = runs
        self._process = process
        self._until_idle = until_idle
        self._slots = slots
        self._labels = labels
        self._machines = 1
        self._engine = engine
        self._notifier = Notifier(runs.outbox, log)
        self._observations: dict[str, _Observation] = {}
        self._other_nodes = OtherNodes(runs)
        self._ending = self._draining = self._cut_off = False
        self._heartbeat = self._purged = 0.0

    def request_end(self) -> None:
        """End the loop soon; active runs are interrupted and can be resumed."""
        self._ending = True

    def loop(self) -> None:
        """Work until asked to end, until idle if so configured, or until home or lease are lost."""
        while not self._ending:
            try:
                if not self._runs.exists() or not self._maintain() or self._release_when_idle():
                    return
                self._poll()
                self._note_connection()
            except TableError as error:
                self._note_connection(error)
                self._reset_heartbeats()
            time.sleep(POLL_SECONDS)
        self._shut_down()

    def _note_connection(self, error: TableError | None = None) -> None:
        """Log that the table cannot be used, and that it can be again."""
        if error is not None and not self._cut_off:
            log(str(error))
        elif error is None and self._cut_off:
            log("The table of runs can be used again.")
        self._cut_off = error is not None

    def _maintain(self) -> bool:
        now = time.monotonic()
        if now - self._purged >= PURGE_SECONDS:
            self._purged = now
            self._runs.deletion.purge()
            self._runs.outbox.purge()
            self._finish_renames()
            self._train_again()
        if now - self._heartbeat >= HEARTBEAT_SECONDS:
            self._heartbeat = now
            self._other_nodes.watch()
            self._notifier.poll()
            load = self._engine.load()
            self._machines = machines_of(load)
            return self._runs.lease.renew(self._process, load)
        return True

    def _finish_renames(self) -> None:
        """Finish what a process that ended has left half renamed, now or a minute later."""
        with suppress(OSError):
            for name in finish_renames(self._runs):
                log(f"{name}: its runs have the new name of the dataset, too")

    def _train_again(self) -> None:
        """Queue what is due by the rules of datasets, where there are any."""
        if not self._runs.retraining_rules.all():
            return
        from dashboard.jobs.due_retrainings import start_due  # it loads the library of datasets

        for run in start_due(self._runs):
            log(f"{run}: queued by the rule of its dataset")

    def _release_when_idle(self) -> bool:
        """Release the lease when idle, if configured so, if drained or if the keeper has ended."""
        holder = self._runs.lease.holder()
        if holder is None:
            return False
        if holder.draining and not self._draining:
            log("takes no further run")
        self._draining = holder.draining
        if self._observations:
            return False
        if self._draining:
            return self._runs.lease.release(self._process)
        orphan = holder.keeper is not None and not holder.keeper.alive()
        if not (self._until_idle or orphan) or self._notifier.poll():
            return False
        return self._runs.lease.release(self._process, if_idle=True)

    def _poll(self) -> None:
        runs = self._runs.list(states=ACTIVE)
        active = {run.run: run for run in runs if run.node == self._runs.node}
        for run in active.values():
            if run.run in self._observations:
                self._monitor(run)
            else:
                self._recover(run)
        for name in self._engine.names():
            if name not in active and self._has_ended(name):
                self._forget(name)
        while not self._draining and (claimed := self._claim()) is not None:
            self._start(claimed)

    def _claim(self) -> Run | None:
        return self._runs.queue.claim(self._slots, self._machines, self._labels)

    def _start(self, run: Run) -> None:
        self._observe(run)
        try:
            lack = self._engine.start(run)
        except OSError as error:
            self._end(run, State.FAILED, START, sentence(error))
        else:
            waits = f", waits for a machine with {lack}; none has so much now" if lack else ""
            log(f"{run.run}: started, attempt {run.attempt}{waits}")
            if lack != run.progress.get("lack"):
                self._runs.attempts.note_lack(run.run, run.attempt, lack)

    def _recover(self, run: Run) -> None:
        """Adopt, requeue or end an active run of an earlier worker."""
        if self._engine.adopt(run):
            log(f"{run.run}: process {run.pid} is still running")
            self._observe(run)
        else:
            self._end(run, *end_without_process(run, KILLED))

    def _observe(self, run: Run) -> None:
        self._observations[run.run] = _Observation(run.attempt, run.beats, time.monotonic())

    def _monitor(self, run: Run) -> None:
        observation = self._observations[run.run]
        progress = self._engine.poll(run.run)
        if not isinstance(progress, Progress):
            self._end(run, *end_of(progress, run.state))
            return
        now = time.monotonic()
        if run.beats != observation.beats or progress is Progress.WAITING:
            observation.beats, observation.heartbeat = run.beats, now
        if now - observation.heartbeat > LOST_SECONDS:
            self._engine.stop(run.run, kill=True)
            self._end(run, State.INTERRUPTED, LOST)
        elif run.state is State.STOPPING:
            self._stop(run, observation, now)

    def _stop(self, run: Run, observation: _Observation, now: float) -> None:
        """Stop a run that does not stop by itself: SIGTERM, then SIGKILL."""
        observation.stop_time = observation.stop_time or now
        waited = now - observation.stop_time
        if waited > STOP_SECONDS + TERM_SECONDS:
            self._engine.stop(run.run, kill=True)
            self._end(run, State.STOPPED)
        elif waited > STOP_SECONDS and not observation.terminated:
            observation.terminated = True
            self._engine.stop(run.run)

    def _end(
        self, run: Run, state: State, reason: str | None = None, message: str | None = None
    ) -> None:
        """Record the end of a run whose process has not recorded it."""
        if self._runs.attempts.end(run.run, run.attempt, state, reason, message):
            log(" · ".join(filter(None, (f"{run.run}: {state.value}", reason, message))))
        if run.run not in self._engine.names() or self._has_ended(run.run):
            self._forget(run.run)

    def _forget(self, name: str) -> None:
        self._engine.forget(name)
        self._observations.pop(name, None)

    def _reset_heartbeats(self) -> None:
        """Restart the time-out of every child: none can send a heartbeat to a locked table."""
        for observation in self._observations.values():
            observation.heartbeat = time.monotonic()
        self._other_nodes.reset()

    def _shut_down(self) -> None:
        """Terminate every child; each run is interrupted and can be resumed."""
        start = time.monotonic()
        repeated = False
        for name in self._engine.names():
            self._engine.stop(name)
        while self._running() and time.monotonic() - start < SHUTDOWN_KILL_SECONDS:
            if not repeated and time.monotonic() - start > SHUTDOWN_TERM_SECONDS:
                repeated = True
                for name in self._running():
                    self._engine.stop(name)
            time.sleep(0.05)
        for name in self._running():
            self._engine.stop(name, kill=True)
        try:
            for run in self._runs.list(states=ACTIVE):
                if run.run in self._observations:
                    self._end(run, State.INTERRUPTED, SHUTDOWN)
            self._runs.lease.release(self._process)
        except TableError as error:
            log(str(error))

    def _running(self) -> list[str]:
        return [name for name in self._engine.names() if not self._has_ended(name)]

    def _has_ended(self, name: str) -> bool:
        return not isinstance(self._engine.poll(name), Progress)


def serve_jobs(
    home: Home,
    until_idle: bool = False,
    keeper: Process | None = None,
    slots: int | None = None,
    labels: Sequence[str] = (),
) -> None:
    """Work on the runs of a home until SIGINT or SIGTERM.

    Parameters
    ----------
    until_idle : bool
        Whether to end by itself once no run waits or is active.
    keeper : Process, optional
        The web server that started this worker; after its end the worker ends once idle.
    slots : int, optional
        How many trainings run at once; default: what the engine has room for.
    labels : sequence of str
        It also takes runs that ask for one of these.

    Raises
    ------
    VitrinaError
        When another worker serves this home on this machine, its folder is not the one that the
        machines of this database share, or the engine cannot be used.
    """
    os.umask(PRIVATE)  # of the children, too
    runs = Runs(home)
    check_home(runs)
    if home.store_url is not None:
        StoreKeeper(home, log).start()
    process = Process.current()
    engine = make_engine(runs)
    slots = slots or engine.slots()
    worker = Worker(runs, engine, process, until_idle, slots=slots, labels=labels)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        worker.request_end()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    take_lease(runs, process, keeper, slots=slots, labels=labels)
    worker.loop()


def take_lease(
    runs: Runs,
    process: Process,
    keeper: Process | None,
    *,
    slots: int | None = None,
    labels: Sequence[str] = (),
) -> None:
    """Take the lease: at once from a dead worker, after ``SILENT_SECONDS`` from a silent one.

    Raises
    ------
    VitrinaError
        When another worker holds it and sends heartbeats.
    """
    previous = runs.lease.holder()
    deadline = time.monotonic() + SILENT_SECONDS
    while previous is not None and previous.worker.alive() and time.monotonic() < deadline:
        now = runs.lease.holder()
        if now is not None and now.beats != previous.beats:
            raise _already_served(now.worker)
        time.sleep(POLL_SECONDS)
        if now is None:
            previous = None
    if not runs.lease.take(process, keeper, previous, slots, labels):
        holder = runs.lease.holder()
        raise _already_served(holder.worker if holder else process)


def _already_served(worker: Process) -> VitrinaError:
    return VitrinaError(
        _("Another worker (process {pid}) serves this home already; one is enough.").format(
            pid=worker.pid
        )
    )


def main() -> None:
    """Work as a process of its own, started by ``supervisor.spawn``."""
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
        serve_jobs(Home.default(options.home), options.until_idle, keeper)
    except VitrinaError as error:
        log(str(error))
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
