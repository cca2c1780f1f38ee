"""The column of a side table that holds the ids of the log, told by its name and values.

The functions ask the tables ``side`` (see ``side_table_profile``) and ``log_ids``, whose column
``id`` holds the ids of the log as text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from data.datasets.side_tables import IDS
from data.importing.column_names import bare_name, place_of
from data.importing.column_vocabulary import LAST_RESORT
from data.importing.side_table_profile import Column


@dataclass(frozen=True)
class Key:
    """The column of the ids, and how many ids of the log it holds."""

    column: Column
    shared: int

    @property
    def rank(self) -> tuple[bool, int]:
        """What makes one table better than another one: a row for each id, and many ids."""
        return self.column.is_unique, self.shared


def named_keys(columns: Sequence[Column], table: str, log_column: str) -> list[Column]:
    """Return the columns that are called like the log's ids, or as ids usually are."""
    log_name = bare_name(log_column)
    places = {
        column: (-1, 0) if column.plain == log_name else place_of(IDS[table], column.name)
        for column in columns
        if column.count
    }
    named = {column: place for column, place in places.items() if place and place[0] < LAST_RESORT}
    return sorted(named, key=named.__getitem__)


def key_column(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], table: str, log_column: str
) -> Key | None:
    """Return the column whose values are ids of the log, which ``log_ids`` holds.

    Columns whose names are not those of ids are candidates only where no column's name is: it is
    called ``id``, or almost every value is a new one, and half of them, or of the log's ids, are
    the same.

    Parameters
    ----------
    connection : duckdb connection
        With ``side``, and ``log_ids`` with its column ``id``.
    columns : sequence of Column
    table : {"products", "buyers"}
    log_column : str
        The log's column of the ids.

    Returns
    -------
    Key or None
        None where no column holds ids of the log.
    """
    named = named_keys(columns, table, log_column)
    keys = [Key(column, _shared(connection, column)) for column in named or columns]
    if not named:
        ids = connection.execute("SELECT count(*) FROM log_ids").fetchone()
        keys = [
            key
            for key in keys
            if key.column.plain == "id"
            or (
                key.column.is_unique
                and key.shared * 2 >= min(key.column.distinct, ids[0] if ids else 0)
            )
        ]
    best = max(keys, key=lambda key: key.shared, default=None)
    return best if best and best.shared else None


def id_sql(connection: duckdb.DuckDBPyConnection, column: Column) -> str:
    """Return the SQL of the ids in a column; whole numbers that went through floats lose ``.0``."""
    row = connection.execute(
        f"SELECT bool_and(regexp_full_match({column.sql}, '(0|[1-9][0-9]{{0,17}})([.]0+)?')) "
        f"AND bool_or(contains({column.sql}, '.')) FROM side"
    ).fetchone()
    if row and row[0]:
        return f"regexp_replace({column.sql}, '[.]0+$', '')"
    return column.sql


def _shared(connection: duckdb.DuckDBPyConnection, column: Column) -> int:
    """Return how many ids of the log a column holds."""
    row = connection.execute(
        f"SELECT count(*) FROM (SELECT DISTINCT {id_sql(connection, column)} AS id FROM side) "
        "JOIN log_ids USING (id)"
    ).fetchone()
    return int(row[0]) if row else 0
