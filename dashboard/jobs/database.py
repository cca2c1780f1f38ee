"""Connections to the database of a home: SQLite in write-ahead mode, or PostgreSQL.

Both promise the same: a transaction that reads sees one snapshot, and of transactions that write,
one runs at a time, so that it may decide by what it has read.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import create_engine, event, func, make_url, select
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from dashboard.jobs import migrations
from dashboard.jobs.beats import Beats
from dashboard.jobs.epoch_histories import EpochHistories
from dashboard.jobs.schema import TableError, Unreachable
from data.errors import BadInput, VitrinaError
from data.i18n import _

BUSY_SECONDS = 10
IDLE_SECONDS = 30
"""How long a suspended process may hold locks of PostgreSQL, which then ends its transaction."""
OPEN_DATABASES = 8
"""How many databases stay open; a process has one home, tests have several."""
SQLITE, POSTGRESQL = "sqlite", "postgresql+psycopg"
_PAGES_KIB = 256
"""What each connection to SQLite keeps of the file in memory, of which the system has all; with the
2 MB of SQLite, a web process grew with the table until each of its threads had read that much."""
# Of the connections to PostgreSQL: a server that has vanished from the network is noticed.
_NETWORK = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
# The number of the advisory lock of transactions that write; any number will do.
_WRITER = 0x56495452494E41


class Database:
    """The database of a home: ``read()`` and ``write()`` give a connection for one transaction.

    Parameters
    ----------
    url : URL or str
        Where the database is: ``sqlite:///FILE`` or ``postgresql+psycopg://USER@HOST/NAME``. Its
        tables are created, or migrated from an earlier version.

    Raises
    ------
    BadInput
        When the URL is of another kind, or the driver of the database is not installed.
    TableError
        When the database is locked, read-only, damaged, cannot be reached, or was written by a
        later version.

    Attributes
    ----------
    beats : Beats
        What this process has heard of workers on other machines.
    histories : EpochHistories
        What this process has read of the epochs of runs.
    """

    def __init__(self, url: URL | str) -> None:
        self.beats = Beats()
        self.histories = EpochHistories()
        self._engine = _engine(url)
        event.listen(self._engine, "before_cursor_execute", _check_texts)
        if self.is_file:
            event.listen(self._engine, "connect", _set_up_sqlite)
            event.listen(self._engine, "begin", _begin)
            self._reader = self._engine.execution_options(reads_only=True)
        else:
            event.listen(self._engine, "connect", _set_up_postgresql)
            self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ")
        with self.read() as connection:
            current = migrations.is_current(connection)
        if not current:
            with self.write() as connection:
                migrations.migrate(connection)

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine."""
        return self._engine

    @property
    def is_file(self) -> bool:
        """Whether it is a file, which only processes of this machine use."""
        return self._engine.dialect.name == SQLITE

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection that reads one snapshot of the tables and blocks no other."""
        with _translated_errors(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self, alone: bool = True) -> Iterator[Connection]:
        """Yield a connection whose changes are committed together; none when the block raises.

        Parameters
        ----------
        alone : bool
            Whether no other such transaction may run meanwhile. False for frequent ones that depend
            on one row, which they lock; in SQLite they run alone all the same.
        """
        with _translated_errors(), self._engine.begin() as connection:
            if alone and not self.is_file:
                connection.execute(select(func.pg_advisory_xact_lock(_WRITER)))
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


def _engine(url: URL | str) -> Engine:
    """Return the engine of a database; no sentence of an error holds the URL, nor its password."""
    try:
        url = make_url(url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        url = URL.create("")
    if url.drivername == SQLITE:
        return create_engine(url, json_deserializer=_json)
    if url.drivername != POSTGRESQL:
        raise BadInput(
            _(
                "The URL of a database (--database or VITRINA_DATABASE) is written "
                "postgresql+psycopg://user:password@host/name."
            )
        )
    try:
        # Each connection is tried before its use, so that a restart of the server goes unnoticed.
        return create_engine(
            url, json_deserializer=_json, connect_args=_NETWORK, pool_pre_ping=True
        )
    except ImportError as error:
        raise BadInput(
            _("PostgreSQL needs a driver that is not installed: pip install 'vitrina[postgres]'.")
        ) from error


@lru_cache(maxsize=OPEN_DATABASES)
def of_url(url: str) -> Database:
    """Return the database of a URL, the same object for all callers; see ``of_file``."""
    return Database(url)


@lru_cache(maxsize=OPEN_DATABASES)
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
    query = {"uri": "true", **_reading(file)}
    return URL.create("sqlite", database=f"file:{quote(str(file))}", query=query)


def address_to_read(file: Path) -> str:
    """Return the address at which ``sqlite3`` reads a file, also where its folder is read-only."""
    return f"file:{quote(str(file.absolute()))}?{urlencode(_reading(file))}"


def _reading(file: Path) -> dict[str, str]:
    """Return the options with which SQLite only reads a file."""
    log = file.with_name(f"{file.name}-wal")
    has_log = log.exists() and log.stat().st_size > 0
    if has_log or os.access(file.parent, os.W_OK):
        return {"mode": "ro"}
    return {"mode": "ro", "immutable": "1"}


def _set_up_postgresql(connection: Any, _record: Any) -> None:
    """Set up a new connection to PostgreSQL: wait for locks, but hold none for ever."""
    connection.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
    connection.commit()


def _set_up_sqlite(connection: SQLiteConnection, _record: Any) -> None:
    """Set up a new SQLite connection: wait for locks, and let readers and a writer work at once."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    connection.execute(f"PRAGMA cache_size = -{_PAGES_KIB}")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete":  # it is new
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin(connection: Connection) -> None:
    """Take the write lock at the start of a transaction that writes, which prevents deadlocks."""
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _check_texts(
    _connection: Any, _cursor: Any, _statement: str, parameters: Any, _context: Any, many: bool
) -> None:
    """Raise BadInput for a text that PostgreSQL cannot store: both databases take the same."""
    for row in parameters if many else [parameters]:
        for value in row.values() if isinstance(row, dict) else row:
            if isinstance(value, str) and not _is_storable(value):
                raise BadInput(
                    _("The text {text} holds a character that cannot be stored.").format(
                        text=ascii(value[:40])
                    )
                )


