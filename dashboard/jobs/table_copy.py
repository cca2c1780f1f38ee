"""The rows of the table of a home, copied into another database."""

from sqlalchemy import JSON, ColumnElement, Table, exists, func, insert, null, select
from sqlalchemy.engine import Connection

from dashboard.jobs.database import SQLITE
from dashboard.jobs.lease import SERVERS
from dashboard.jobs.schema import METADATA, SETTINGS, STORED_FOLDERS, STORED_GARBAGE, WORKERS
from dashboard.jobs.shared_store import STORE_ID
from data.errors import Damaged
from data.i18n import _

OF_PLACE = (WORKERS, STORED_FOLDERS, STORED_GARBAGE)
"""Tables on the processes and the store of one place."""
_AT_ONCE = 5_000


def is_unused(connection: Connection, *, has_store: bool) -> bool:
    """Return whether nobody has used a database yet.

    Parameters
    ----------
    connection : Connection
    has_store : bool
        Whether it may know its store, as it does after a copy that failed half way.
    """
    return not any(
        connection.execute(
            select(exists().select_from(table).where(*_but(table, STORE_ID if has_store else "")))
        ).scalar()
        for table in METADATA.sorted_tables
    )


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy every row but those on processes and on the store of a place.

    Parameters
    ----------
    source : Connection
        To the SQLite file of a home.
    target : Connection
        To an unused database, in a transaction.

    Raises
    ------
    Damaged
        When a row cannot be read.
    """
    for table in METADATA.sorted_tables:
        if table in OF_PLACE:
            continue
        _check(source, table)
        query = select(table).where(*_but(table, SERVERS)).execution_options(yield_per=_AT_ONCE)
        for rows in source.execute(query).mappings().partitions():
            target.execute(insert(table), [dict(row) for row in rows])
        _count_on(target, table)


def _but(table: Table, setting: str) -> list[ColumnElement[bool]]:
    """Return the conditions under which a row is another one than that of a setting."""
    return [SETTINGS.c.name != setting] if table is SETTINGS else []


def _check(source: Connection, table: Table) -> None:
    """Refuse a table with damaged JSON, which reads as nothing elsewhere."""
    for column in table.columns:
        if isinstance(column.type, JSON):
            damaged = select(func.count()).where(
                column.is_not(null()), func.json_valid(column) == 0
            )
            if source.execute(damaged).scalar():
                raise Damaged(
                    _(
                        "A row in the table {table} of vitrina.db is damaged; put a backup of it"
                        " back, or delete what it belongs to."
                    ).format(table=table.name)
                )


def _count_on(target: Connection, table: Table) -> None:
    """Let the numbers that PostgreSQL gives to new rows begin after those that were copied."""
    column = table.autoincrement_column
    if column is None or target.dialect.name == SQLITE:
        return
    last = target.execute(select(func.max(column))).scalar()
    if last is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        target.execute(select(func.setval(sequence, last)))
