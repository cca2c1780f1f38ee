"""The rows of a file as columns of text, ``c0``, ``c1``, …, before anything is read out of them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from data.datasets.database import WRITE, copy, quote, read_parquet
from data.importing.dialect import Dialect
from data.importing.line_reader import LineReader, Reject
from data.importing.streams import is_broken, opened


def parquet_as_text(path: Path, columns: Sequence[str]) -> str:
    """Return the table expression of a Parquet file with its columns as text.

    Columns are taken by position, since a name may be empty or occur twice.
    """
    names = [f"c{position}" for position in range(len(columns))]
    texts = ", ".join(f"{name}::VARCHAR AS {name}" for name in names)
    return f"(SELECT {texts} FROM {read_parquet(path)} AS source({', '.join(names)}))"


def with_constants_sql(relation: str, dialect: Dialect) -> str:
    """Return the table expression of a file's rows with its constants as columns behind them."""
    if not dialect.constants:
        return relation
    values = ", ".join(
        f"{quote(value)} AS c{place}"
        for place, value in enumerate(dialect.constants, start=dialect.width)
    )
    return f"(SELECT *, {values} FROM {relation})"


def write_raw_rows(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    dialect: Dialect,
    target: Path,
    *,
    on_reject: Callable[[Reject], None],
    on_progress: Callable[[int, int], None],
) -> bool:
    """Write the fields of every row with its ``line`` and number of ``lines`` to a Parquet file.

    Parameters
    ----------
    connection : duckdb connection
    path : Path
    dialect : Dialect
        How the file is written.
    target : Path
    on_reject : callable
        Receives each row that cannot be parsed.
    on_progress : callable
        Receives the bytes and rows read so far.

    Returns
    -------
    bool
        Whether the file is compressed, and ends too early.
    """
    if dialect.kind == "parquet":
        rows = parquet_as_text(path, dialect.columns[: dialect.width])
        select = f"SELECT *, row_number() OVER () AS line, 1 AS lines FROM {rows}"
        connection.execute(copy(select, target, WRITE))
        return False
    width = dialect.width
    texts = [(f"c{position}", pa.string()) for position in range(width)]
    schema = pa.schema([*texts, ("line", pa.int64()), ("lines", pa.int32())])
    size, count = path.stat().st_size, 0
    with (
        opened(path, dialect.encoding, dialect.line_end) as (stream, position),
        pq.ParquetWriter(target, schema, compression="lz4") as writer,
    ):
        for block in LineReader(dialect).read(stream):
            table = block.as_table(width)
            writer.write_table(table)
            for reject in block.rejects:
                on_reject(reject)
            count += table.num_rows + len(block.rejects)
            on_progress(min(size, position()), count)
        return is_broken(stream)
