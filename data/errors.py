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
    except (VitrinaError, MemoryError):
        raise
    except Exception as error:
        if is_interruption(error):
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


class Cancelled(VitrinaError):
    """The user stopped the work; what had been written is gone again."""
