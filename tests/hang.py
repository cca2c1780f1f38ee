"""End the processes of a run of the tests in which no test ends any more, and say where they were.

A test that hangs is ended by pytest-timeout, in its own process. This is for what that cannot see:
a process that is suspended, holds the lock of the interpreter, or waits for work that never comes.
"""

import signal
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import psutil
import pytest


class Watchdog:
    """A plugin of pytest that aborts the processes of a run when no test has ended for some time.

    Each writes the stacks of its threads, and pytest-xdist names the test as failed.

    Parameters
    ----------
    config : pytest.Config
        Of the controller of pytest-xdist.
    seconds : float
        How long a run may be without the end of a test.
    """

    def __init__(self, config: pytest.Config, seconds: float) -> None:
        self._config, self._seconds = config, seconds
        self._over = threading.Event()
        self._last = 0.0

    def pytest_runtest_logreport(self) -> None:
        """Note that a test went on; watch from the first one on."""
        begins = not self._last
        self._last = time.monotonic()
        if begins:
            threading.Thread(target=self._watch, daemon=True).start()

    def pytest_sessionfinish(self) -> None:
        """Watch no longer."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(self._last + self._seconds - time.monotonic()):
            if time.monotonic() - self._last >= self._seconds:
                self._abort()
                return

    def _abort(self) -> None:
        scheduler: Any = self._config.pluginmanager.getplugin("dsession").sched
        say(f"No test has ended for {self._seconds:g} seconds.")
        for node in scheduler.nodes:
            with suppress(psutil.Error):
                process = psutil.Process(node.gateway._io.popen.pid)
                say(f"{node.gateway.id}: process {process.status()}")
                process.send_signal(signal.SIGABRT)
                process.resume()


def say(line: str) -> None:
    """Write a line to where the run was started, whatever captures the output."""
    sys.__stdout__.write(f"\n{line}\n")
    sys.__stdout__.flush()
