"""The two lanes on which a file becomes a part of a dataset."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from data.datasets.database import WRITE, WRITE_EVENTS, connect, is_full, quote
from data.datasets.manifest import Part, Source
from data.importing.checksum import Scan
from data.importing.column_sql import EARLIEST, LATEST, Reading
from data.importing.dialect import Dialect, opened
from data.importing.line_reader import CarefulReader, line_texts
from data.importing.rejects import Rejects
from data.progress import Progress, Report, Stop, check, execute

MEMORY = "1200MB"
"""What DuckDB may use for an import; beyond that it goes to disk."""


class Work:
    """Adds up the progress of an import over its files."""

    def __init__(self, total: int, report: Report, cancelled: Stop) -> None:
        self.cancelled = cancelled
        self._total = total
        self._report = report
        self._bytes = 0
        self._rows = 0
        self._started = time.monotonic()

    def tell(self, done: int, rows: int, stage: str = "reading") -> None:
        """Report what is done of the file at hand, and stop where the user asked for it."""
        check(self.cancelled)
        self._report(
            Progress(
                stage,
                min(self._total, self._bytes + done),
                self._total,
                self._rows + rows,
                time.monotonic() - self._started,
            )
        )

    def finished(self, size: int, rows: int) -> None:
        """Add a file that is done."""
        self._bytes += size
        self._rows += rows
        self.tell(0, 0)


@dataclass(frozen=True)
class Job:
    """A file to read: where it is, what it is called, how it is written, where its part goes."""

    path: Path
    name: str
    dialect: Dialect
    reading: Reading
    part: Path

    @property
    def scratch(self) -> Path:
        """A file for raw text, beside the part."""
        return self.part.with_suffix(".raw")


def read_file(job: Job, rejects: Rejects, work: Work) -> tuple[Part, Source]:
    """Turn a file into a part of a dataset; what is no event goes to the rejects."""
    size = job.path.stat().st_size
    scan = Scan(job.path, job.dialect.compression)
    try:
        with _connection(job.part.parent) as connection:
            kept = _fast(connection, job, scan, work)
            digest = scan.finish()
            read = kept
            reading = job.reading
            if kept is None or not _is_complete(job, kept, scan):
                kept, read, reading = _careful(connection, job, rejects, work)
    finally:
        scan.stop()
    work.finished(size, read or 0)
    part = Part(job.part.name, kept, tuple(sorted(reading.whole)))
    return part, Source(job.name, size, digest, read or 0, kept)


def _connection(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = connect(memory_limit=MEMORY, temp_directory=str(folder / "spill"))
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    return connection


def _fast(connection: duckdb.DuckDBPyConnection, job: Job, scan: Scan, work: Work) -> int | None:
    """Let DuckDB read the file; return the rows written, None where it cannot."""
    size = job.path.stat().st_size

    def tick(share: float) -> None:
        done = int(share * size)
        work.tell(done, int(scan.lines * done / scan.done) if scan.done else 0)

    if job.dialect.encoding not in ("utf-8", "utf-8-sig"):
        return None
    reading = job.reading if job.dialect.kind == "parquet" else replace(job.reading, missing=())
    select = f"SELECT {reading.select()}, {reading.odd()} AS odd FROM {_relation(job)}"
    try:
        return execute(
            connection,
            f"COPY ({select}) TO {quote(job.part)} ({WRITE_EVENTS})",
            tick,
            work.cancelled,
        )
    except duckdb.Error as error:
        if is_full(error) or isinstance(error, duckdb.OutOfMemoryException):
            raise
        return None


def _relation(job: Job) -> str:
    if job.dialect.kind == "parquet":
        columns = ", ".join(
            f'"{name.replace(chr(34), chr(34) * 2)}"::VARCHAR AS c{k}'
            for k, name in enumerate(job.dialect.columns)
        )
        return f"(SELECT {columns} FROM read_parquet({quote(job.path)}))"
    columns = ", ".join(f"'c{k}': 'VARCHAR'" for k in range(len(job.dialect.columns)))
    mark = quote(job.dialect.quote)
    return (
        f"read_csv({quote(job.path)}, columns = {{{columns}}}, auto_detect = false, "
        f"header = {str(job.dialect.header).lower()}, delim = {quote(job.dialect.delimiter)}, "
        f"quote = {mark}, escape = {mark}, compression = {quote(job.dialect.compression)}, "
        f"nullstr = [{', '.join(map(quote, job.reading.missing))}])"
    )


def _is_complete(job: Job, kept: int, scan: Scan) -> bool:
    """Tell whether every line of the file is an event of the part."""
    with pq.ParquetFile(job.part) as part:
        if job.dialect.kind == "parquet":
            with pq.ParquetFile(job.path) as source:
                expected = source.metadata.num_rows
        else:
            expected = scan.lines - job.dialect.header
            if scan.nul:  # DuckDB keeps it in a text; the careful lane refuses the row
                return False
        if kept != expected or scan.broken:
            return False
        return all(_is_clean(part.metadata.row_group(k), job) for k in range(part.num_row_groups))


def _is_clean(group: pq.RowGroupMetaData, job: Job) -> bool:
    """Tell from its statistics whether every row of a row group is an event."""
    columns = {group.column(k).path_in_schema: group.column(k) for k in range(group.num_columns)}
    needed = [*("user", "product"), *(["time"] if job.reading.time != "order" else [])]
    for name in needed:
        statistics = columns[name].statistics
        if statistics is None or not statistics.has_null_count or statistics.null_count:
            return False
    if "time" in needed and not _is_plausible(columns["time"].statistics):
        return False
    odd = columns["odd"].statistics
    return bool(odd is not None and odd.has_min_max and not odd.max)


def _is_plausible(times: pq.Statistics) -> bool:
    """Tell whether all times of a row group are between the earliest and the latest allowed."""
    try:
        return bool(times.has_min_max and times.min >= EARLIEST and times.max < LATEST)
    except OverflowError:  # a year that Python has no date for
        return False


def _careful(
    connection: duckdb.DuckDBPyConnection, job: Job, rejects: Rejects, work: Work
) -> tuple[int, int, Reading]:
    """Read the file row by row; return the rows kept, the rows read, and how ids are kept."""
    refused = 0
    if job.dialect.kind == "parquet":
        _stage_parquet(connection, job)
    else:
        refused = _stage_text(job, rejects, work)
    raw = f"read_parquet({quote(job.scratch)})"
    reading = replace(job.reading, whole=_whole(connection, job.reading, raw))
    reason = reading.reason()
    kept = execute(
        connection,
        f"COPY (SELECT {reading.select()} FROM {raw} WHERE ({reason}) IS NULL) "
        f"TO {quote(job.part)} ({WRITE_EVENTS})",
        lambda _share: check(work.cancelled),
        work.cancelled,
    )
    refused += _refuse(connection, job, reading, rejects, work)
    job.scratch.unlink()
    return kept, kept + refused, reading


def _whole(connection: duckdb.DuckDBPyConnection, reading: Reading, raw: str) -> frozenset[str]:
    """Return the id columns in which really every id is a whole number."""
    found = set()
    for name in reading.whole:
        odd = f"{reading.text(name)} IS NOT NULL AND ({reading.value(name)}) IS NULL"
        row = connection.execute(f"SELECT 1 FROM {raw} WHERE {odd} LIMIT 1").fetchone()
        if row is None:
            found.add(name)
    return frozenset(found)


def _stage_parquet(connection: duckdb.DuckDBPyConnection, job: Job) -> None:
    select = f"SELECT *, row_number() OVER () AS line, 1 AS lines FROM {_relation(job)}"
    connection.execute(f"COPY ({select}) TO {quote(job.scratch)} ({WRITE})")


def _stage_text(job: Job, rejects: Rejects, work: Work) -> int:
    """Write the rows' text to the scratch file and return how many were refused."""
    reader = CarefulReader(job.dialect)
    width = len(job.dialect.columns)
    size, refused, staged = job.path.stat().st_size, 0, 0
    schema = pa.schema(
        [
            *((f"c{k}", pa.string()) for k in range(width)),
            ("line", pa.int64()),
            ("lines", pa.int32()),
        ]
    )
    with (
        opened(job.path, job.dialect.encoding) as (stream, position),
        pq.ParquetWriter(job.scratch, schema, compression="lz4") as writer,
    ):
        for batch in reader.read(stream):
            table = batch.as_table(width)
            writer.write_table(table)
            staged += table.num_rows
            refused += len(batch.rejects)
            for reject in batch.rejects:
                rejects.add(job.name, reject.line, None, reject.reason, reject.raw)
            work.tell(min(size, position()), staged + refused)
    return refused


def _refuse(
    connection: duckdb.DuckDBPyConnection, job: Job, reading: Reading, rejects: Rejects, work: Work
) -> int:
    """Keep the rows that are no events as rejects and return how many there are."""
    fields = ", ".join(f"c{k}" for k in range(len(job.dialect.columns)))
    found = connection.execute(
        f"SELECT line, lines, ({reading.reason()}) AS reason, "
        f"concat_ws({quote(job.dialect.delimiter)}, {fields}) AS raw "
        f"FROM read_parquet({quote(job.scratch)}) WHERE reason IS NOT NULL ORDER BY line"
    )
    count = 0
    with line_texts(job.path, job.dialect) as text_of:
        while rows := found.fetchmany(10_000):
            for line, lines, reason, joined in rows:
                text = joined if text_of is None else text_of(line, lines)
                column = _column(reason, reading)
                rejects.add(job.name, line, column, reason, text)
            count += len(rows)
            check(work.cancelled)
    return count


def _column(reason: str, reading: Reading) -> str | None:
    """Return the file's column that a reason is about."""
    return reading.mapping.get(reason.split("_", maxsplit=1)[0])
