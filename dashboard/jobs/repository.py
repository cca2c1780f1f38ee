"""The database of one home, shared by all parts of the table of runs."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, ColumnElement, select, update
from sqlalchemy.engine import Connection, Row

from dashboard.jobs.database import Database, of_file, of_url
from dashboard.jobs.node import node_name
from dashboard.jobs.run import is_run_name
from dashboard.jobs.schema import RUNS, TableError
from dashboard.jobs.states import State, sources
from data.errors import BadInput, VitrinaError
from data.home import Home
from data.i18n import _


class LostClaim(VitrinaError):
    """An attempt at a run is over: its process must end without another update."""


class Repository:
    """The database of one home.

    Parameters
    ----------
    home : Home
        Where the runs are.
    clock : callable
        Returns the time in seconds since 1970; tests pass their own.

    Attributes
    ----------
    database : Database
    node : str
        The machine that this process runs on; empty where the database is a file, which only
        processes of one machine use, whatever its name is at the moment.
    """

    def __init__(self, home: Home, clock: Callable[[], float] = time.time) -> None:
        self.home = home
        self.clock = clock
        self._file: tuple[int, int] | None = None
        if home.database_url is not None:
            self.database = of_url(home.database_url)
        else:
            self._file = _identity(home.database) or _create(home)
            self.database = of_file(home.database, self._file)
        self.node = "" if self.database.is_file else node_name()

    def folder(self, run: str) -> Path:
        """Return the folder of a run's files; it is created when the run starts."""
        if not is_run_name(run):
            raise unknown_run(run)
        return self.home.runs / run

    def exists(self) -> bool:
        """Return whether the database file is still the one opened: SQLite writes to deleted files.

        Always True for a database that is not the home's own file.
        """
        return self._file is None or self._file == _identity(self.home.database)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()


def select_run(connection: Connection, run: str) -> Row[Any]:
    """Return the row of a run.

    Raises
    ------
    BadInput
        When there is no run of this name.
    """
    row = connection.execute(
        select(RUNS).where(RUNS.c.run == run, RUNS.c.deleted.is_(None))
    ).one_or_none()
    if row is None:
        raise unknown_run(run)
    return row


def unknown_run(run: str) -> BadInput:
    """Return the error for a run that does not exist."""
    return BadInput(_("There is no run {run}; `vitrina runs` lists all runs.").format(run=run))


def transition(
    connection: Connection, condition: ColumnElement[bool], new: State, **values: object
) -> Row[Any] | None:
    """Move a run to another state, if its current state allows the transition.

    Parameters
    ----------
    condition : column expression
        Selects the run, and what else must hold of its row.
    values : object
        Columns that change together with the state.

    Returns
    -------
    row or None
        The updated row; None when no row matched or its state does not allow the transition.
    """
    return connection.execute(
        update(RUNS)
        .where(condition, RUNS.c.state.in_(sorted(sources(new))))
        .values(state=new.value, **values)
        .returning(RUNS)
    ).one_or_none()


def _create(home: Home) -> tuple[int, int] | None:
    """Create the database of a home that has none, and return its device and inode."""
    home.make()
    Database(URL.create("sqlite", database=str(home.database))).close()
    return _identity(home.database)


def _identity(file: Path) -> tuple[int, int] | None:
    """Return device and inode of a file, None when there is none.

    Raises
    ------
    TableError
        When nobody can tell, as of a link to itself.
    """
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        words = _("The table of runs cannot be used: {reason}.")
        raise TableError(words.format(reason=error.strerror)) from error
    return status.st_dev, status.st_ino
