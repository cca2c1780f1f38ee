"""The engine of one machine: a process for each run."""

from signal import SIGKILL, SIGTERM

from dashboard.jobs.engines.child_process import ChildProcess
from dashboard.jobs.engines.engine import UNKNOWN_STATUS, Progress
from dashboard.jobs.node import machine_load
from dashboard.jobs.process import Process
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs


class LocalEngine:
    """Runs execute on this machine, as processes that outlive the worker.

    Parameters
    ----------
    runs : Runs
        The table of runs, for their folders.
    """

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._started: dict[str, ChildProcess] = {}
        self._adopted: dict[str, Process] = {}

    def start(self, run: Run) -> None:
        """Start the process of a claimed run."""
        home = self._runs.home
        self._started[run.run] = ChildProcess(
            home.path, self._runs.folder(run.run), run.run, run.attempt, home.environment()
        )

    def adopt(self, run: Run) -> bool:
        """Take over a living process that an earlier worker of this machine started."""
        process = Process.known(run.pid, run.born)
        if process is None or not process.alive():
            return False
        self._adopted[run.run] = process
        return True

    def poll(self, run: str) -> int | Progress:
        """Return the exit status of a run's process, which only its parent can read."""
        if run in self._started:
            status = self._started[run].poll()
        else:
            status = None if self._adopted[run].alive() else UNKNOWN_STATUS
        return Progress.RUNNING if status is None else status

    def stop(self, run: str, kill: bool = False) -> None:
        """Send SIGTERM to a run's process, or SIGKILL to it and all that it started."""
        if run in self._adopted:
            self._adopted[run].send(SIGKILL if kill else SIGTERM, to_group=kill)
        else:
            self._started[run].stop(kill)

    def forget(self, run: str) -> None:
        """Remove a process that has ended."""
        self._started.pop(run, None)
        self._adopted.pop(run, None)

    def names(self) -> list[str]:
        """Return the runs whose process runs, or has ended and is not removed yet."""
        return [*self._started, *self._adopted]

    def slots(self) -> None:
        """Return None: the queue knows the size of this machine."""

    def load(self) -> dict[str, float]:
        """Return memory, load average and cores of this machine."""
        return machine_load()
