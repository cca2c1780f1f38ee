"""End a run of the tests in which no test ends any more, and say where.

A test that hangs is ended by pytest-timeout, in its own process. This is for what that cannot see:
a process that is suspended, holds the lock of the interpreter, or waits for work that never comes.
"""

import os
import sys
import threading
import time
from typing import Any

import psutil
import pytest


class Watchdog:
    """A plugin of pytest that ends the run when no test has ended for some time.

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
        self._last = time.monotonic()
        threading.Thread(target=self._watch, daemon=True).start()

    def pytest_runtest_logreport(self) -> None:
        """Note that a test went on."""
        self._last = time.monotonic()

    def pytest_sessionfinish(self) -> None:
        """Watch no longer."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(self._last + self._seconds - time.monotonic()):
            if time.monotonic() - self._last >= self._seconds:
                self._end()

    def _end(self) -> None:
        scheduler: Any = self._config.pluginmanager.getplugin("dsession").sched
        lines = [f"No test has ended for {self._seconds:g} seconds. What had not ended yet:"]
        for node, scopes in scheduler.assigned_work.items():
            tests = [
                test for units in scopes.values() for test, ended in units.items() if not ended
            ]
            lines += [f"{node.gateway.id}: {test}" for test in tests[:3]]
            lines.append(f"{node.gateway.id}: {len(tests)} tests, process {_state(node)}")
        lines.append(f"waiting for a process: {len(scheduler.workqueue)} groups of tests")
        sys.__stdout__.write("\n" + "\n".join(lines) + "\n")
        sys.__stdout__.flush()
        for process in psutil.Process().children(recursive=True):
            process.kill()
        os._exit(1)


def _state(node: Any) -> str:
    try:
        return str(psutil.Process(node.gateway._io.popen.pid).status())
    except psutil.Error:
        return "gone"
