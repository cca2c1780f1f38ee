"""Keeping a worker: a web server starts one, watches it, and ends it with itself."""

import subprocess
import threading
import time
from contextlib import suppress
from signal import SIGKILL, SIGTERM

import vitrina
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import TableError
from dashboard.jobs.states import ACTIVE
from data.home import Home

LOOK_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
END_SECONDS = 4.5


class Handle:
    """A worker that this process keeps alive.

    Parameters
    ----------
    home : Home
        What it serves.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._me = Process.current()
        self._runs = Runs(home)
        self._spawned: subprocess.Popen[bytes] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="keeper", daemon=True)

    def keep(self) -> None:
        """Start a worker where none lives, and another whenever it dies."""
        self._look()
        self._thread.start()

    def end(self) -> None:
        """End the worker and what it runs, within five seconds; leave one kept by others."""
        self._over.set()
        self._thread.join()
        worker = self._mine()
        if worker is not None:
            worker.send(SIGTERM)
            deadline = time.monotonic() + END_SECONDS
            while worker.alive() and time.monotonic() < deadline:
                self._collect()
                time.sleep(0.05)
            if worker.alive():
                self._end_by_force(worker)
        self._collect()
        self._runs.close()

    def _mine(self) -> Process | None:
        """Return the worker kept for this process, even one that holds no lease yet."""
        with suppress(TableError):
            holder = self._runs.lease.holder()
            if holder is not None and holder.keeper == self._me:
                return holder.worker
        if self._spawned is not None and self._spawned.poll() is None:
            return Process.of(self._spawned.pid)
        return None

    def _end_by_force(self, worker: Process) -> None:
        worker.send(SIGKILL)
        with suppress(TableError):
            for run in self._runs.list(states=ACTIVE):
                child = Process.known(run.pid, run.born)
                if child is not None:
                    child.send(SIGKILL, to_group=True)

    def _watch(self) -> None:
        pause = LOOK_SECONDS
        while not self._over.wait(pause):
            try:
                started = self._look()
            except (TableError, OSError):
                started = True
            # A worker that dies at once is not started once a second.
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS) if started else LOOK_SECONDS

    def _look(self) -> bool:
        """Adopt or start a worker where need be; True when one was started."""
        self._collect()
        holder = self._runs.lease.holder()
        if holder is not None and holder.worker.alive():
            if holder.keeper is not None and not holder.keeper.alive():
                self._runs.lease.adopt(holder, self._me)
            return False
        if self._spawned is not None:
            return False
        self._spawned = spawn(self._home, keeper=self._me)
        return True

    def _collect(self) -> None:
        if self._spawned is not None and self._spawned.poll() is not None:
            self._spawned = None


def ensure_worker(home: Home, until_idle: bool = False) -> Handle | None:
    """See to it that a worker serves a home, and return at once.

    Parameters
    ----------
    until_idle : bool
        Start one that nobody keeps and that ends when nothing is left to do. Otherwise the
        worker is kept by this process: restarted when it dies, ended by ``stop_worker``.

    Returns
    -------
    Handle or None
        What ``stop_worker`` takes; None with ``until_idle``.
    """
    if not until_idle:
        handle = Handle(home)
        handle.keep()
        return handle
    runs = Runs(home)
    holder = runs.lease.holder()
    if holder is None or not holder.worker.alive():
        spawn(home)
    runs.close()
    return None


def stop_worker(handle: Handle | None) -> None:
    """End the worker that this process keeps, and what it runs, within five seconds."""
    if handle is not None:
        handle.end()


def spawn(home: Home, keeper: Process | None = None) -> subprocess.Popen[bytes]:
    """Start a worker in a session of its own, so that it outlives whoever asked for it."""
    options = ["--home", str(home.path.resolve())]
    options += ["--keeper", f"{keeper.pid}:{keeper.born}"] if keeper else ["--until-idle"]
    home.path.mkdir(parents=True, exist_ok=True)
    with (home.path / "worker.log").open("ab") as log:
        return subprocess.Popen(
            vitrina.command("dashboard.jobs.worker", *options),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
