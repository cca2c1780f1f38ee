"""The errors that people see: one sentence that says what is wrong and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager


class VitrinaError(Exception):
    """Something failed that the user did not cause.

    Attributes
    ----------
    exit_code : int
        What the command line exits with when this error ends a command.
    """

    exit_code = 1


class BadInput(VitrinaError):
    """Something the user gave cannot be used: a file, a name, a setting.

    Parameters
    ----------
    message : str
        The sentence that is shown.
    field : str, optional
        Flat key of the setting that cannot be used, such as ``preparation.min_user_events``,
        where the error is about one.
    """

    exit_code = 2

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Damaged(VitrinaError):
    """A file of the home cannot be used: it is damaged or missing, or another version wrote it."""


@contextmanager
def damaged_unless_read(sentence: str) -> Iterator[None]:
    """Raise Damaged with a sentence where the block, which reads a file of the home, fails.

    A damaged file makes each library fail in its own way. Errors that are meant for people, and a
    lack of memory, pass.

    Examples
    --------
    >>> with damaged_unless_read("run.json is damaged; train again."):
    ...     int("garbage")
    Traceback (most recent call last):
        ...
    data.errors.Damaged: run.json is damaged; train again.
    """
    try:
        yield
    except VitrinaError:
        raise
    except Exception as error:
        if is_interruption(error) or is_lack_of_memory(error):
            raise
        raise Damaged(sentence) from error


def is_interruption(error: BaseException) -> bool:
    """Return whether Ctrl-C is what ended the work.

    DuckDB puts errors of its own in the place of the KeyboardInterrupt that a statement meets.

    Examples
    --------
    >>> is_interruption(KeyboardInterrupt()), is_interruption(RuntimeError("Query interrupted"))
    (True, True)
    >>> is_interruption(RuntimeError("no model"))
    False
    """
    return (
        isinstance(error, KeyboardInterrupt)
        or type(error).__name__ == "InterruptException"  # DuckDB itself is imported by few commands
        or (type(error) is RuntimeError and str(error) == "Query interrupted")
    )


_NO_MEMORY = (
    "bad_alloc",
    "bad allocation",
    "cannot allocate memory",
    "can't start new thread",
    "failed to launch worker thread",  # of pyarrow
)
"""What libraries say that tell of a lack of memory by no type of its own."""


def is_lack_of_memory(error: BaseException) -> bool:
    """Return whether an error, or the one that led to it, is a lack of memory.

    DuckDB and pyarrow have errors of their own for it. A thread that cannot be started lacks the
    memory for its stack.

    Examples
    --------
    >>> is_lack_of_memory(MemoryError()), is_lack_of_memory(RuntimeError("can't start new thread"))
    (True, True)
    >>> is_lack_of_memory(RuntimeError("no model"))
    False
    """
    link: BaseException | None = error
    while link is not None:
        names = {base.__name__ for base in type(link).__mro__}
        message = str(link).lower()
        if not names.isdisjoint({"MemoryError", "OutOfMemoryException"}):
            return True
        if not isinstance(link, VitrinaError) and any(sign in message for sign in _NO_MEMORY):
            return True
        link = link.__cause__
    return False


class Cancelled(VitrinaError):
    """The user stopped the work; what had been written is gone again."""
