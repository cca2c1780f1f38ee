"""Progress callbacks and cancellation of imports and of long DuckDB statements."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from data.errors import Cancelled
from data.i18n import _

_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class ImportProgress:
    """Progress of an import.

    Attributes
    ----------
    stage : str
        ``"reading"`` or ``"summarising"``.
    bytes_done, bytes_total : int
        Bytes read so far and in total, over all source files.
    rows : int
        Rows read so far; an estimate until a file is complete.
    seconds : float
        Seconds since the import began.
    """

    stage: str
    bytes_done: int
    bytes_total: int
    rows: int
    seconds: float


OnProgress = Callable[[ImportProgress], None]
"""Callback that receives the progress of an import."""

ShouldStop = Callable[[], bool]
"""Callback that returns true as soon as the user has asked to stop."""


def ignore_progress(progress: ImportProgress) -> None:
    """Do nothing: the default progress callback."""


def never() -> bool:
    """Return false: the default callback for stopping."""
    return False


def raise_if_stopped(should_stop: ShouldStop) -> None:
    """Raise Cancelled when the user has asked to stop."""
    if should_stop():
        raise Cancelled(_("The import was stopped; the datasets are unchanged."))


def execute(
    connection: duckdb.DuckDBPyConnection,
    statement: str,
    on_progress: Callable[[float], None],
    should_stop: ShouldStop,
) -> int:
    """Run a statement in a thread, report its progress, and interrupt it when asked to stop.

    Parameters
    ----------
    connection : duckdb connection
        With ``enable_progress_bar`` set, otherwise the progress stays 0 until the end.
    statement : str
        Such as ``COPY … TO …``.
    on_progress : callable
        Receives the share that is done, 0 to 1, about ten times a second.
    should_stop : callable
        Called before the statement, and as often while it runs.

    Returns
    -------
    int
        Number of rows that the statement wrote.

    Raises
    ------
    Cancelled
        When ``should_stop`` returned true.
    """
    raise_if_stopped(should_stop)  # many statements end before the first poll
    outcome: list[int | BaseException] = []
    ended = threading.Event()  # a join that Ctrl-C interrupts takes the thread for ended

    def work() -> None:
        try:
            row = connection.execute(statement).fetchone()
            outcome.append(int(row[0]) if row else 0)
        except BaseException as error:
            outcome.append(error)
        finally:
            ended.set()

    threading.Thread(target=work, daemon=True).start()
    try:
        share = 0.0  # the progress that DuckDB reports is not monotonic
        while not ended.wait(_POLL_SECONDS):
            share = max(share, connection.query_progress() / 100)
            on_progress(share)
            raise_if_stopped(should_stop)
    except BaseException:
        connection.interrupt()
        while not ended.wait(_POLL_SECONDS):  # the statement may only have begun now
            connection.interrupt()
        raise
    result = outcome[0]
    if isinstance(result, BaseException):
        raise result
    on_progress(1.0)
    return result
