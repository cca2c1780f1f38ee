"""What everything that reads or writes the table of runs starts from."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, ColumnElement, select, update
from sqlalchemy.engine import Connection, Row

from dashboard.jobs.run import Run, from_row
from dashboard.jobs.schema import RUNS, Database, of_file
from dashboard.jobs.states import State, sources
from data.errors import BadInput, VitrinaError
from data.home import Home
from data.i18n import _

_NAME = re.compile(r"[\w.\- ]+")


class LostClaim(VitrinaError):
    """The run no longer belongs to the process that speaks for it."""


class Rows:
    """The table of one home, and how a run is found in it.

    Parameters
    ----------
    home : Home
        Where the runs are.
    url : str, optional
        Another database than the SQLite file of the home.
    clock : callable
        Returns the time in seconds since 1970; tests set it as they like.
    """

    def __init__(
        self, home: Home, url: str | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.home = home
        self.clock = clock
        self._file: tuple[int, int] | None = None
        if url is None:
            _make(home)
            self._file = _identity(home.database)
            self.database = of_file(home.database, self._file)
        else:
            self.database = Database(url)

    def get(self, run: str) -> Run:
        """Return a run.

        Raises
        ------
        BadInput
            When there is none of this name.
        """
        with self.database.read() as connection:
            return from_row(self._row(connection, run))

    def folder(self, run: str) -> Path:
        """Return the folder that holds a run's files; it is made when the run starts."""
        if not _NAME.fullmatch(run) or run.startswith("."):
            raise unknown(run)
        return self.home.runs / run

    def there(self) -> bool:
        """Tell whether the home still is where it was: a deleted one can be written for ever."""
        return self._file is None or self._file == _identity(self.home.database)

    def close(self) -> None:
        """Close every connection to the table."""
        self.database.close()

    def _row(self, connection: Connection, run: str) -> Row[Any]:
        row = connection.execute(
            select(RUNS).where(RUNS.c.run == run, RUNS.c.deleted.is_(None))
        ).one_or_none()
        if row is None:
            raise unknown(run)
        return row


def _make(home: Home) -> None:
    """Make a home's table where there is none."""
    home.path.mkdir(parents=True, exist_ok=True)
    if not home.database.exists():
        Database(URL.create("sqlite", database=str(home.database))).close()


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def unknown(run: str) -> BadInput:
    """Return the error that says that there is no run of this name."""
    return BadInput(
        _("There is no run {run}; `vitrina runs` lists those there are.").format(run=run)
    )


def move(
    connection: Connection, which: ColumnElement[bool], new: State, **values: object
) -> Row[Any] | None:
    """Move a run to a state if the move is legal at this very moment.

    Parameters
    ----------
    which : column expression
        Which run, and what else must hold of it.
    values : object
        What else changes with the state.

    Returns
    -------
    row or None
        The row after the move; None when the run stood where it may not come from.
    """
    old = sorted(sources(new))
    return connection.execute(
        update(RUNS)
        .where(which, RUNS.c.state.in_(old))
        .values(state=new.value, **values)
        .returning(RUNS)
    ).one_or_none()
