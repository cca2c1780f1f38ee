"""A file of products or buyers, read into the side table of a dataset."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from data.datasets.database import copy, quote, read_parquet
from data.datasets.side_tables import BUYERS, IDS, PRODUCTS, VIEWS, SideTable
from data.errors import BadInput
from data.i18n import N_, _
from data.importing.blanks import trimmed_sql
from data.importing.column_sql import without_formula
from data.importing.columns import shortly
from data.importing.dialect import Dialect, sniff
from data.importing.line_reader import Reject
from data.importing.missing_values import MISSING
from data.importing.movielens import LAYOUTS, Layout
from data.importing.raw_rows import write_raw_rows
from data.importing.side_table_columns import SideColumns, understand
from data.importing.side_table_key import Key, id_sql, key_column, named_keys
from data.importing.side_table_profile import Column, describe
from data.importing.staging import staged
from data.progress import ShouldStop, raise_if_stopped

WRITE = "FORMAT parquet, COMPRESSION zstd"

_NO_MATCH = {
    PRODUCTS: N_(
        "{file} cannot be used: no value of column {column}, such as {value}, is a product of "
        "the log, such as {id}."
    ),
    BUYERS: N_(
        "{file} cannot be used: no value of column {column}, such as {value}, is a buyer of the "
        "log, such as {id}."
    ),
}
_NO_KEY = {
    PRODUCTS: N_(
        "{file} has no column with the products of the log, such as {id}; its columns are: "
        "{columns}."
    ),
    BUYERS: N_(
        "{file} has no column with the buyers of the log, such as {id}; its columns are: {columns}."
    ),
}


@dataclass(frozen=True)
class SideTableFile:
    """A file to read as a side table.

    Attributes
    ----------
    path : Path
        A file, a folder of parts, or a member of an archive.
    table : {"products", "buyers"}
    log_column : str
        The log's column of the ids.
    encoding : str, optional
        How the text is encoded, where the guess is wrong.
    decimal_mark : {".", ","}, optional
        That of the prices, where their values do not settle it.
    optional : bool
        Whether nobody named the file, so that it is passed over where it does not match the log.
    """

    path: Path
    table: str
    log_column: str
    encoding: str | None = None
    decimal_mark: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class _Member:
    """A member of the file whose rows have been written as text."""

    name: str
    dialect: Dialect
    raw: Path
    rejected: int

    @property
    def layout(self) -> Layout:
        """The columns, of a file of MovieLens as its README names them."""
        known = LAYOUTS.get(re.split(r"[/\\]", self.name)[-1].lower())
        if known and not self.dialect.header and known.width == len(self.dialect.columns):
            return known
        if not self.dialect.header:
            return Layout(tuple(f"column_{name}" for name in self.dialect.columns))
        return Layout(self.dialect.columns)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns of ``side``."""
        flags = ("genres",) if self.layout.flags else ()
        return (*self.layout.columns, *flags)


def read_side_table(
    connection: duckdb.DuckDBPyConnection,
    file: SideTableFile,
    folder: Path,
    should_stop: ShouldStop,
) -> tuple[SideTable, dict[str, Any]]:
    """Write a file as the side table of a dataset; the first row of an id is the one that counts.

    Of an archive or workbook, the members are read that have the columns of the best one: that
    with a row for each id and the most ids of the log.

    Parameters
    ----------
    connection : duckdb connection
        With a table ``log_ids`` of the log's ids, column ``id``.
    file : SideTableFile
    folder : Path
        Receives the Parquet file.
    should_stop : callable

    Returns
    -------
    SideTable
    dict
        How the file was understood, JSON values: ``key``, ``roles`` (event column → columns of
        the file), ``attributes`` (column → kind), ``empty`` (columns without values, left out),
        ``unreadable`` (column → number of values that are no numbers, missing therefore),
        ``encoding``, ``compression``, ``delimiter``, ``header`` (its line, 0 for none).

    Raises
    ------
    BadInput
        Where the file cannot be read or no column of it holds ids of the log.
    """
    members = _members(connection, file, folder, should_stop)
    try:
        best, key = _best(connection, file, members)
        chosen = [member for member in members if member.columns == best.columns]
        _load(connection, chosen)
        return _write(connection, file, folder, chosen, key)
    finally:
        for member in members:
            member.raw.unlink(missing_ok=True)


def _members(
    connection: duckdb.DuckDBPyConnection,
    file: SideTableFile,
    folder: Path,
    should_stop: ShouldStop,
) -> list[_Member]:
    """Write the rows of every member of a file that is a table as text."""
    members: list[_Member] = []
    problem: BadInput | None = None
    for staged_file in staged([file.path], folder, should_stop):
        try:
            dialect = sniff(staged_file.path, file.encoding or "")
        except BadInput as error:
            problem = BadInput(str(error).replace(staged_file.path.name, staged_file.name))
            if not staged_file.optional:
                raise problem from error
            continue
        raw = folder / f"{file.table}-{len(members)}.raw"
        rejects: list[Reject] = []
        write_raw_rows(
            connection,
            staged_file.path,
            dialect,
            raw,
            on_reject=rejects.append,
            on_progress=lambda _bytes, _rows: raise_if_stopped(should_stop),
        )
        members.append(_Member(staged_file.name, dialect, raw, len(rejects)))
    if not members:
        raise problem or BadInput(_("{file} holds no files.").format(file=file.path.name))
    return members


