"""How a file is written: compression, encoding, delimiter, quotes, line ends, header.

Everything is told from the first bytes; nothing here reads a whole file.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from data.errors import BadInput
from data.i18n import N_, _
from data.importing.blanks import INVISIBLE
from data.importing.column_bounds import check_columns, check_long
from data.importing.delimiters import delimiter_of, escape_of, quote_of, rows_of
from data.importing.encodings import encoding_of, normalised_name
from data.importing.file_kind import compression_of
from data.importing.header import (
    is_header,
    names_of,
    numbers,
    preamble,
    unique_names,
    without_titles,
)
from data.importing.parquet_sample import first_rows
from data.importing.streams import opened

_HEAD = 1 << 18
_LINES = 1000
_EMPTY = N_("{file} is empty or damaged.")
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_PADDING = re.compile(rf"[ \u00a0{INVISIBLE}]")


@dataclass(frozen=True)
class Dialect:
    r"""How a file is written.

    Attributes
    ----------
    kind : str
        ``"text"`` or ``"parquet"``.
    compression : str
        ``"none"``, ``"gzip"``, ``"bzip2"``, ``"xz"`` or ``"zstd"``.
    encoding : str
        As Python calls it, such as ``"utf-8"`` or ``"gb18030"``.
    delimiter : str
        One character or several; ``" "`` means any run of blanks.
    quote : str
        ``'"'`` or ``"'"``, or ``""`` where quotes mean nothing.
    header_line : int
        The line that names the columns, from 1; 0 where none does.
    columns : tuple of str
        The columns' names; ``"1"``, ``"2"``, … where there is no header, and made unique with
        ``"name (2)"`` where one is there twice.
    sample : tuple of tuple of str
        The first rows.
    line_end : str
        ``"\r"`` where lines end in that, alone or doubled, instead of ``"\n"``.
    skipped : int
        Lines before the header, or before the first row where there is no header.
    padded : bool
        Whether blanks stand around values.
    numeric : frozenset of str
        The columns that the file itself declares to be numbers.
    escape : str
        What stands before a quotation mark in a quoted field: a second one, or a backslash.
    formulas : bool
        Whether values are written as ``="00123"``, so that spreadsheets keep them as text.
    constants : tuple of str
        The values, the same in all rows, of the last columns, which are not in the file itself.
    """

    kind: str
    compression: str
    encoding: str
    delimiter: str
    quote: str
    header_line: int
    columns: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    line_end: str = "\n"
    skipped: int = 0
    padded: bool = False
    numeric: frozenset[str] = frozenset()
    escape: str = '"'
    formulas: bool = False
    constants: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """The number of columns in the file itself."""
        return len(self.columns) - len(self.constants)

    @property
    def names_columns(self) -> bool:
        """Whether the file itself names its columns."""
        return self.columns[: self.width] != numbers(self.width)

    @property
    def header(self) -> bool:
        """Whether a line names the columns."""
        return self.header_line > 0

    @property
    def first_line(self) -> int:
        """The line of the first row, from 1."""
        return self.skipped + self.header + 1


def head(path: Path, size: int = _HEAD) -> bytes:
    """Return the first bytes of a file, decompressed; those before the damage, if it is damaged."""
    start = b""
    with opened(path) as (stream, _position):
        while len(start) < size and (block := stream.read(1 << 16)):
            start += block
    if not start:
        raise BadInput(_("{file} is empty or damaged.").format(file=path.name))
    return start


def sniff(path: Path, encoding: str = "", header_line: int | None = None) -> Dialect:
    """Return how a file is written.

    Parameters
    ----------
    path : Path
    encoding : str
        What a person says that the text is encoded in; empty to tell it from the bytes.
    header_line : int, optional
        The line that a person says is the header, 0 for none; told from the values where it is
        left out.

    Raises
    ------
    BadInput
        Where the file is missing, a folder, empty, or not a table; where the encoding is unknown
        or the header line is not there.
    """
    if not path.is_file():
        raise BadInput(_("There is no file {file}.").format(file=path))
    if not path.stat().st_size:
        raise BadInput(_("{file} is empty.").format(file=path.name))
    with path.open("rb") as raw:
        magic = raw.read(6)
    if magic[:4] == b"PAR1":
        names, sample, numeric = first_rows(path)
        return Dialect("parquet", "none", "utf-8", ",", "", 1, names, sample, numeric=numeric)
    start = head(path)
    whole = len(start) < _HEAD
    encoding = normalised_name(encoding) if encoding else encoding_of(start, whole)
    lines, line_end = _lines_of(start.decode(encoding, errors="replace"), whole)
    if not lines:  # the first line is longer than what is looked at
        raise BadInput(_("{file} is no table: its first line is too long.").format(file=path.name))
    skipped, delimiter = preamble(lines)
    if header_line is not None:
        skipped = max(header_line - 1, 0)
    body = [line for line in lines[skipped:] if line]
    if not body:
        sentence = _("{file} has no line {line} to be the header.") if header_line else _EMPTY
        raise BadInput(_(sentence).format(file=path.name, line=header_line))
    is_recbole = re.search(r":(token|float)(_seq)?(\t|$)", body[0]) is not None
    delimiter = "\t" if is_recbole else delimiter or delimiter_of(body)
    quote = "" if is_recbole else quote_of(body, delimiter)
    escape = escape_of(body, delimiter, quote)
    rows = rows_of(body, delimiter, quote, escape)
    if not any(rows):  # nothing but NUL bytes
        raise BadInput(_(_EMPTY).format(file=path.name))
    if header_line is None and not is_recbole:
        skipped, rows = without_titles(lines, skipped, rows, delimiter)
    check_long(path, rows[0])
    header = is_recbole or (is_header(rows[0]) if header_line is None else header_line > 0)
    names = names_of(rows, header)
    check_columns(path, len(names))
    formulas = any(_FORMULA.fullmatch(field) for row in rows for field in row)
    if formulas:
        rows = [tuple(_FORMULA.sub(r"\1", field) for field in row) for row in rows]
        names = names_of(rows, header)
    return Dialect(
        kind="text",
        compression=compression_of(magic),
        encoding=encoding,
        delimiter=delimiter,
        quote=quote,
        header_line=skipped + 1 if header else 0,
        columns=unique_names(tuple(name.strip().strip(INVISIBLE) for name in names)),
        sample=tuple(rows[1:] if header else rows),
        line_end=line_end,
        skipped=skipped,
        padded=delimiter != " " and any(_PADDING.search(line) for line in _around(body, delimiter)),
        escape=escape,
        formulas=formulas,
    )


def with_constants(dialect: Dialect, values: Mapping[str, str]) -> Dialect:
    """Return the format of a file with columns behind its own that have one value in all rows."""
    new = {name: value for name, value in values.items() if name not in dialect.columns}
    constants = tuple(new.values())
    if not new:
        return dialect
    return replace(
        dialect,
        columns=(*dialect.columns, *new),
        sample=tuple((*row, *constants) for row in dialect.sample if len(row) == dialect.width),
        constants=constants,
    )


def _lines_of(text: str, whole: bool) -> tuple[list[str], str]:
    """Return the first lines of a text, and what ends a line.

    Parameters
    ----------
    text : str
    whole : bool
        Whether the last line is complete.
    """
    text = text.lstrip("\ufeff").replace("\0", "")
    line_end = "\r" if "\r\r\n" in text or ("\r" in text and "\n" not in text) else "\n"
    lines = re.split(r"\r+\n|\n|\r", text) if line_end == "\r" else text.split("\n")
    return [line.rstrip("\r") for line in lines[: None if whole else -1]][:_LINES], line_end


def _around(lines: Sequence[str], delimiter: str) -> Iterator[str]:
    """Yield the texts between the fields of some lines, with one character on each side."""
    pattern = re.compile(f".?{re.escape(delimiter)}.?")
    for line in lines:
        yield from pattern.findall(line)
