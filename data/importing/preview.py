"""What a person sees of a file before it is imported: its first rows, and how it is read."""

import itertools
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from data.datasets.database import connect
from data.errors import BadInput
from data.events import PURCHASE
from data.i18n import _
from data.importing import type_column
from data.importing.column_sql import ColumnSql
from data.importing.columns import column_sql, corrected
from data.importing.companions import choose_logs
from data.importing.dialect import Dialect, sniff, with_constants
from data.importing.line_reader import LineReader
from data.importing.paths import size_of
from data.importing.questions import Ambiguous, Question, Reading
from data.importing.raw_rows import parquet_as_text, with_constants_sql
from data.importing.request import ImportRequest
from data.importing.roles import Roles
from data.importing.settling import settled_prices, settled_times
from data.importing.staging import StagedFile, is_unpacked, staged
from data.importing.streams import opened
from data.importing.time_names import JOIN
from data.importing.understanding import all_rows_doubts, understanding
from data.importing.workbooks import sheet_names
from data.progress import never

_LARGEST_UNPACKED = 64 << 20
_MOST_ROWS = 500_000
_MOST_MEMBERS = 100  # of an archive, that are looked into for a log
_MOST_BLOCKS = 16  # of the line reader
_MEMORY = "800MB"
_LONGEST_CELL = 300
_MOST_TYPES = 10_000
_SHOWN_ROWS = 20
_EXAMPLES = 3


@dataclass(frozen=True)
class TypeExample:
    """A text of the type column.

    Attributes
    ----------
    code : str
    meaning : str
        The event type that it is taken for.
    events : int
        How many of the rows that were looked at have it.
    """

    code: str
    meaning: str
    events: int


