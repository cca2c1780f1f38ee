"""Processes, identified by process id and start time, since ids are reused."""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Process:
    """A process of this machine.

    Attributes
    ----------
    pid : int
        Process id.
    born : float
        Start time in seconds since the machine started, which setting the clock does not change.
    """

    pid: int
    born: float

    @classmethod
    def current(cls) -> "Process":
        """Return this process."""
        return cls(os.getpid(), _born(psutil.Process()))

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        """Return the process with this id, None when there is none."""
        try:
            return cls(pid, _born(psutil.Process(pid)))
        except psutil.Error:
            return None

    @classmethod
    def known(cls, pid: int | None, born: float | None) -> "Process | None":
        """Return the process stored in a row of the table, None when none is stored."""
        return None if pid is None or born is None else cls(pid, born)

    def alive(self) -> bool:
        """Return whether the process still runs; a zombie does not."""
        try:
            process = psutil.Process(self.pid)
            same = abs(_born(process) - self.born) < 0.05
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def send(self, number: signal.Signals, to_group: bool = False) -> None:
        """Send a signal to the process, or to its whole process group if it leads one."""
        if not self.alive():
            return
        with suppress(ProcessLookupError, PermissionError):
            if to_group and os.getpgid(self.pid) == self.pid:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)


def _born(process: psutil.Process) -> float:
    return float(process.create_time() - psutil.boot_time())
