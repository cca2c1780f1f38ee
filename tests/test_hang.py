"""A run of the tests never waits for ever."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONFTEST = """
from tests.hang import Watchdog
def pytest_sessionstart(session):
    if session.config.pluginmanager.hasplugin("dsession"):
        session.config.pluginmanager.register(Watchdog(session.config, 5))
"""
SUSPENDED = """
import os, signal
def test_one(): pass
def test_two():
    os.kill(os.getpid(), signal.SIGSTOP)
    signal.pause()  # Else it ends while the stacks are written, by another thread.
def test_three(): pass
"""


@pytest.mark.slow
def test_a_run_whose_process_is_suspended_ends_and_names_the_test(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(SUSPENDED)
    command = [sys.executable, "-m", "pytest", "-n", "1", "--dist", "loadscope"]
    done = subprocess.run(
        [*command, "--max-worker-restart", "0", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "No test has ended for 5 seconds" in done.stdout
    assert "gw0: process stopped" in done.stdout
    assert "Fatal Python error: Aborted" in done.stderr
    assert "crashed while running 'test_it.py::test_two'" in done.stdout
    assert "1 failed, 1 passed" in done.stdout