def _load(connection: duckdb.DuckDBPyConnection, members: Sequence[_Member]) -> None:
    """Make the table ``side`` of the rows of members; missing values are NULL."""
    layout = members[0].layout
    width = len(layout.columns)
    formulas = members[0].dialect.formulas
    fields = [f"{_cleaned(f'c{place}', formulas)} AS c{place}" for place in range(width)]
    if layout.flags:
        labels = ", ".join(
            f"CASE trim(c{place}) WHEN '1' THEN {quote(label)} END"
            for place, label in enumerate(layout.flags, start=width)
        )
        fields.append(f"nullif(concat_ws('|', {labels}), '') AS c{width}")
    rows = " UNION ALL ".join(
        f"SELECT *, {number} AS member FROM {read_parquet(member.raw)}"
        for number, member in enumerate(members)
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE side AS SELECT {', '.join(fields)}, member, line "
        f"FROM ({rows})"
    )


def _cleaned(column: str, formulas: bool) -> str:
    cases = " ".join(f"WHEN {quote(text)} THEN NULL" for text in MISSING)
    trimmed = trimmed_sql(without_formula(column) if formulas else column)
    return f"CASE {trimmed} {cases} ELSE {trimmed} END"


def _best(
    connection: duckdb.DuckDBPyConnection, file: SideTableFile, members: Sequence[_Member]
) -> tuple[_Member, Column]:
    """Return the best member, and its key.

    Raises
    ------
    BadInput
        Where none has any.
    """
    best: tuple[Key, _Member] | None = None
    for member in members:
        _load(connection, [member])
        columns = describe(connection, member.columns)
        key = key_column(connection, columns, file.table, file.log_column)
        if key is not None and (best is None or key.rank > best[0].rank):
            best = key, member
    if best is None:
        raise BadInput(_refusal(connection, file, members[0]))
    return best[1], best[0].column


def _refusal(connection: duckdb.DuckDBPyConnection, file: SideTableFile, member: _Member) -> str:
    """Return why a file cannot be the side table of a log."""
    row = connection.execute("SELECT min(id) FROM log_ids").fetchone()
    _load(connection, [member])
    columns = describe(connection, member.columns)
    if not any(column.count for column in columns):
        return _("{files} holds a header but no rows.").format(files=member.name)
    named = named_keys(columns, file.table, file.log_column)
    if not named:
        return _(_NO_KEY[file.table]).format(
            file=member.name, id=row[0] if row else "", columns=shortly(member.columns)
        )
    return _(_NO_MATCH[file.table]).format(
        file=member.name,
        column=named[0].name,
        value=min(named[0].sample),
        id=row[0] if row else "",
    )


def _write(
    connection: duckdb.DuckDBPyConnection,
    file: SideTableFile,
    folder: Path,
    members: Sequence[_Member],
    key: Column,
) -> tuple[SideTable, dict[str, Any]]:
    columns = describe(connection, members[0].columns)
    others = [column for column in columns if column.place != key.place]
    meaning = understand(connection, others, file.table, file.decimal_mark)
    ids = id_sql(connection, key)
    values = [f"{sql} AS {name}" for name, sql in meaning.fills.items()]
    values += [f"{sql} AS {attribute.column}" for attribute, sql in meaning.attributes]
    name = IDS[file.table]
    kept = connection.execute(
        copy(
            f"SELECT {', '.join([f'{ids} AS {name}', *values])} FROM side "
            f"WHERE {ids} IS NOT NULL "
            f"QUALIFY row_number() OVER (PARTITION BY {ids} ORDER BY member, line) = 1 "
            "ORDER BY member, line",
            folder / f"{VIEWS[file.table]}.parquet",
            WRITE,
        )
    ).fetchone()
    counts = connection.execute(f"SELECT count(*), count({ids}) FROM side").fetchone()
    assert kept is not None and counts is not None
    rejected = sum(member.rejected for member in members)
    table = SideTable(
        file=members[0].name,
        key=key.name,
        rows=counts[0] + rejected,
        duplicates=counts[1] - kept[0],
        rejected=counts[0] - counts[1] + rejected,
        fills=tuple(meaning.fills),
        attributes=tuple(attribute for attribute, _sql in meaning.attributes),
    )
    return table, _understanding(members[0].dialect, key, meaning)


def _understanding(dialect: Dialect, key: Column, meaning: SideColumns) -> dict[str, Any]:
    is_text = dialect.kind == "text"
    return {
        "key": key.name,
        "roles": meaning.sources,
        "attributes": {attribute.label: attribute.kind for attribute, _sql in meaning.attributes},
        "empty": list(meaning.empty),
        "unreadable": meaning.unreadable,
        "encoding": dialect.encoding if is_text else None,
        "compression": dialect.compression,
        "delimiter": dialect.delimiter if is_text else None,
        "header": dialect.header_line if is_text else None,
    }
