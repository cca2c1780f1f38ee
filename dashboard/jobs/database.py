"""Connections to the database of a home.

SQLite in write-ahead mode is the default. Nothing else depends on SQLite but the settings of a
connection, so any database that SQLAlchemy Core supports can be used.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import Any
from urllib.parse import quote

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from dashboard.jobs import migrations
from dashboard.jobs.schema import TableError
from data.i18n import _

BUSY_SECONDS = 10
OPEN_FILES = 8
"""How many database files stay open; a process has one home, tests have several."""


class Database:
    """The database of a home: ``read()`` and ``write()`` give a connection for one transaction.

    Parameters
    ----------
    url : URL or str
        Where the database is. Its tables are created, or migrated from an earlier version.

    Raises
    ------
    TableError
        When the database is locked, read-only, damaged, cannot be reached, or was written by a
        later version.
    """

    def __init__(self, url: URL | str) -> None:
        self._engine = create_engine(url, json_deserializer=_json)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _set_up)
            event.listen(self._engine, "begin", _begin)
        with self.read() as connection:
            current = migrations.is_current(connection)
        if not current:
            with self.write() as connection:
                migrations.migrate(connection)

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine."""
        return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that reads one snapshot of the tables and blocks no other."""
        with _translated_errors(), self._engine.connect() as connection:
            yield connection.execution_options(reads_only=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are committed together; none when the block raises."""
        with _translated_errors(), self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _json(text: Any) -> Any:
    """Return the value of a column of JSON; None for a damaged one, which hides no other row."""
    if isinstance(text, int | float):  # SQLite stores a number as such in a column of JSON
        return text
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return None


@lru_cache(maxsize=OPEN_FILES)
def of_file(file: Path, _identity: tuple[int, int] | None) -> Database:
    """Return the database of an existing SQLite file, the same object for all callers.

    It holds the statements that SQLAlchemy has compiled, which takes longer than most queries.
    ``_identity`` (device and inode) makes a file that replaced another one be opened anew.
    """
    return Database(_url(file))


def _url(file: Path) -> URL:
    """Return the URL of a SQLite file, to be read only where nothing can be written beside it.

    In write-ahead mode SQLite writes files beside the database even to read it, unless it is told
    that nobody changes the file.
    """
    if os.access(file.parent, os.W_OK):
        return URL.create("sqlite", database=str(file))
    log = file.with_name(f"{file.name}-wal")
    options = {"mode": "ro", "uri": "true"}
    if not log.exists() or not log.stat().st_size:
        options["immutable"] = "1"
    return URL.create("sqlite", database=f"file:{quote(str(file))}", query=options)


def _set_up(connection: SQLiteConnection, _record: Any) -> None:
    """Set up a new SQLite connection: wait for locks, and let readers and a writer work at once."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete":  # it is new
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin(connection: Connection) -> None:
    """Take the write lock at the start of a transaction that writes, which prevents deadlocks."""
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Turn errors of the database driver into a sentence that says what to do."""
    try:
        yield
    except DBAPIError as error:
        message = str(error.orig).lower()
        raise TableError(_sentence(message)) from error


def _sentence(message: str) -> str:
    if "locked" in message or "busy" in message:
        return _("The table of runs is locked by another process; try again in a moment.")
    if "readonly" in message or "read-only" in message:
        return _("The table of runs is read-only; give this user the right to write it.")
    if "malformed" in message or "not a database" in message or "corrupt" in message:
        return _(
            "The table of runs is damaged; move vitrina.db out of the home folder, or put a "
            "copy back, and start again. Datasets and the folders of runs are not touched."
        )
    if "full" in message:
        return _("The disk is full: the table of runs cannot be written; free some space.")
    return _("The table of runs cannot be used: {reason}.").format(reason=message)
