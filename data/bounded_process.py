"""Work on files of strangers, in a process with bounds on its memory and time.

A small file may hold a great deal, or take a library that reads it very long. The process that asks
for the work stays small and responsive, whatever the file is.
"""

import multiprocessing
import resource
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

import vitrina
from data.errors import BadInput, VitrinaError
from data.i18n import _, language, use_language

MEMORY = 3 << 29
"""Bytes that the process may allocate."""
SECONDS = 60.0
"""Seconds that a call may take."""
AT_ONCE = 2
"""Calls that are carried out at the same time."""
_IDLE_SECONDS = 120.0  # a process that waits for longer ends
_END_SECONDS = 1.0
_TURN_SECONDS = 2.0  # whoever waits occupies a thread of the web server

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
    """

    def __init__(self, memory: int = MEMORY, seconds: float = SECONDS) -> None:
        self._memory = memory
        self._seconds = seconds
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._idle: list[_Process] = []

    def call(
        self,
        function: Callable[Parameters, Result],
        *args: Parameters.args,
        **kw: Parameters.kwargs,
    ) -> Result:
        """Return what a function of a module returns; its arguments and result are pickled.

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

    def _call(self, request: tuple[Any, ...]) -> Any:
        process = self._idle.pop() if self._idle else _Process(self._memory)
        try:
            succeeded, result = process.answer(request, self._seconds)
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

    def answer(self, request: tuple[Any, ...], seconds: float) -> tuple[bool, Any]:
        """Return whether the call succeeded, and its result or exception; EOFError at its end."""
        try:
            self._connection.send(request)
            if self._connection.poll(seconds):
                succeeded, result = self._connection.recv()
                return succeeded, result
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


def _is_lack_of_memory(error: BaseException) -> bool:
    """Return whether an error, or the one that led to it, is a lack of memory."""
    while True:
        names = {base.__name__ for base in type(error).__mro__}
        if not names.isdisjoint({"MemoryError", "OutOfMemoryException"}):
            return True
        if error.__cause__ is None:
            return False
        error = error.__cause__


def _carry_out(function: Callable[..., Any], args: Any, kw: Any) -> tuple[bool, Any]:
    try:
        return True, function(*args, **kw)
    except Exception as error:
        if _is_lack_of_memory(error):
            return False, TooMuchMemory()
        if isinstance(error, VitrinaError):
            return False, error
        return False, RuntimeError("".join(traceback.format_exception(error)))


def main(descriptor: int, memory: int) -> None:
    """Carry out the calls that come over a connection until it is closed, or for long idle."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Connection(descriptor) as connection, suppress(EOFError, BrokenPipeError):
        while connection.poll(_IDLE_SECONDS):
            code, function, args, kw = connection.recv()
            use_language(code)
            succeeded, result = _carry_out(function, args, kw)
            connection.send((succeeded, result))
            if isinstance(result, TooMuchMemory):
                return  # what its libraries hold on to is missing for the next call


if __name__ == "__main__":
    from data.bounded_process import main as carry_out_calls  # whose errors the caller knows

    carry_out_calls(*map(int, sys.argv[1:]))