def _is_storable(text: str) -> bool:
    """Return whether a text is neither cut within a character nor holds U+0000."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Turn errors of the database driver into a sentence that says what to do."""
    try:
        yield
    except DBAPIError as error:
        raise _translated(error) from error


def _translated(error: DBAPIError) -> VitrinaError:
    reason = " ".join(str(error.orig).split("\n")[0].split())
    if error.connection_invalidated or _is_without_connection(error):
        return Unreachable(
            _(
                "The database cannot be reached ({reason}); check that it runs, and --database or "
                "VITRINA_DATABASE."
            ).format(reason=reason)
        )
    return TableError(_sentence(str(error.orig).lower(), reason))


def _is_without_connection(error: DBAPIError) -> bool:
    """Return whether PostgreSQL was not reached, refused the connection, or has ended it."""
    state = getattr(error.orig, "sqlstate", "")  # errors of SQLite have none
    if state is None:
        return isinstance(error, OperationalError)
    return state.startswith(("08", "57P"))


def _sentence(message: str, reason: str) -> str:
    if "locked" in message or "busy" in message or "lock timeout" in message:
        return _("The table of runs is locked by another process; try again in a moment.")
    if "readonly" in message or "read-only" in message:
        return _("The table of runs is read-only; give this user the right to write it.")
    if "malformed" in message or "not a database" in message or "corrupt" in message:
        return _(
            "The table of runs is damaged; move vitrina.db out of the home folder, or put a "
            "copy back, and start again. Datasets and the folders of runs are not touched."
        )
    if "full" in message or "no space left" in message:
        return _("The disk is full: the table of runs cannot be written; free some space.")
    return _("The table of runs cannot be used: {reason}.").format(reason=reason)
