"""A run of the tests never waits for ever."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONFTEST = """
import pytest
from tests.hang import Watchdog
def pytest_sessionstart(session):
    if session.config.pluginmanager.hasplugin("dsession"):
        session.config.pluginmanager.register(Watchdog(session.config, 5))
"""
SUSPENDED = """
import os, pathlib, signal
HERE = pathlib.Path(__file__).parent
def test_one(): pass
def test_two():
    if not (HERE / "once").exists():
        (HERE / "once").touch()
        os.kill(os.getpid(), signal.SIGSTOP)
@pytest.mark.parametrize("letter", ["a@b", "c"])
def test_three(letter): (HERE / "three").touch()
"""
FAILED = "def test_first(): assert False\n"


def run(folder: Path, *first: str) -> subprocess.CompletedProcess[str]:
    """Run tests of which one suspends its process, once."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text("\n".join(["import pytest", *first, SUSPENDED]))
    command = [sys.executable, "-m", "pytest", "-n", "1", "--dist", "loadscope"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.slow
def test_what_is_left_of_a_run_whose_process_is_suspended_runs_in_a_new_one(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No test has ended for 5 seconds" in done.stdout
    assert "gw0: 3 tests, ['test_it.py::test_two', " in done.stdout
    assert "gw0: process stopped" in done.stdout
    assert "Fatal Python error: Aborted" in done.stderr
    assert "3 passed" in done.stdout
    assert (tmp_path / "three").exists()


@pytest.mark.slow
def test_nothing_runs_anew_where_a_test_has_failed(tmp_path: Path) -> None:
    done = run(tmp_path, FAILED)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "A test has failed before" in done.stdout
    assert not (tmp_path / "three").exists()
