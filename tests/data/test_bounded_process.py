"""Calls in a process with bounds on memory and time."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from data.bounded_process import BoundedProcess
from data.errors import BadInput, VitrinaError
from data.i18n import use_language


@pytest.fixture(scope="module")
def bounded() -> Iterator[BoundedProcess]:
    yield BoundedProcess(memory=256 << 20, seconds=30)


def allocate(size: int) -> int:
    return len(bytearray(size))


def refuse(sentence: str) -> None:
    raise BadInput(sentence, field="file")


def divide() -> float:
    return 1 / 0


def refuse_for_memory() -> None:
    try:
        allocate(1 << 40)
    except MemoryError as error:
        raise BadInput("damaged") from error


def test_the_result_comes_back_and_the_process_is_used_again(bounded: BoundedProcess) -> None:
    assert bounded.call(allocate, 10) == 10
    assert bounded.call(sorted, [3, 1, 2], reverse=True) == [3, 2, 1]
    assert len(bounded._idle) == 1


def test_too_much_memory_is_refused_in_a_sentence(bounded: BoundedProcess) -> None:
    with pytest.raises(BadInput, match="It takes too much memory to look into this file"):
        bounded.call(allocate, 1 << 30)
    with pytest.raises(BadInput, match="too much memory"):
        bounded.call(refuse_for_memory)
    assert bounded._idle == []  # what its libraries hold on to would be missing
    assert bounded.call(allocate, 1 << 20) == 1 << 20


def test_a_refusal_is_raised_as_it_is(bounded: BoundedProcess) -> None:
    with pytest.raises(BadInput, match="no table") as caught:
        bounded.call(refuse, "no table")
    assert caught.value.field == "file"


def test_an_unexpected_error_comes_with_its_trace(bounded: BoundedProcess) -> None:
    with pytest.raises(RuntimeError, match=r"in divide(.|\n)*ZeroDivisionError"):
        bounded.call(divide)


def test_sentences_are_in_the_language_of_the_caller(bounded: BoundedProcess) -> None:
    use_language("es")
    with pytest.raises(BadInput, match="demasiada memoria"):
        bounded.call(allocate, 1 << 40)


def test_a_call_that_takes_too_long_is_ended() -> None:
    slow = BoundedProcess()
    slow.call(allocate, 1)  # the start does not count
    slow._seconds = 1
    with pytest.raises(BadInput, match="more than 1 seconds"):
        slow.call(time.sleep, 3600)
    assert slow._idle == []


def test_a_process_that_dies_is_replaced(bounded: BoundedProcess) -> None:
    bounded.call(allocate, 1)
    bounded._idle[0]._process.kill()
    with pytest.raises(VitrinaError):
        bounded.call(allocate, 1)
    assert bounded.call(allocate, 1) == 1


def hold(size: int) -> int:
    _HELD.append(bytearray(size))
    return len(_HELD)


_HELD: list[bytearray] = []


def start_no_thread() -> None:
    raise RuntimeError("Failed to launch worker thread: Resource temporarily unavailable")


def test_memory_that_libraries_hold_on_to_is_not_missing_for_the_next_call() -> None:
    bounded = BoundedProcess(memory=1 << 30, seconds=30)
    assert bounded.call(hold, 700 << 20) == 1
    assert bounded.call(hold, 700 << 20) == 1  # of another process


def test_a_thread_that_cannot_be_started_lacks_memory(bounded: BoundedProcess) -> None:
    with pytest.raises(BadInput, match="too much memory"):
        bounded.call(start_no_thread)


def test_a_system_that_allows_less_memory_is_no_refusal() -> None:
    code = (
        "import resource; from data.bounded_process import BoundedProcess;"
        "resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30));"
        "print(BoundedProcess(memory=2 << 30).call(sorted, [2, 1]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[1, 2]\n"
