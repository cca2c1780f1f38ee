"""Which process is meant: a number alone is used again, a number and a birth are not."""

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
        Its number.
    born : float
        When it began, in seconds after the machine did: setting the clock does not change it.
    """

    pid: int
    born: float

    @classmethod
    def current(cls) -> "Process":
        """Return this process."""
        return cls(os.getpid(), _born(psutil.Process()))

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        """Return the process of this number, None when there is none."""
        try:
            return cls(pid, _born(psutil.Process(pid)))
        except psutil.Error:
            return None

    @classmethod
    def known(cls, pid: int | None, born: float | None) -> "Process | None":
        """Return the process that a row of the table names, None when it names none."""
        return None if pid is None or born is None else cls(pid, born)

    def alive(self) -> bool:
        """Tell whether it still runs; one that ended and waits to be collected does not."""
        try:
            process = psutil.Process(self.pid)
            same = abs(_born(process) - self.born) < 0.05
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def send(self, number: signal.Signals, to_group: bool = False) -> None:
        """Send a signal to it, or to every process of the session that it leads."""
        if not self.alive():
            return
        with suppress(ProcessLookupError, PermissionError):
            if to_group and os.getpgid(self.pid) == self.pid:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)


def _born(process: psutil.Process) -> float:
    return float(process.create_time() - psutil.boot_time())
