"""The processes that work on runs."""

import subprocess
from signal import SIGKILL, SIGTERM

import vitrina
from dashboard.jobs.process import Process
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from model.run_files import LOG

# Stands for the exit status of a child of an earlier worker, which only its parent can read.
UNKNOWN_STATUS = -1000


class Children:
    """One process per run, each in a session of its own, so that it outlives the worker.

    Parameters
    ----------
    runs : Runs
        The table of runs, for their folders.
    """

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        self._adopted: dict[str, Process] = {}

    def __contains__(self, run: str) -> bool:
        return run in self._started or run in self._adopted

    def start(self, run: Run) -> None:
        """Start the process of a claimed run, with the run's log as its output."""
        folder = self._runs.folder(run.run)
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--home", str(self._runs.home.path.resolve()), "--attempt", str(run.attempt)]
        with (folder / LOG).open("ab") as log:
            self._started[run.run] = subprocess.Popen(
                vitrina.command("dashboard.jobs.child", *options, run.run),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=self._runs.home.environment()
                | {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONUNBUFFERED": "1"},
            )

    def adopt(self, run: str, process: Process) -> None:
        """Take over a process that an earlier worker started."""
        self._adopted[run] = process

    def stop(self, run: str, kill: bool = False) -> None:
        """Send SIGTERM to a run's process, or SIGKILL to it and all that it started."""
        process = self._process(run)
        if process is not None:
            process.send(SIGKILL if kill else SIGTERM, to_group=kill)

    def poll(self, run: str) -> int | None:
        """Return the exit status of a run's process, None while it runs."""
        if run in self._started:
            return self._started[run].poll()
        return None if self._adopted[run].alive() else UNKNOWN_STATUS

    def forget(self, run: str) -> None:
        """Remove a process that has ended."""
        self._started.pop(run, None)
        self._adopted.pop(run, None)

    def names(self) -> list[str]:
        """Return the runs whose process runs, or has ended and is not removed yet."""
        return [*self._started, *self._adopted]

    def _process(self, run: str) -> Process | None:
        if run in self._adopted:
            return self._adopted[run]
        return Process.of(self._started[run].pid)
