"""How far a long job is, and how it is stopped."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from data.errors import Cancelled
from data.i18n import _

_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Progress:
    """How far an import is.

    Attributes
    ----------
    stage : str
        ``"reading"`` or ``"summarising"``.
    bytes_done, bytes_total : int
        Of all source files.
    rows : int
        Read so far; an estimate until a file is done.
    seconds : float
        Since the import began.
    """

    stage: str
    bytes_done: int
    bytes_total: int
    rows: int
    seconds: float

    @property
    def seconds_left(self) -> float | None:
        """Time left at the pace so far; None while there is no pace yet."""
        if not self.bytes_done:
            return None
        return self.seconds * (self.bytes_total - self.bytes_done) / self.bytes_done


Report = Callable[[Progress], None]
Stop = Callable[[], bool]


def ignore(progress: Progress) -> None:
    """Take no notice of progress."""


def never() -> bool:
    """Never stop."""
    return False


def check(cancelled: Stop) -> None:
    """Raise Cancelled where the user has asked for it."""
    if cancelled():
        raise Cancelled(_("The import was stopped; nothing of it was kept."))


def execute(
    connection: duckdb.DuckDBPyConnection,
    statement: str,
    tick: Callable[[float], None],
    cancelled: Stop,
) -> int:
    """Run a statement, tell how far it is while it runs, and stop it when asked to.

    Parameters
    ----------
    tick : callable
        Receives the share that is done, 0 to 1.

    Returns
    -------
    int
        The rows that the statement wrote.
    """
    outcome: list[int | BaseException] = []

    def work() -> None:
        try:
            row = connection.execute(statement).fetchone()
            outcome.append(int(row[0]) if row else 0)
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        share = 0.0  # DuckDB's own goes back now and then
        while thread.is_alive():
            thread.join(_POLL_SECONDS)
            share = max(share, connection.query_progress() / 100)
            tick(share)
            check(cancelled)
    except BaseException:
        connection.interrupt()
        thread.join()
        raise
    result = outcome[0]
    if isinstance(result, BaseException):
        raise result
    tick(1.0)
    return result
