"""Processes are identified by id and start time."""

import os
import signal
import subprocess
import sys

from dashboard.jobs.process import Process


def test_this_process_is_alive() -> None:
    me = Process.current()
    assert me.alive()
    assert Process.of(os.getpid()) == me


def test_a_reused_process_id_is_another_process() -> None:
    me = Process.current()
    assert not Process(me.pid, me.born - 10).alive()


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = Process.of(child.pid)
    assert process is not None
    assert process.alive()
    process.send(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not process.alive()
    child.communicate()
    assert Process.of(child.pid) is None


def test_a_process_with_a_reused_id_receives_no_signal() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = Process.of(child.pid)
    assert process is not None
    Process(process.pid, process.born - 10).send(signal.SIGKILL)
    child.communicate(b"\n")
    assert child.returncode == 0
