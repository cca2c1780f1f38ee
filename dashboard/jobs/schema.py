"""The tables behind runs, and the one way to reach them.

SQLite in write-ahead mode is the default; any database that SQLAlchemy Core speaks to may stand
in its place, since nothing here is particular to SQLite but the three settings of a connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from data.errors import VitrinaError
from data.i18n import _

BUSY_SECONDS = 10
KEPT = 8
"""Files that are kept open; one process has one home, but for tests."""

METADATA = MetaData()

RUNS = Table(
    "runs",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("run", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("dataset", String, nullable=False),
    Column("config", JSON, nullable=False),
    Column("preset", String),
    Column("label", String, nullable=False, default=""),
    Column("note", String, nullable=False, default=""),
    Column("tags", JSON, nullable=False),
    Column("priority", Integer, nullable=False, default=0),
    Column("attempt", Integer, nullable=False, default=0),
    Column("resume", Boolean, nullable=False, default=False),
    Column("pid", Integer),
    Column("born", Float),
    Column("beats", Integer, nullable=False, default=0),
    Column("created", Float, nullable=False),
    Column("queued", Float, nullable=False),
    Column("started", Float),
    Column("finished", Float),
    Column("heartbeat", Float),
    Column("progress", JSON, nullable=False),
    Column("stop_requested", Boolean, nullable=False, default=False),
    Column("reason", String),
    Column("message", String),
    Column("parameters", Integer),
    Column("epochs_done", Integer, nullable=False, default=0),
    Column("best", JSON, nullable=False),
    Column("last_seq", Integer, nullable=False, default=0),
    Column("deleted", Float),
    Index("runs_by_state", "state"),
)

# `level` thins a curve without reading it whole: half of a curve's points have level 0, a quarter
# level 1, an eighth level 2, so those of level L and above are every 2^L-th point.
METRICS = Table(
    "metrics",
    METADATA,
    Column("run_id", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("step", Integer),
    Column("name", String, nullable=False),
    Column("value", Float),
    Column("time", Float, nullable=False),
    Column("level", Integer, nullable=False, default=0),
    sqlite_with_rowid=False,
)
_EPOCHS = METRICS.c.step.is_(None)
_STEPS = METRICS.c.step.is_not(None)
Index(
    "metrics_of_epochs",
    METRICS.c.run_id,
    METRICS.c.epoch,
    sqlite_where=_EPOCHS,
    postgresql_where=_EPOCHS,
)
# It holds whatever a curve is drawn from, so that reading one touches nothing else.
Index(
    "metrics_of_steps",
    *(METRICS.c[name] for name in ("run_id", "name", "level", "seq")),
    *(METRICS.c[name] for name in ("epoch", "step", "value", "time")),
    sqlite_where=_STEPS,
    postgresql_where=_STEPS,
)

# Numbers of runs are never used twice, so that an address never comes to mean another run.
COUNTERS = Table(
    "counters",
    METADATA,
    Column("stem", String, primary_key=True),
    Column("last", Integer, nullable=False),
)

SETTINGS = Table(
    "settings", METADATA, Column("name", String, primary_key=True), Column("value", JSON)
)

# One row at most: the worker that serves this home.
WORKERS = Table(
    "workers",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("pid", Integer, nullable=False),
    Column("born", Float, nullable=False),
    Column("beats", Integer, nullable=False),
    Column("beat", Float, nullable=False),
    Column("keeper_pid", Integer),
    Column("keeper_born", Float),
)


class TableError(VitrinaError):
    """The table of runs cannot be read or written."""


class Database:
    """A way to the tables: ``read()`` and ``write()`` give a connection for one transaction.

    Parameters
    ----------
    url : URL or str
        Where the tables are; they are made where there are none.

    Raises
    ------
    TableError
        When the database is locked, read-only, damaged or cannot be reached.
    """

    def __init__(self, url: URL | str) -> None:
        self._engine = create_engine(url)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _set_up)
            event.listen(self._engine, "begin", _begin)
        with self.read() as connection:
            missing = set(METADATA.tables) - set(inspect(connection).get_table_names())
        if missing:
            with self.write() as connection:
                METADATA.create_all(connection)

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, for whoever has a question of their own."""
        return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the tables and blocks nobody."""
        with _plainly(), self._engine.connect() as connection:
            yield connection.execution_options(reads_only=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes all happen, or none when the block raises."""
        with _plainly(), self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


@lru_cache(maxsize=KEPT)
def of_file(file: Path, _identity: tuple[int, int] | None) -> Database:
    """Return the way to a SQLite file that is there, the same one for all who ask.

    It keeps what SQLAlchemy has compiled, which takes longer than most questions. Where another
    file has come into its place, ``_identity`` (device and inode) tells, that one is opened.
    """
    return Database(URL.create("sqlite", database=str(file)))


def _set_up(connection: SQLiteConnection, _record: Any) -> None:
    """Make a new SQLite connection wait for others, and keep readers and the writer apart."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin(connection: Connection) -> None:
    """Take the write lock at once where a transaction will write: no upgrade, no deadlock."""
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


@contextmanager
def _plainly() -> Iterator[None]:
    """Turn what the database driver says into what a person can act on."""
    try:
        yield
    except DBAPIError as error:
        words = str(error.orig).lower()
        raise TableError(_sentence(words)) from error


def _sentence(words: str) -> str:
    if "locked" in words or "busy" in words:
        return _("The table of runs is locked by another process; try again in a moment.")
    if "readonly" in words or "read-only" in words:
        return _("The table of runs is read-only; give this user the right to write it.")
    if "malformed" in words or "not a database" in words or "corrupt" in words:
        return _(
            "The table of runs is damaged; move vitrina.db out of the home folder, or put a "
            "copy back, and start again. Datasets and the folders of runs are not touched."
        )
    if "full" in words:
        return _("The disk is full: the table of runs cannot be written; free some space.")
    return _("The table of runs cannot be used: {reason}.").format(reason=words)
