"""Reasons of failures: recognised from exceptions and exit statuses, and explained."""

import errno
import signal
from pathlib import Path

import pytest

from dashboard.jobs import failures
from dashboard.jobs.engines.engine import OUT_OF_MEMORY_STATUS, UNKNOWN_STATUS
from dashboard.jobs.exit_status import end_of
from dashboard.jobs.failures import classify, explain, oom_kills, reason_of, sentence, status_of
from dashboard.jobs.states import State
from data.errors import BadInput


class ResourceExhaustedError(Exception):
    """Named as TensorFlow names its own."""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), failures.MEMORY),
        (ResourceExhaustedError("OOM when allocating tensor"), failures.MEMORY),
        (OSError(errno.ENOSPC, "No space left on device"), failures.DISK),
        (OSError("Can't write data (errno = 28, error message = 'No space left')"), failures.DISK),
        (FloatingPointError("The loss is not a number."), failures.NOT_A_NUMBER),
        (BadInput("There is no dataset x."), failures.INPUT),
        (KeyError("x"), failures.ERROR),
    ],
)
def test_an_exception_has_a_reason(error: Exception, reason: str) -> None:
    assert classify(error) == reason


def test_the_cause_of_an_exception_counts() -> None:
    error = RuntimeError("could not save")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert classify(error) == failures.DISK


def test_a_missing_dataset_is_the_reason_when_there_is_no_other() -> None:
    assert classify(FileNotFoundError("events.parquet"), dataset_exists=False) == failures.DATA
    assert classify(MemoryError(), dataset_exists=False) == failures.MEMORY


def test_every_reason_has_a_title_advice_and_its_own_exit_status() -> None:
    statuses = {status_of(reason) for reason in failures.REASONS}
    assert len(statuses) == len(failures.REASONS)
    for reason in failures.REASONS:
        assert reason_of(status_of(reason)) == reason
        assert explain(reason).title
        assert explain(reason).advice.endswith(".")


def test_an_error_is_described_in_one_line() -> None:
    assert sentence(BadInput("There is no dataset x.")) == "There is no dataset x."
    assert sentence(ValueError("\nfirst\nsecond")) == "ValueError: first"
    assert sentence(ValueError()) == "ValueError"


def test_processes_killed_for_lack_of_memory_are_counted(tmp_path: Path) -> None:
    counters = tmp_path / "vmstat"
    counters.write_text("pgfault 5\noom_kill 3\n")
    assert oom_kills(counters) == 3
    assert oom_kills(tmp_path / "none") == 0


@pytest.mark.parametrize(
    ("status", "state", "expected", "reason"),
    [
        (0, State.RUNNING, State.FINISHED, None),
        (0, State.STOPPING, State.FINISHED, None),
        (failures.STOPPED_STATUS, State.STOPPING, State.STOPPED, None),
        (-signal.SIGKILL, State.RUNNING, State.INTERRUPTED, failures.KILLED),
        (OUT_OF_MEMORY_STATUS, State.RUNNING, State.FAILED, failures.MEMORY),
        (-signal.SIGKILL, State.STOPPING, State.STOPPED, None),
        (OUT_OF_MEMORY_STATUS, State.STOPPING, State.STOPPED, None),
        (-signal.SIGSEGV, State.RUNNING, State.INTERRUPTED, failures.KILLED),
        (UNKNOWN_STATUS, State.RUNNING, State.INTERRUPTED, failures.KILLED),
        (status_of(failures.DISK), State.RUNNING, State.FAILED, failures.DISK),
        (status_of(failures.DISK), State.STOPPING, State.FAILED, failures.DISK),
        (status_of(failures.SHUTDOWN), State.RUNNING, State.INTERRUPTED, failures.SHUTDOWN),
        (1, State.STARTING, State.FAILED, failures.START),
        (1, State.RUNNING, State.FAILED, failures.ERROR),
    ],
)
def test_an_exit_status_determines_how_a_run_ended(
    status: int, state: State, expected: State, reason: str | None
) -> None:
    assert end_of(status, state)[:2] == (expected, reason)
