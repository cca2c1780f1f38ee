"""The supervisor in a web server: starts a worker, restarts it, and ends it with the server."""

import subprocess
import threading
import time
from contextlib import suppress
from signal import SIGKILL, SIGTERM

import vitrina
from dashboard.jobs.engines.engine_choice import check_engine
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import TableError
from dashboard.jobs.states import ACTIVE
from data.home import Home

CHECK_SECONDS = 1.0
MAX_BACKOFF_SECONDS = 30.0
END_SECONDS = 4.5


class Supervisor:
    """Keeps a worker alive.

    Parameters
    ----------
    home : Home
        What the worker serves.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._process = Process.current()
        self._runs = Runs(home)
        self._spawned: subprocess.Popen[bytes] | None = None
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start a worker where none is alive, and another one whenever it has died.

        Raises
        ------
        BadInput
            When no worker can start, as its engine needs another table of runs.
        """
        check_engine(self._runs)
        self._check()
        self._runs.lease.add_server(self._process)
        self._thread.start()

    def close(self) -> None:
        """End the worker and its children within five seconds, unless another server needs it.

        Another server of this home adopts the worker when its keeper, this process, has ended.
        """
        self._closed.set()
        self._thread.join()
        worker = self._own_worker()
        if worker is not None and not self._has_successor():
            worker.send(SIGTERM)
            deadline = time.monotonic() + END_SECONDS
            while worker.alive() and time.monotonic() < deadline:
                self._collect()
                time.sleep(0.05)
            if worker.alive():
                self._kill(worker)
        self._collect()
        self._runs.close()

    def _has_successor(self) -> bool:
        with suppress(TableError):
            return self._runs.lease.remove_server(self._process)
        return False

    def _own_worker(self) -> Process | None:
        """Return the worker that this process keeps, even before it holds the lease."""
        with suppress(TableError):
            holder = self._runs.lease.holder()
            if holder is not None and holder.keeper == self._process:
                return holder.worker
        if self._spawned is not None and self._spawned.poll() is None:
            return Process.of(self._spawned.pid)
        return None

    def _kill(self, worker: Process) -> None:
        worker.send(SIGKILL)
        with suppress(TableError):
            for run in self._runs.list(states=ACTIVE):
                child = Process.known(run.pid, run.born)
                if child is not None and run.node == self._runs.node:
                    child.send(SIGKILL, to_group=True)

    def _watch(self) -> None:
        pause = CHECK_SECONDS
        while not self._closed.wait(pause):
            try:
                started = self._check()
            except (TableError, OSError):
                started = True
            # Back off from a worker that dies at once.
            pause = min(pause * 2, MAX_BACKOFF_SECONDS) if started else CHECK_SECONDS

    def _check(self) -> bool:
        """Adopt or start a worker if necessary; True when one was started."""
        self._collect()
        holder = self._runs.lease.holder()
        if holder is not None and holder.worker.alive():
            if holder.keeper is not None and not holder.keeper.alive():
                self._runs.lease.adopt(holder, self._process)
            return False
        if self._spawned is not None:
            return False
        self._spawned = spawn(self._home, keeper=self._process)
        return True

    def _collect(self) -> None:
        if self._spawned is not None and self._spawned.poll() is not None:
            self._spawned = None


def keep_worker(home: Home) -> Supervisor:
    """Start a worker for a home that has none, and keep it until ``stop_worker``."""
    supervisor = Supervisor(home)
    supervisor.start()
    return supervisor


def start_worker(home: Home) -> "subprocess.Popen[bytes] | None":
    """Start a worker that ends when the queue is empty, where none is alive.

    It goes on after the process that started it has ended.

    Returns
    -------
    subprocess.Popen or None
        The worker; None where another one serves the home.

    Raises
    ------
    BadInput
        As ``Supervisor.start``.
    """
    runs = Runs(home)
    check_engine(runs)
    holder = runs.lease.holder()
    is_served = holder is not None and holder.worker.alive()
    is_served = is_served or bool(runs.lease.heard())
    runs.close()
    return None if is_served else spawn(home)


def stop_worker(supervisor: Supervisor | None) -> None:
    """End the worker that this process keeps, and its children, within five seconds."""
    if supervisor is not None:
        supervisor.close()


def spawn(home: Home, keeper: Process | None = None) -> subprocess.Popen[bytes]:
    """Start a worker in a session of its own, so that it outlives this process."""
    options = ["--home", str(home.path.resolve())]
    options += ["--keeper", f"{keeper.pid}:{keeper.born}"] if keeper else ["--until-idle"]
    home.make()
    with (home.path / "worker.log").open("ab") as log:
        return subprocess.Popen(
            vitrina.command("dashboard.jobs.worker", *options),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=home.environment(),
        )
