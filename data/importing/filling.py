"""Events with the values that a table of products has and their log has not.

The Parquet file of a part is written again with the values filled in, so that queries read them at
the speed of any other column: a join in the view takes 15 times as long on a log of 15 million
events, whether or not a query asks for the columns. The log's own values stay beside them as
``own_category`` and so on, which no query reads, so that another table can take the place of this
one. DuckDB does not keep the order of the rows in a join, therefore their numbers are written, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from data.datasets.database import WRITE, copy, key_sql, read_parquet
from data.datasets.manifest import Part
from data.datasets.side_tables import FILLABLE, PRODUCTS, VIEWS
from data.events import NAMES
from data.progress import ShouldStop, execute, raise_if_stopped

_FILE = f"{VIEWS[PRODUCTS]}.parquet"
_WRITE = f"{WRITE}, ROW_GROUP_SIZE 61440"


def fill(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    part: Part,
    fills: tuple[str, ...],
    *,
    category_is_id: bool,
    should_stop: ShouldStop,
) -> Part:
    """Fill the events of a part from the table of products; take out what an earlier one filled.

    Parameters
    ----------
    connection : duckdb connection
    folder : Path
        Holds the part and the table; the part's file is replaced, other links to it stay.
    part : Part
    fills : tuple of str
        The event columns that the table has; none leaves the log's own values.
    category_is_id : bool
        Whether the log has an id of the category and no name, so that the table's name is better.
    should_stop : callable
    """
    file = folder / part.file
    own = _own_values(file, part)
    temporary = file.with_suffix(".filled")
    execute(
        connection,
        copy(_select(folder, part, own, fills, category_is_id), temporary, _WRITE),
        lambda _share: raise_if_stopped(should_stop),
        should_stop,
    )
    temporary.replace(file)
    present = {*part.columns}.difference(FILLABLE) | own.keys() | {*fills}
    columns = tuple(name for name in NAMES if name in present)
    return replace(part, columns=columns, filled=fills)


def _own_values(file: Path, part: Part) -> dict[str, str]:
    """Return event column → the part's column of the log's own values, where it has some."""
    with pq.ParquetFile(file) as parquet:
        names = parquet.schema_arrow.names
    own = {name: f"own_{name}" if name in part.filled else name for name in FILLABLE}
    return {name: column for name, column in own.items() if column in names}


def _select(
    folder: Path, part: Part, own: Mapping[str, str], fills: Sequence[str], category_is_id: bool
) -> str:
    """Return the SELECT of a part's events with the columns of ``fills`` filled."""
    events = f"{read_parquet(folder / part.file, 'file_row_number = true')} AS events"
    row = "events.row" if part.filled else "events.file_row_number"
    values = [f"events.{name}" for name in part.columns if name not in FILLABLE]
    values += [f"events.{column} AS {name}" for name, column in own.items() if name not in fills]
    if not fills:
        return f"SELECT {', '.join(values)} FROM {events} ORDER BY {row}"
    values.append(f"{row} AS row")
    for name in fills:
        texts = [f"side.{name}"]
        if name in own:
            values.append(f"events.{own[name]} AS own_{name}")
            is_worse = name == "category" and category_is_id
            texts.insert(1 if is_worse else 0, f"events.{own[name]}")
        values.append(f"coalesce({', '.join(texts)}) AS {name}")
    key = key_sql("product", "product" in part.whole)
    side = f"SELECT {key} AS key, {', '.join(fills)} FROM {read_parquet(folder / _FILE)}"
    return (
        f"SELECT {', '.join(values)} FROM {events} "
        f"LEFT JOIN ({side}) AS side ON side.key = events.product"
    )
