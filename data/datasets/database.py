"""DuckDB connections, SQL literals, and the views over the files of a dataset."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from data.datasets import interruption
from data.datasets.manifest import Part
from data.datasets.side_tables import IDS, LISTS, VIEWS, SideTable
from data.events import KINDS
from data.files import is_disk_full

KEYS = {
    "purchases": ("user", "product"),
    "hours": (),
    "users": ("user",),
    "products": ("product",),
}
"""Id columns of each derived table, stored as ``user_key`` and ``product_key``: BIGINT when every
id is an integer, which is much faster to group by, otherwise text."""

WRITE = "FORMAT parquet, COMPRESSION lz4, DICTIONARY_SIZE_LIMIT 4000, WRITE_BLOOM_FILTER false"
"""Options of COPY for derived tables: chosen for speed rather than size."""

WRITE_EVENTS = WRITE.replace("lz4", "uncompressed") + ", ROW_GROUP_SIZE 61440"
"""Options of COPY for events. Compression would take a sixth of the time of an import, and
dictionary encoding keeps the columns that charts read small. Row groups of half the default size
shorten the time that writer threads wait for each other to keep the order of the file."""


def keyed_view(file: Path, keys: tuple[str, ...], absent: Iterable[str] = ()) -> str:
    """Return the SELECT of a derived table with its keys and the ids as text.

    Event columns that are ``absent`` from its file are NULL.
    """
    ids = "".join(f", {key}_key::VARCHAR AS {key}" for key in keys)
    missing = "".join(f", NULL::{KINDS[name]} AS {name}" for name in absent)
    return f"SELECT *{ids}{missing} FROM {read_parquet(file)}"


def events_view(folder: Path, parts: Sequence[Part], time_from_order: bool) -> str:
    """Return the SELECT of the events of all parts, with ``row``, ids and keys.

    Parameters
    ----------
    folder : Path
        Holds the files of ``parts``.
    parts : sequence of Part
        In order; ``row`` counts on from one to the next.
    time_from_order : bool
        Whether there are no times: ``time`` is the place of an event as seconds since 1970, its
        ``row`` where no column numbers the events.
    """
    keys = []
    for name in ("user", "product"):
        key = name if all(name in part.whole for part in parts) else f"{name}::VARCHAR"
        keys.append(f"{name}::VARCHAR AS {name}, {key} AS {name}_key")
    selects, start = [], 0
    for part in parts:
        row = f"{'part.row' if part.filled else 'file_row_number'} + {start}"
        place = f"coalesce(part.time, make_timestamp(({row}) * 1000000))"
        time = place if time_from_order else "time"
        others = [
            name if name in part.columns else f"NULL::{kind} AS {name}"
            for name, kind in KINDS.items()
            if name not in ("time", "user", "product")
        ]
        selects.append(
            f"SELECT {row} AS row, {time} AS time, {', '.join([*keys, *others])} "
            f"FROM {read_parquet(folder / part.file, 'file_row_number = true')} AS part"
        )
        start += part.rows
    return " UNION ALL ".join(selects)


def key_sql(column: str, is_integer: bool) -> str:
    """Return the SQL of the key of an id that is text, NULL where no such key can be.

    >>> key_sql("product", False)
    'product'
    """
    if not is_integer:
        return column
    integer = f"try_cast({column} AS BIGINT)"
    return f"CASE WHEN {integer}::VARCHAR = {column} THEN {integer} END"


def attributes_view(folder: Path, name: str, table: SideTable | None, is_integer: bool) -> str:
    """Return the SELECT of a side table's key, id and attributes.

    It has a row for each product or user of the log that the table has; none without a table.

    Parameters
    ----------
    folder : Path
        Holds the Parquet files of the dataset.
    name : {"products", "buyers"}
    table : SideTable or None
    is_integer : bool
        Whether the log's keys are BIGINT.
    """
    key = f"{IDS[name]}_key"
    if table is None:
        return f"SELECT {key}, {IDS[name]} FROM {LISTS[name]} WHERE false"
    columns = "".join(f", {attribute.column}" for attribute in table.attributes)
    file = folder / f"{VIEWS[name]}.parquet"
    return (
        f"SELECT {key_sql(IDS[name], is_integer)} AS {key}, {IDS[name]}{columns} "
        f"FROM {read_parquet(file)} WHERE {key} IN (SELECT {key} FROM {LISTS[name]})"
    )


_FULL = ("No space left", "File too large", "Disk quota exceeded", "max_temp_directory_size")


def is_full(error: BaseException) -> bool:
    """Return whether an error means a full disk, an exceeded quota or a file size limit."""
    is_of_duckdb = isinstance(error, duckdb.Error) and any(text in str(error) for text in _FULL)
    return is_of_duckdb or is_disk_full(error)


def quote(value: object) -> str:
    """Return the text of a value as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def quote_path(file: Path) -> str:
    r"""Return the path of a file as an SQL string literal that stands for this file alone.

    DuckDB expands ``*``, ``?`` and ``[…]`` in the names of files, and takes ``file:…``, ``~/…`` and
    ``https://…`` for more than a path.

    Examples
    --------
    >>> quote_path(Path("/logs/sales[1].csv"))
    "'/logs/sales[[]1].csv'"
    """
    return quote("".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(file.absolute())))


def read_parquet(file: Path, *options: str) -> str:
    """Return the table expression of a Parquet file.

    A folder called ``user=5`` is no column, which DuckDB would make of it.
    """
    return f"read_parquet({', '.join((quote_path(file), 'hive_partitioning = false', *options))})"


def copy(select: str, file: Path, options: str) -> str:
    """Return the statement that writes the rows of a SELECT to a file, with options of COPY."""
    return f"COPY ({select}) TO {quote(file.absolute())} ({options})"


def connect(**settings: str | int) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB connection in UTC that never installs extensions from the network.

    Parameters
    ----------
    **settings
        DuckDB settings, such as ``memory_limit="1GB"``.
    """
    connection = duckdb.connect(
        ":memory:",
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "true"},
    )
    interruption.add_connection(connection)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    for name, value in settings.items():
        connection.execute(f"SET {name} = {quote(value)}")
    return connection