@dataclass(frozen=True)
class Preview:
    """What a person sees before an import.

    Attributes
    ----------
    columns : tuple of str
        The file's columns; ``"1"``, ``"2"``, … where it names none.
    rows : tuple of tuple of str
        Its first rows.
    mapping : dict
        Event column → column of the file, as guessed and corrected.
    understood : dict
        How the file is read, as ``understanding`` says; ``problem`` alone, a sentence, where it
        cannot be read in this way; empty where the buyer or the product is not found.
    questions : tuple of Question
        What a person has to decide before the import.
    types : tuple of TypeExample
        The texts of the type column, the most frequent first.
    looked_at : int
        The number of rows on which this rests.
    complete : bool
        Whether these are all rows of the file.
    sheets : tuple of str
        The sheets of a workbook.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    mapping: dict[str, str]
    understood: dict[str, Any] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    types: tuple[TypeExample, ...] = ()
    looked_at: int = 0
    complete: bool = False
    sheets: tuple[str, ...] = ()

    @property
    def has_purchases(self) -> bool:
        """Whether a purchase was seen; every event is one where the file has no types."""
        return not self.types or any(seen.meaning == PURCHASE for seen in self.types)

    def examples(self, column: str) -> list[str]:
        """Return the first different values of a column, or of ``DAY+CLOCK``."""
        parts = [column] if column in self.columns else column.split(JOIN)
        places = [self.columns.index(part) for part in parts]
        values = [" ".join(row[k] for k in places) for row in self.rows if len(row) > max(places)]
        return list(dict.fromkeys(value for value in values if value.strip()))[:_EXAMPLES]


def preview(request: ImportRequest, folder: Path) -> Preview | None:
    """Return how the first file of a request is read.

    Of an archive, a workbook or a folder, the first part that holds a log is looked at; of a large
    file, the first half million rows, or the first 64 MB of what has to be unpacked.

    Parameters
    ----------
    request : ImportRequest
        The files, and what a person says of them.
    folder : Path
        Receives what has to be unpacked for a look, and is empty again afterwards.

    Returns
    -------
    Preview or None
        None where the file is too large to be unpacked for a look, and its beginning shows nothing.

    Raises
    ------
    BadInput
        Where the file is none that can be read.
    """
    path = request.files[0]
    sheets = sheet_names(path)
    if size_of(path) <= _LARGEST_UNPACKED or not is_unpacked(path):
        shown = _first_log(request, folder)
        return replace(shown, sheets=sheets) if shown else None
    if sheets:
        return None
    try:
        shown = _first_log(request, folder, _LARGEST_UNPACKED)
    except BadInput:  # a beginning alone, such as that of a workbook, may be damaged
        return None
    return replace(shown, complete=False) if shown else None


def _first_log(request: ImportRequest, folder: Path, most: int | None = None) -> Preview | None:
    """Return how the first part of a file is read that holds a log, or the first part at all."""
    path, first = request.files[0], None
    members = staged(
        [path], folder, never, sheet=request.sheet or "", choose=choose_logs, most=most
    )
    for member in itertools.islice(members, _MOST_MEMBERS):
        try:
            part = _preview(member, request)
        except BadInput:
            if not member.optional:
                raise
            continue
        if {"user", "product"} <= part.mapping.keys():
            return part
        first = first or part
    return first


def _preview(member: StagedFile, request: ImportRequest) -> Preview:
    dialect = sniff(member.path, request.encoding or "", request.header_line)
    dialect = with_constants(dialect, member.partitions)
    roles = corrected(dialect, request.mapping, member.name)
    rows = tuple(tuple(map(_cell, row)) for row in dialect.sample[:_SHOWN_ROWS])
    shown = Preview(dialect.columns, rows, roles.mapping)
    if not {"user", "product"} <= roles.mapping.keys():
        return shown
    try:
        columns = column_sql(dialect, roles, request)
        with connect(memory_limit=_MEMORY, temp_directory="") as connection:
            looked_at, complete = _create_rows(connection, dialect, member.path)
            columns, questions = _settle(connection, columns)
            types = _types(connection, columns, request)
            unreadable = _unreadable_prices(connection, columns)
    except BadInput as error:
        return replace(shown, understood={"problem": str(error)})
    columns = replace(columns, types={seen.code: seen.meaning for seen in types})
    understood = understanding(dialect, columns, {**member.unsure, **roles.unsure}, request.given())
    doubts = all_rows_doubts(looked_at, unreadable, purchases=None)  # of which a page warns
    return replace(
        shown,
        understood={**understood, "unsure": doubts | understood["unsure"]},
        questions=(*_question_on_columns(shown, roles), *questions),
        types=types,
        looked_at=looked_at,
        complete=complete,
    )


def _cell(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def _create_rows(
    connection: duckdb.DuckDBPyConnection, dialect: Dialect, path: Path
) -> tuple[int, bool]:
    """Create the table ``rows`` of text columns ``c0``, …; return its rows, and whether it is all.

    Rows that cannot be parsed are left out.
    """
    if dialect.kind == "parquet":
        source = parquet_as_text(path, dialect.columns[: dialect.width])
        rows = with_constants_sql(source, dialect)
        connection.execute(f"CREATE TABLE rows AS SELECT * FROM {rows} LIMIT {_MOST_ROWS}")
        row = connection.execute(f"SELECT count(*) FROM {source}").fetchone()
        total = int(row[0]) if row else 0
        return min(total, _MOST_ROWS), total <= _MOST_ROWS
    tables: list[pa.Table] = []
    count, width, complete = 0, dialect.width, True
    with opened(path, dialect.encoding, dialect.line_end) as (stream, _position):
        for block in LineReader(dialect).read(stream):
            tables.append(block.as_table(width))
            count += tables[-1].num_rows
            complete = count < _MOST_ROWS and len(tables) < _MOST_BLOCKS
            if not complete:
                break
    if not tables:
        raise BadInput(_("{files} holds a header but no rows.").format(files=path.name))
    connection.register("seen", pa.concat_tables(tables))
    connection.execute(f"CREATE TABLE rows AS SELECT * FROM {with_constants_sql('seen', dialect)}")
    connection.unregister("seen")
    return count, complete


def _settle(
    connection: duckdb.DuckDBPyConnection, columns: ColumnSql
) -> tuple[ColumnSql, list[Question]]:
    """Decide over the rows how times and prices are written; return what they leave open, too."""
    questions = []
    for settle in (settled_times, settled_prices):
        try:
            columns = settle(connection, columns, "rows")
        except Ambiguous as error:
            questions.append(error.question)
    return columns, questions


def _types(
    connection: duckdb.DuckDBPyConnection, columns: ColumnSql, request: ImportRequest
) -> tuple[TypeExample, ...]:
    """Return the texts of the type column with their meanings, the most frequent first."""
    if "type" not in columns.positions:
        return ()
    counts: dict[str, int] = dict(
        connection.execute(
            f"SELECT text_type, count(*) FROM {columns.source('rows')} WHERE text_type IS NOT NULL "
            f"GROUP BY text_type ORDER BY count(*) DESC, text_type LIMIT {_MOST_TYPES}"
        ).fetchall()
    )
    meanings = type_column.meanings(counts, request.types, columns.mapping["type"])
    return tuple(TypeExample(code, meanings[code.strip()], count) for code, count in counts.items())


def _unreadable_prices(connection: duckdb.DuckDBPyConnection, columns: ColumnSql) -> int:
    """Return how many of the rows have a price that cannot be read."""
    if "price" not in columns.positions:
        return 0
    row = connection.execute(
        f"SELECT count(*) FILTER ({columns.unreadable('price')}) FROM {columns.source('rows')}"
    ).fetchone()
    return int(row[0]) if row else 0


def _question_on_columns(shown: Preview, roles: Roles) -> list[Question]:
    """Return the question which column is the time, where several hold times."""
    if not roles.times:
        return []
    readings = tuple(
        Reading(column, f"{column}: {', '.join(shown.examples(column))}") for column in roles.times
    )
    return [Question("time_column", _("Which column is the time of an event?"), readings)]
