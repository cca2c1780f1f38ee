"""Which process is meant."""

import os
import signal
import subprocess
import sys

from dashboard.jobs.process import Process


def test_this_process_is_alive() -> None:
    me = Process.current()
    assert me.alive()
    assert Process.of(os.getpid()) == me


def test_a_number_that_was_given_to_another_process_is_not_the_same() -> None:
    me = Process.current()
    assert not Process(me.pid, me.born - 10).alive()


def test_a_process_that_ended_is_dead_before_it_is_collected() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = Process.of(child.pid)
    assert process is not None
    assert process.alive()
    process.send(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not process.alive()
    child.communicate()
    assert Process.of(child.pid) is None


def test_no_signal_reaches_a_process_that_took_the_number_over() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = Process.of(child.pid)
    assert process is not None
    Process(process.pid, process.born - 10).send(signal.SIGKILL)
    child.communicate(b"\n")
    assert child.returncode == 0
