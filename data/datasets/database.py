"""DuckDB, as it is used here: connections, literals, and the views over a dataset's files."""

import errno
from collections.abc import Sequence
from pathlib import Path

import duckdb

from data.datasets.manifest import Part

KEYS = {
    "purchases": ("user", "product"),
    "hours": (),
    "users": ("user",),
    "products": ("product",),
}
"""The id columns of the derived tables. A table holds each as ``user_key`` or ``product_key``: a
whole number where every id is one, which is much faster to group by, else the id itself."""

WRITE = "FORMAT parquet, COMPRESSION lz4, DICTIONARY_SIZE_LIMIT 4000, WRITE_BLOOM_FILTER false"
"""How tables are written: fast to write and to read, rather than as small as possible."""

WRITE_EVENTS = WRITE.replace("lz4", "uncompressed") + ", ROW_GROUP_SIZE 61440"
"""How the many events are written: to compress them takes a sixth of an import, and what charts
look at is small already, since few values repeat. Rows come in the order of the file, so that a
thread waits for the others where it is ahead; with groups of half the usual size it waits less."""


def keyed_view(file: Path, keys: tuple[str, ...]) -> str:
    """Return the select of a derived table with its ids as text beside their keys."""
    ids = "".join(f", {key}_key::VARCHAR AS {key}" for key in keys)
    return f"SELECT *{ids} FROM read_parquet({quote(file)})"


def events_view(folder: Path, parts: Sequence[Part], time_from_order: bool) -> str:
    """Return the select of all events, part after part, with ``row``, ids and keys."""
    keys = []
    for name in ("user", "product"):
        kept = name if all(name in part.whole for part in parts) else f"{name}::VARCHAR"
        keys.append(f"{name}::VARCHAR AS {name}, {kept} AS {name}_key")
    selects, start = [], 0
    for part in parts:
        row = f"file_row_number + {start}"
        time = f"make_timestamp(({row}) * 1000000)" if time_from_order else "time"
        selects.append(
            f"SELECT {row} AS row, {time} AS time, type, {', '.join(keys)}, category_id, category, "
            f"brand, price, session, title "
            f"FROM read_parquet({quote(folder / part.file)}, file_row_number = true)"
        )
        start += part.rows
    return " UNION ALL ".join(selects)


_FULL = ("No space left", "File too large", "Disk quota exceeded", "max_temp_directory_size")


def is_full(error: BaseException) -> bool:
    """Tell whether a full disk, or a limit on what may be written, is why something failed."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return isinstance(error, duckdb.Error) and any(text in str(error) for text in _FULL)


def quote(value: object) -> str:
    """Return a text as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def connect(**settings: str | int) -> duckdb.DuckDBPyConnection:
    """Open an empty in-memory DuckDB that never asks the network and tells time in UTC."""
    connection = duckdb.connect(
        ":memory:",
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "true"},
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    for name, value in settings.items():
        connection.execute(f"SET {name} = {quote(value)}")
    return connection
