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
_MANY_GROUPS = 5_000
_FEW_ROWS = 100  # of a row group


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
        schema = check_claims(path, path.name)
        texts = [field.name for field in schema if pa.types.is_string(field.type)]
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
    numeric = frozenset(field.name for field in schema if any(kind(field.type) for kind in kinds))
    return Sample(tuple(schema.names), rows, numeric)


def check_claims(path: Path, name: str) -> Any:
    """Return the Arrow schema of a Parquet file that claims no more than a log can hold.

    Parameters
    ----------
    path : Path
    name : str
        What people call the file.

    Raises
    ------
    BadInput
        For too many columns, more rows than there can be in so few bytes, and rows in very many
        groups, each of which takes as much memory as thousands of rows.
    pyarrow.ArrowException
        For a damaged file.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        schema, rows, groups = file.schema_arrow, file.metadata.num_rows, file.num_row_groups
    size = path.stat().st_size
    if rows > max(_ALWAYS_ROWS, _MOST_ROWS_A_BYTE * size):
        raise BadInput(
            _(
                "{file} claims {rows} rows in {size} bytes, as no log does: they would fill the "
                "disk."
            ).format(file=name, rows=number(rows), size=number(size))
        )
    if groups > _MANY_GROUPS and rows < _FEW_ROWS * groups:
        raise BadInput(
            _(
                "{file} holds its {rows} rows in {groups} row groups; write it anew, such as with "
                "pandas' read_parquet and to_parquet, and import that."
            ).format(file=name, rows=number(rows), groups=number(groups))
        )
    check_columns(path.with_name(name.rpartition("/")[2]), len(schema))
    return schema


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
