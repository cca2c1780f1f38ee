"""The process of one run on this machine."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from signal import SIGKILL, SIGTERM

import vitrina
from dashboard.jobs.engines.engine import OUT_OF_MEMORY_STATUS
from dashboard.jobs.failures import oom_kills
from dashboard.jobs.process import Process
from model.run_files import LOG


class ChildProcess:
    """A process in a session of its own, so that it outlives the one that starts it.

    Parameters
    ----------
    home : Path
        Folder of the home.
    folder : Path
        Folder of the run; it is made, and its log gets the output.
    run : str
    attempt : int
    environment : mapping of str to str

    Raises
    ------
    OSError
        When it cannot be started.
    """

    def __init__(
        self, home: Path, folder: Path, run: str, attempt: int, environment: Mapping[str, str]
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._oom_kills = oom_kills()
        options = ["--home", str(home.resolve()), "--attempt", str(attempt)]
        with (folder / LOG).open("ab") as log:
            self._popen = subprocess.Popen(
                vitrina.command("dashboard.jobs.child", *options, run),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**environment, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUNBUFFERED": "1"},
            )

    def poll(self) -> int | None:
        """Return the exit status, or minus a signal; None while it runs."""
        status = self._popen.poll()
        return None if status is None else self._status(status)

    def wait(self) -> int:
        """Wait for its end and return what ``poll`` does."""
        return self._status(self._popen.wait())

    def stop(self, kill: bool) -> None:
        """Send SIGTERM to the process, or SIGKILL to it and all that it started."""
        process = Process.of(self._popen.pid)
        if process is not None:
            process.send(SIGKILL if kill else SIGTERM, to_group=kill)

    def _status(self, status: int) -> int:
        is_short = status == -SIGKILL and oom_kills() > self._oom_kills
        return OUT_OF_MEMORY_STATUS if is_short else status
