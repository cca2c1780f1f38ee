"""Import of one file: the fast path via DuckDB COPY and the line-by-line fallback.

The fast path lets DuckDB parse the file while a thread counts its lines and computes its hash. Its
result is used if every line became an event. Otherwise the fallback parses the file again and
writes every row that is no event to the rejects, with its line, reason and text.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from data.datasets.database import (
    WRITE_EVENTS,
    connect,
    copy,
    is_full,
    quote,
    quote_path,
    read_parquet,
)
from data.datasets.manifest import Part, Source
from data.errors import BadInput
from data.i18n import _, number
from data.importing.checksum import Checksum
from data.importing.column_sql import ColumnSql
from data.importing.columns import shortly
from data.importing.dialect import Dialect
from data.importing.line_reader import Reject, line_texts
from data.importing.missing_values import COMMON_MISSING
from data.importing.progress_tracker import ProgressTracker
from data.importing.raw_rows import parquet_as_text, with_constants_sql, write_raw_rows
from data.importing.rejects import Rejects
from data.importing.settling import MOST_TYPES, settled
from data.importing.streams import check_written
from data.importing.times import EARLIEST, LATEST
from data.importing.type_column import are_codes
from data.importing.type_words import STANDARD_TYPES, meaning_of
from data.importing.version import MEMORY
from data.progress import execute, raise_if_stopped

_MOST_MISFITS = 10
"""Lines with other columns that a table may have, however short it is."""


@dataclass(frozen=True)
class SourceFile:
    """A file to import.

    Attributes
    ----------
    path : Path
        Where it lies.
    name : str
        Name for messages and the manifest, such as ``archive.zip/member.csv``.
    dialect : Dialect
        Its format.
    columns : ColumnSql
        How its columns become event columns.
    part : Path
        The Parquet file of events to write.
    unsure : mapping
        Event column → why another column of the file might have been meant.
    """

    path: Path
    name: str
    dialect: Dialect
    columns: ColumnSql
    part: Path
    unsure: Mapping[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> Path:
        """Temporary Parquet file for the text of the rows, beside the part."""
        return self.part.with_suffix(".raw")


@dataclass(frozen=True)
class FileResult:
    """The result of the import of a file.

    Attributes
    ----------
    part : Part
    source : Source
    columns : ColumnSql
        How the columns were read; decided over all rows where the first ones did not settle it.
    unreadable : Counter
        ``price`` and ``quantity`` → number of events in which it could not be read and is
        missing.
    ends_early : bool
        Whether the file is compressed, and its end is missing or damaged.
    """

    part: Part
    source: Source
    columns: ColumnSql
    unreadable: Counter[str] = field(default_factory=Counter)
    ends_early: bool = False


def import_file(source: SourceFile, rejects: Rejects, tracker: ProgressTracker) -> FileResult:
    """Write the events of a file to its part and the other rows to the rejects."""
    size = source.path.stat().st_size
    checksum = Checksum(source.path, source.dialect.compression)
    try:
        with _connection(source.part.parent) as connection:
            kept = _copy(connection, source, checksum, tracker)
            digest = checksum.finish()
            read, ends_early = kept, False
            columns, unreadable = source.columns, Counter[str]()
            if (
                kept is None
                or not _is_complete(source, kept, checksum)
                or _has_new_codes(connection, source)
            ):
                kept, read, columns, unreadable, ends_early = _read_lines(
                    connection, source, rejects, tracker
                )
    finally:
        checksum.stop()
    tracker.finish_file(size, read or 0, source.part.stat().st_size)
    part = Part(source.part.name, kept, tuple(sorted(columns.integer_ids)), columns.columns)
    manifest_source = Source(source.name, size, digest, read or 0, kept)
    return FileResult(part, manifest_source, columns, unreadable, ends_early)


def _connection(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = connect(memory_limit=MEMORY, temp_directory=str(folder / "spill"))
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    # A condition that is pushed down to the scan computes each text once per comparison with it,
    # some 40 times, instead of once.
    connection.execute("SET disabled_optimizers = 'filter_pushdown'")
    return connection


def _copy(
    connection: duckdb.DuckDBPyConnection,
    source: SourceFile,
    checksum: Checksum,
    tracker: ProgressTracker,
) -> int | None:
    """Let DuckDB parse the file; return the rows written, None if it cannot."""
    size = source.path.stat().st_size

    def on_progress(share: float) -> None:
        checksum.check()
        check_written(source.part, size)
        done = int(share * size)
        rows = int(checksum.lines * done / checksum.done) if checksum.done else 0
        tracker.report(done, rows)

    columns, dialect = source.columns, source.dialect
    if columns.unsettled or columns.forward_filled or dialect.line_end != "\n":
        return None
    if dialect.encoding not in ("utf-8", "utf-8-sig", "ascii"):
        return None
    if dialect.compression not in ("none", "gzip"):
        return None
    if dialect.kind != "parquet":
        columns = replace(columns, missing=())
    select = (
        f"SELECT {columns.select()}, {columns.is_irregular()} AS irregular "
        f"FROM {columns.source(with_constants_sql(_table(source), dialect))}"
    )
    try:
        return execute(
            connection,
            copy(select, source.part, WRITE_EVENTS),
            on_progress,
            tracker.should_stop,
        )
    except duckdb.Error as error:
        if is_full(error) or isinstance(error, duckdb.OutOfMemoryException):
            raise
        return None


def _table(source: SourceFile) -> str:
    """Return the table expression of a file, with text columns ``c0``, ``c1``, …."""
    if source.dialect.kind == "parquet":
        return parquet_as_text(source.path, source.dialect.columns[: source.dialect.width])
    width = source.dialect.width
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(width))
    mark = quote(source.dialect.quote)
    escape = quote(source.dialect.escape if source.dialect.escape == "\\" else source.dialect.quote)
    return (
        f"read_csv({quote_path(source.path)}, columns = {{{columns}}}, "
        "auto_detect = false, hive_partitioning = false, "
        f"header = {str(source.dialect.header).lower()}, skip = {source.dialect.skipped}, "
        f"delim = {quote(source.dialect.delimiter)}, quote = {mark}, escape = {escape}, "
        f"compression = {quote(source.dialect.compression)}, "
        f"nullstr = [{', '.join(map(quote, source.columns.seen_missing))}])"
    )


def _is_complete(source: SourceFile, kept: int, checksum: Checksum) -> bool:
    """Return whether every line of the file is an event of the part."""
    with pq.ParquetFile(source.part) as part:
        if source.dialect.kind == "parquet":
            with pq.ParquetFile(source.path) as file:
                expected = file.metadata.num_rows
        else:
            expected = checksum.lines - source.dialect.first_line + 1
            if checksum.nul:  # DuckDB keeps NUL bytes in texts; the fallback rejects the row
                return False
        if kept != expected or checksum.broken:
            return False
        return all(
            _has_only_events(part.metadata.row_group(group), source)
            for group in range(part.num_row_groups)
        )


def _has_new_codes(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> bool:
    """Return whether the type column holds codes or words with a meaning that were not settled.

    These are numbers, words of several parts, and texts for a missing value that the first rows do
    not have.
    """
    columns = source.columns
    if "type" not in columns.positions:
        return False
    rows = connection.execute(
        f"SELECT DISTINCT type FROM {read_parquet(source.part)} LIMIT {MOST_TYPES + 1}"
    ).fetchall()
    known = {*columns.codes, *columns.types.values(), *STANDARD_TYPES}
    new = [kind for (kind,) in rows if kind not in known]
    if len(rows) > MOST_TYPES:
        return False
    are_numbers = bool(columns.codes) and any(are_codes([kind]) for kind in new)
    return are_numbers or any(meaning_of(kind) or kind in COMMON_MISSING for kind in new)


def _has_only_events(group: pq.RowGroupMetaData, source: SourceFile) -> bool:
    """Return from the statistics of a row group whether each of its rows is an event."""
    columns = {group.column(k).path_in_schema: group.column(k) for k in range(group.num_columns)}
    required = [*("user", "product"), *(["time"] if source.columns.time.kind != "order" else [])]
    for name in required:
        statistics = columns[name].statistics
        if statistics is None or not statistics.has_null_count or statistics.null_count:
            return False
    if "time" in required and not _are_in_range(columns["time"].statistics):
        return False
    irregular = columns["irregular"].statistics
    return bool(irregular is not None and irregular.has_min_max and not irregular.max)


def _are_in_range(times: pq.Statistics) -> bool:
    """Return whether all times of a row group lie between ``EARLIEST`` and ``LATEST``."""
    try:
        return bool(times.has_min_max and times.min >= EARLIEST and times.max < LATEST)
    except OverflowError:  # a year outside the range of Python's datetime
        return False


def _read_lines(
    connection: duckdb.DuckDBPyConnection,
    source: SourceFile,
    rejects: Rejects,
    tracker: ProgressTracker,
) -> tuple[int, int, ColumnSql, Counter[str], bool]:
    """Parse the file row by row: the fallback.

    Returns
    -------
    kept, read : int
        Number of events, and of rows.
    columns : ColumnSql
        With ids, times and prices decided over every row.
    unreadable, ends_early
        As in ``FileResult``.
    """
    rejected = Counter[str]()

    def add_reject(reject: Reject) -> None:
        rejected[reject.reason] += 1
        rejects.add(source.name, reject.line, None, reject.reason, reject.raw)

    ends_early = write_raw_rows(
        connection,
        source.path,
        source.dialect,
        source.raw,
        on_reject=add_reject,
        on_progress=tracker.report,
    )
    raw = with_constants_sql(read_parquet(source.raw), source.dialect)
    _refuse_no_table(source, pq.read_metadata(source.raw).num_rows, rejected)
    columns = settled(connection, source.columns, raw)
    columns = replace(columns, integer_ids=_integer_ids(connection, columns, raw))
    _refuse_joined(connection, source, raw)
    rows = columns.source(raw)
    kept = execute(
        connection,
        copy(
            f"SELECT {columns.select()} FROM {rows} WHERE ({columns.reason()}) IS NULL",
            source.part,
            WRITE_EVENTS,
        ),
        lambda _share: raise_if_stopped(tracker.should_stop),
        tracker.should_stop,
    )
    unreadable = _unreadable(connection, columns, rows)
    read = kept + rejected.total() + _write_rejects(connection, source, columns, rejects, tracker)
    source.raw.unlink()
    return kept, read, columns, unreadable, ends_early


def _refuse_no_table(source: SourceFile, rows: int, rejected: Counter[str]) -> None:
    """Raise BadInput where most lines of a file do not have its columns, or a third of many."""
    misfits = rejected["wrong_number_of_columns"]
    if misfits > rows or _MOST_MISFITS < misfits > rows / 2:
        raise BadInput(
            _(
                "{misfits} of {lines} lines of {file} do not have its {width} columns ({columns}): "
                "it is no table, or its header is another line, to be named with --header-line."
            ).format(
                misfits=misfits,
                lines=rows + rejected.total(),
                file=source.name,
                width=source.dialect.width,
                columns=shortly(source.dialect.columns[: source.dialect.width]),
            )
        )


def _refuse_joined(connection: duckdb.DuckDBPyConnection, source: SourceFile, raw: str) -> None:
    """Raise BadInput where a row names the columns anew in another order: a file of several."""
    names = source.dialect.columns[: source.dialect.width]
    if not source.columns.named:
        return
    known = ", ".join(map(quote, names))
    cells = [f"c{place}" for place in range(len(names))]
    are_names = " AND ".join(f"trim({cell}) IN ({known})" for cell in cells)
    are_same = " AND ".join(f"trim({c}) = {quote(n)}" for c, n in zip(cells, names, strict=True))
    row = connection.execute(
        f"SELECT min(line) FROM {raw} WHERE {are_names} AND NOT ({are_same})"
    ).fetchone()
    if row and row[0] is not None:
        raise BadInput(
            _(
                "Line {line} of {file} names the columns in another order: it is several files in "
                "one; import each of them."
            ).format(line=number(row[0]), file=source.name)
        )


def _integer_ids(
    connection: duckdb.DuckDBPyConnection, columns: ColumnSql, raw: str
) -> frozenset[str]:
    """Return the id columns in which every id is an integer; the sample had suggested it."""
    names = set()
    for name in columns.integer_ids:
        other = f"{columns.text(name)} IS NOT NULL AND ({columns.value(name)}) IS NULL"
        rows = columns.source(raw)
        row = connection.execute(f"SELECT 1 FROM {rows} WHERE {other} LIMIT 1").fetchone()
        if row is None:
            names.add(name)
    return frozenset(names)


def _unreadable(
    connection: duckdb.DuckDBPyConnection, columns: ColumnSql, rows: str
) -> Counter[str]:
    """Return the numbers of events whose price or quantity is there and cannot be read."""
    names = [name for name in ("price", "quantity") if name in columns.positions]
    if not names:
        return Counter()
    counts = ", ".join(f"count(*) FILTER ({columns.unreadable(name)})" for name in names)
    row = connection.execute(
        f"SELECT {counts} FROM {rows} WHERE ({columns.reason()}) IS NULL"
    ).fetchone()
    return Counter(dict(zip(names, row or (), strict=True)))


def _write_rejects(
    connection: duckdb.DuckDBPyConnection,
    source: SourceFile,
    columns: ColumnSql,
    rejects: Rejects,
    tracker: ProgressTracker,
) -> int:
    """Write the parsed rows that are no events to the rejects and return their number."""
    fields = ", ".join(f"c{position}" for position in range(source.dialect.width))
    raw = with_constants_sql(read_parquet(source.raw), source.dialect)
    result = connection.execute(
        f"SELECT line, lines, ({columns.reason()}) AS reason, "
        f"concat_ws({quote(source.dialect.delimiter)}, {fields}) AS raw "
        f"FROM {columns.source(raw)} "
        "WHERE reason IS NOT NULL ORDER BY line"
    )
    count = 0
    with line_texts(source.path, source.dialect) as text_of:
        while rows := result.fetchmany(10_000):
            for line, lines, reason, joined in rows:
                text = joined if text_of is None else text_of(line, lines)
                rejects.add(source.name, line, _blamed_column(reason, columns), reason, text)
            count += len(rows)
            raise_if_stopped(tracker.should_stop)
    return count


def _blamed_column(reason: str, columns: ColumnSql) -> str | None:
    """Return the file's column that a reason such as ``price_unreadable`` is about."""
    return columns.mapping.get(reason.split("_", maxsplit=1)[0])
