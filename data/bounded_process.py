"""Work on files of strangers, in a process with bounds on its memory and time.

A small file may hold a great deal, or take a library that reads it very long. The process that asks
for the work stays small and responsive, whatever the file is.
"""

import multiprocessing
import resource
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

import psutil

import vitrina
from data.errors import BadInput, VitrinaError, is_lack_of_memory
from data.i18n import _, language, use_language

MEMORY = 3 << 29
"""Bytes that the process may allocate."""
SECONDS = 60.0
"""Seconds that a call may take."""
AT_ONCE = 2
"""Calls that are carried out at the same time."""
_IDLE_SECONDS = 120.0  # a process that waits for longer ends
_END_SECONDS = 1.0
_WAITING_SECONDS = 0.2
_TURN_SECONDS = 2.0  # whoever waits occupies a thread of the web server
_HAS_BOUNDS = threading.Event()

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class TooMuchMemory(BadInput):
    """It takes more memory to look into a file than may be used for that."""

    def __init__(self) -> None:
        super().__init__(
            _("It takes too much memory to look into this file: it has huge values or rows.")
        )

    def __reduce__(self) -> tuple[type["TooMuchMemory"], tuple[()]]:
        """Let it be pickled, without its sentence."""
        return TooMuchMemory, ()


class BoundedProcess:
    """Carries out calls of functions in processes of its own; several threads may ask at once.

    A process is started when one is needed, and used again until it is idle for long.

    Parameters
    ----------
    memory : int
        Bytes that a process may allocate.
    seconds : float
        Seconds that a call may take.
    while_waiting : callable
        Called several times a second during a call, which ends when it raises.
    """

    def __init__(
        self,
        memory: int = MEMORY,
        seconds: float = SECONDS,
        while_waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self._memory = memory
        self._seconds = seconds
        self._while_waiting = while_waiting
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._idle: list[_Process] = []

    def call(
        self,
        function: Callable[Parameters, Result],
        *args: Parameters.args,
        **kw: Parameters.kwargs,
    ) -> Result:
        """Call a function in the process and return its result; arguments and result are pickled.

        Raises
        ------
        BadInput
            When the call takes more memory or time than it may.
        VitrinaError
            When ``AT_ONCE`` other calls are under way.

        Also what the function raises.
        """
        if not self._turns.acquire(timeout=_TURN_SECONDS):
            raise VitrinaError(_("Other files are being looked at; try again in a moment."))
        try:
            result: Result = self._call((language(), function, args, kw))
            return result
        finally:
            self._turns.release()

    def close(self) -> None:
        """End the processes that wait for calls."""
        while self._idle:
            self._idle.pop().end()

    def _call(self, request: tuple[Any, ...]) -> Any:
        process = self._idle.pop() if self._idle else _Process(self._memory)
        try:
            succeeded, result = process.answer(request, self._seconds, self._while_waiting)
        except EOFError:
            if process.end() == 0:  # it was idle for too long
                return self._call(request)
            raise TooMuchMemory from None  # it could not even say so
        except BaseException:
            process.end()
            raise
        if isinstance(result, TooMuchMemory):
            process.end()
        else:
            self._idle.append(process)
        if not succeeded:
            raise result
        return result


class _Process:
    """A process and the connection to it."""

    def __init__(self, memory: int) -> None:
        self._connection, other = multiprocessing.Pipe()
        self._process = subprocess.Popen(
            vitrina.command("data.bounded_process", str(other.fileno()), str(memory)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[other.fileno()],
        )
        other.close()

    def answer(
        self, request: tuple[Any, ...], seconds: float, while_waiting: Callable[[], None]
    ) -> tuple[bool, Any]:
        """Return whether the call succeeded, and its result or exception; EOFError at its end."""
        end = time.monotonic() + seconds
        try:
            self._connection.send(request)
            while (left := end - time.monotonic()) > 0:
                if self._connection.poll(min(left, _WAITING_SECONDS)):
                    succeeded, result = self._connection.recv()
                    return succeeded, result
                while_waiting()
        except OSError:
            raise EOFError from None
        sentence = _("It takes more than {seconds} seconds to look into this file.")
        raise BadInput(sentence.format(seconds=round(seconds)))

    def end(self) -> int:
        """End the process where it has not ended, and return its exit status."""
        self._connection.close()
        if self._process.poll() is None:
            with suppress(subprocess.TimeoutExpired):  # it may be about to end by itself
                return self._process.wait(_END_SECONDS)
        self._process.kill()
        return self._process.wait()


def _carry_out(function: Callable[..., Any], args: Any, kw: Any) -> tuple[bool, Any]:
    try:
        return True, function(*args, **kw)
    except Exception as error:
        if is_lack_of_memory(error):
            return False, TooMuchMemory()
        if isinstance(error, VitrinaError):
            return False, error
        return False, RuntimeError("".join(traceback.format_exception(error)))


def _allocated() -> int:
    """Return the bytes of this process that its limit counts, where the system tells them."""
    memory = psutil.Process().memory_info()
    return int(getattr(memory, "data", memory.rss))


def is_bounded() -> bool:
    """Return whether this process is one that carries out calls within bounds."""
    return _HAS_BOUNDS.is_set()


def main(descriptor: int, memory: int) -> None:
    """Carry out the calls that come over a connection, until it is closed or idle for long.

    Parameters
    ----------
    descriptor : int
        File descriptor of the connection.
    memory : int
        Bytes that this process may allocate.
    """
    _soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bound = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _HAS_BOUNDS.set()
    with Connection(descriptor) as connection, suppress(EOFError, BrokenPipeError):
        while connection.poll(_IDLE_SECONDS):
            code, function, args, kw = connection.recv()
            use_language(code)
            succeeded, result = _carry_out(function, args, kw)
            connection.send((succeeded, result))
            if isinstance(result, TooMuchMemory) or _allocated() > bound // 2:
                return  # what its libraries hold on to would be missing for the next call


if __name__ == "__main__":
    from data.bounded_process import main as carry_out_calls  # whose errors the caller knows

    carry_out_calls(*map(int, sys.argv[1:]))
