"""The first rows of a Parquet file, and bounds on what one claims to hold."""

from pathlib import Path
from typing import Any, NamedTuple

from data.errors import BadInput
from data.i18n import _, number
from data.importing.column_bounds import check_columns

_ROWS = 1000
_LONGEST_VALUE = 10_000  # characters of a value
_ALWAYS_ROWS = 10_000_000  # rows that even a small file may have
_MOST_ROWS_A_BYTE = 4


class Sample(NamedTuple):
    """The first rows of a file.

    Attributes
    ----------
    names : tuple of str
        Of the columns.
    rows : tuple of tuple of str
        Empty texts for missing values.
    numeric : frozenset of str
        The columns of numbers.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[str]


def first_rows(path: Path) -> Sample:
    """Return the first rows of a Parquet file.

    Raises
    ------
    BadInput
        Where the file is damaged, or claims more rows or columns than a log has.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema, number_of_rows = file.schema_arrow, file.metadata.num_rows
            texts = [one.name for one in schema if pa.types.is_string(one.type)]
        _check_rows(path, number_of_rows)
        check_columns(path, len(schema))
        # As dictionaries, texts that are there many times are in memory once.
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            batch = next(file.iter_batches(_ROWS), None)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise BadInput(_("{file} is a damaged Parquet file.").format(file=path.name)) from error
    columns = map(_shortened, batch.columns) if batch else ()
    rows = tuple(
        tuple("" if v is None else str(v)[:_LONGEST_VALUE] for v in row)
        for row in zip(*columns, strict=True)
    )
    kinds = (pa.types.is_floating, pa.types.is_integer, pa.types.is_decimal)
    numeric = frozenset(one.name for one in schema if any(kind(one.type) for kind in kinds))
    return Sample(tuple(schema.names), rows, numeric)


def _check_rows(path: Path, rows: int) -> None:
    """Raise BadInput where a file claims more rows than a log can have in so few bytes."""
    if rows > max(_ALWAYS_ROWS, _MOST_ROWS_A_BYTE * path.stat().st_size):
        raise BadInput(
            _(
                "{file} claims {rows} rows in {size} bytes, as no log does: they would fill the "
                "disk."
            ).format(file=path.name, rows=number(rows), size=number(path.stat().st_size))
        )


def _shortened(column: Any) -> list[Any]:
    """Return the values of a column of an Arrow batch, long texts cut."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type):
        try:
            return list(column.to_pylist())
        except (OverflowError, ValueError):  # times that Python has no dates for
            return list(column.cast(pa.string()).to_pylist())
    texts = pc.utf8_slice_codeunits(column.dictionary, 0, _LONGEST_VALUE)
    return list(texts.take(column.indices).to_pylist())
