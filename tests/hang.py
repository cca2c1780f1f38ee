"""End a run of the tests in which no test ends any more, say where, and run the rest anew.

A test that hangs is ended by pytest-timeout, in its own process. This is for what that cannot see:
a process that is suspended, holds the lock of the interpreter, or waits for work that never comes.
"""

import os
import re
import signal
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

STACK_SECONDS = 60


class Watchdog:
    """A plugin of pytest that ends the run when no test has ended for some time.

    What is left runs in one process that takes the place of this one, so that a test that hangs
    for a reason of its own is named by pytest-timeout, unless a test has failed before.

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
        self._failed = self._ends = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that a test went on; watch from the first one on."""
        begins = not self._last
        self._last = time.monotonic()
        self._failed = self._failed or report.failed
        if begins:
            threading.Thread(target=self._watch, daemon=True).start()

    def pytest_testnodedown(self) -> None:
        """Wait for the end, where it is this that ends the processes."""
        if self._ends:
            threading.Event().wait()

    def pytest_sessionfinish(self) -> None:
        """Watch no longer."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(self._last + self._seconds - time.monotonic()):
            if time.monotonic() - self._last >= self._seconds:
                self._end()

    def _end(self) -> None:
        self._ends = True
        scheduler: Any = self._config.pluginmanager.getplugin("dsession").sched
        groups = [*scheduler.workqueue.values()]
        say(f"No test has ended for {self._seconds:g} seconds. What had not ended yet:")
        for node, own in scheduler.assigned_work.items():
            groups += own.values()
            tests = unfinished(own.values())
            say(f"{node.gateway.id}: {len(tests)} tests, {tests[:3]}")
            with suppress(psutil.Error):
                process = psutil.Process(node.gateway._io.popen.pid)
                say(f"{node.gateway.id}: process {process.status()}")
                process.send_signal(signal.SIGABRT)  # writes the stack of every thread
                process.resume()
                process.wait(STACK_SECONDS)
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                process.kill()
        if self._failed:
            say("A test has failed before: the rest does not run.")
            os._exit(1)
        arguments = Path(tempfile.mkstemp(suffix=".txt")[1])
        arguments.write_text("\n".join(unfinished(groups)))
        say("The rest runs in a new process.")
        os.chdir(self._config.rootpath)
        options = ["-v", "-p", "no:cacheprovider"]
        os.execv(sys.executable, [sys.executable, "-m", "pytest", *options, f"@{arguments}"])


def unfinished(groups: Any) -> list[str]:
    """Return the tests of some groups of pytest-xdist that have not ended, without their group."""
    tests = [test for group in groups for test, ended in group.items() if not ended]
    return [re.sub(r"@[^]]*$", "", test) for test in tests]


def say(line: str) -> None:
    """Write a line to where the run was started, whatever captures the output."""
    sys.__stdout__.write(f"\n{line}\n")
    sys.__stdout__.flush()
