"""The line-by-line fallback: a parser of delimited text that assigns every line to one row.

Blocks without irregularities are parsed by pyarrow. Only blocks whose number of rows differs from
their number of lines, and blocks with bytes that are no UTF-8, are parsed line by line.
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as pc

from data.importing.delimiters import csv_rows, split_at_blanks
from data.importing.dialect import Dialect
from data.importing.streams import is_broken, opened

_BLOCK = 8 << 20
_MAX_LINE = _BLOCK
_MAX_RECORD_LINES = 200
_MAX_RECORD = 2 * _BLOCK  # bytes in which an open quotation is looked for its end
_MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class Reject:
    """A row that cannot be parsed: its first line (from 1), the reason, and its text."""

    line: int
    reason: str
    raw: str


@dataclass
class ParsedBlock:
    """The rows and rejects of one block of a file.

    Attributes
    ----------
    rows : list of list of str
        The fields of each row.
    line, lines : list of int
        The first line of each row (from 1), and its number of lines.
    rejects : list of Reject
        The rows that cannot be parsed.
    table : pyarrow.Table, optional
        The rows, if pyarrow parsed the block; the lists are empty then.
    """

    rows: list[list[str]] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    table: pa.Table | None = None

    def as_table(self, width: int) -> pa.Table:
        """Return the rows as text columns ``c0``, ``c1``, …, ``line`` and ``lines``."""
        if self.table is not None:
            return self.table
        columns = list(zip(*self.rows, strict=True)) or [()] * width
        arrays = [pa.array(column, pa.string()) for column in columns]
        return _with_lines(arrays, self.line, self.lines)


def _with_lines(arrays: list[pa.Array], line: object, lines: object) -> pa.Table:
    names = [f"c{position}" for position in range(len(arrays))]
    return pa.table(
        [*arrays, pa.array(line, pa.int64()), pa.array(lines, pa.int32())],
        names=[*names, "line", "lines"],
    )


def decode(raw: bytes) -> str:
    """Decode a line as UTF-8, or as Windows-1252 if it is no UTF-8.

    >>> decode("año".encode()), decode("año".encode("cp1252"))
    ('año', 'año')
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def as_utf8(block: bytes) -> bytes:
    """Return a block of lines with every line in UTF-8."""
    if block.isascii():
        return block
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return b"\n".join(decode(line).encode() for line in block.split(b"\n"))
    return block


def blocks(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Yield blocks of whole lines, each with whether the file is truncated after it."""
    rest = b""
    while block := stream.read(_BLOCK):
        rest += block
        end = rest.rfind(b"\n") + 1
        if not end and len(rest) >= _MAX_LINE:
            end = len(rest)
        if end:
            yield rest[:end], False
            rest = rest[end:]
    truncated = is_broken(stream)
    if rest or truncated:
        yield rest, truncated


class LineReader:
    """A parser in which every line of a text file belongs to exactly one row or reject.

    Parameters
    ----------
    dialect : Dialect
        The format of the file.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.width = dialect.width
        self._line = 1
        self._pending = b""  # an open quotation, which the next block may close

    def read(self, stream: BinaryIO) -> Iterator[ParsedBlock]:
        """Yield the rows and rejects of a file, block by block."""
        skip = self.dialect.first_line - 1
        for block, truncated in blocks(stream):
            data, self._pending = self._pending + as_utf8(block), b""
            if self._line == 1 and data.startswith(b"\xef\xbb\xbf"):
                data = data[3:]
            while skip and data:
                data = data.partition(b"\n")[2]
                self._line += 1
                skip -= 1
            if data or truncated:
                yield self._parse_block(data, truncated)
        if self._pending:
            data, self._pending = self._pending, b""
            yield self._parse_block(data, False, last=True)

    def _parse_block(self, data: bytes, truncated: bool, last: bool = False) -> ParsedBlock:
        table = None if truncated or last else self._parse_with_arrow(data)
        if table is None:
            return self._parse_lines(data, truncated, last)
        lines = table.num_rows
        line = range(self._line, self._line + lines)
        self._line += lines
        columns = [column.combine_chunks() for column in table.columns]
        return ParsedBlock(table=_with_lines(columns, line, [1] * lines))

    def _parse_with_arrow(self, data: bytes) -> pa.Table | None:
        """Parse a block with pyarrow; return None unless each line is one complete row."""
        delimiter = self.dialect.delimiter
        if delimiter == " " or len(delimiter.encode()) > 1 or b"\0" in data:
            return None
        blank_and_quote = f"{delimiter} {self.dialect.quote}".encode()
        if self.dialect.quote and blank_and_quote in data:  # it opens a field, too
            return None
        names = [f"c{position}" for position in range(self.width)]
        try:
            table = pc.read_csv(
                pa.BufferReader(data),
                pc.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
                pc.ParseOptions(
                    delimiter=delimiter,
                    quote_char=self.dialect.quote or False,
                    escape_char="\\" if self.dialect.escape == "\\" else False,
                ),
                pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
            )
        except pa.ArrowInvalid:
            return None
        return table if table.num_rows == data.count(b"\n") and data.endswith(b"\n") else None

    def _parse_lines(self, data: bytes, truncated: bool, last: bool) -> ParsedBlock:
        block = ParsedBlock()
        lines = data.split(b"\n")
        remainder = lines.pop()
        complete = len(lines)
        if remainder:
            lines.append(remainder)
        position = 0
        while position < len(lines):
            count = self._parse_row(lines, position, block, last)
            if not count:
                self._pending = b"\n".join(lines[position:]) + (b"" if remainder else b"\n")
                break
            position += count
            self._line += count
        if truncated and remainder and not self._pending and len(lines) > complete:
            self._reject_truncated(block, remainder)
        return block

    def _reject_truncated(self, block: ParsedBlock, raw: bytes) -> None:
        """Replace the last row or reject, in which the file is truncated, by a reject."""
        line = self._line - 1
        if block.line and block.line[-1] == line:
            for values in (block.rows, block.line, block.lines):
                values.pop()
        elif block.rejects and block.rejects[-1].line == line:
            block.rejects.pop()
        block.rejects.append(Reject(line, "file_ends_early", raw.decode()))

    def _parse_row(self, lines: list[bytes], position: int, block: ParsedBlock, last: bool) -> int:
        """Parse the row that begins at a line.

        Returns
        -------
        int
            Number of lines of the row; 0 if it may go on in the next block.
        """
        raw = lines[position].rstrip(b"\r")
        if not raw:
            return 1
        text = raw.decode()
        if b"\0" in raw or len(raw) >= _MAX_LINE:
            reason = "nul_byte" if b"\0" in raw else "line_too_long"
            block.rejects.append(Reject(self._line, reason, text))
            return 1
        is_plain = not self.dialect.quote or self.dialect.quote not in text
        if is_plain or self.dialect.delimiter == " ":
            self._add(self._split(text), block, 1, text)
            return 1
        return self._parse_quoted(lines, position, block, last)

    def _split(self, text: str) -> list[str]:
        if self.dialect.delimiter == " ":
            return split_at_blanks(text, self.dialect.quote)
        return text.split(self.dialect.delimiter)

    def _parse_quoted(
        self, lines: list[bytes], position: int, block: ParsedBlock, last: bool
    ) -> int:
        """Parse a row with quotation marks, which may continue over further lines."""
        text = lines[position].rstrip(b"\r").decode()
        fields = self._fields(text)
        if isinstance(fields, list):
            self._add(fields, block, 1, text)
            return 1
        if fields == "open_quote":
            count = self._parse_continued(lines, position, block, last)
            if count is not None:
                return count
        block.rejects.append(Reject(self._line, fields, text))
        return 1

    def _parse_continued(
        self, lines: list[bytes], position: int, block: ParsedBlock, last: bool
    ) -> int | None:
        """Join lines until the quotation closes in a row of the right width.

        Returns
        -------
        int or None
            Number of lines, 0 if the row may go on in the next block, None if no number of lines
            gives a valid row.
        """
        quotes, attempts = 0, 0
        for count in range(1, _MAX_RECORD_LINES + 1):
            if position + count > len(lines):
                is_long = sum(map(len, lines[position:])) > _MAX_RECORD
                return None if last or is_long else 0
            quotes += self._quotes(lines[position + count - 1])
            if count == 1 or quotes % 2:
                continue
            attempts += 1
            text = b"\n".join(lines[position : position + count]).rstrip(b"\r").decode()
            fields = self._fields(text)
            if isinstance(fields, list) and len(fields) == self.width and "\0" not in text:
                self._add(fields, block, count, text)
                return count
            if attempts == _MAX_ATTEMPTS:
                return None
        return None

    def _quotes(self, line: bytes) -> int:
        """Return how many quotation marks of a line open or close a field."""
        if self.dialect.escape == "\\":
            line = line.replace(b"\\\\", b"").replace(b'\\"', b"")
        return line.count(self.dialect.quote.encode())

    def _fields(self, text: str) -> list[str] | str:
        """Return the fields of a row, or the reason why it cannot be parsed."""
        dialect = self.dialect
        for strict in (True, False):
            reader = csv_rows(
                [text],
                dialect.delimiter,
                dialect.quote,
                dialect.escape,
                strict=strict,
                skipinitialspace=True,
            )
            try:
                return list(next(reader))
            except csv.Error as error:
                if strict and "unexpected end" in str(error):
                    return "open_quote"
        return "bad_quote"

    def _add(self, fields: list[str], block: ParsedBlock, lines: int, raw: str) -> None:
        """Add a row, or a reject if its number of fields is wrong."""
        if len(fields) == self.width + 1 and not fields[-1]:  # a delimiter behind the last field
            fields = fields[:-1]
        if len(fields) != self.width:
            block.rejects.append(Reject(self._line, "wrong_number_of_columns", raw))
            return
        block.rows.append(fields)
        block.line.append(self._line)
        block.lines.append(lines)


@contextmanager
def line_texts(path: Path, dialect: Dialect) -> Iterator[Callable[[int, int], str] | None]:
    """Yield a function that returns the text of lines by first line and number of lines.

    It must be called in rising order of lines. A file without lines (Parquet) yields None.
    """
    if dialect.kind != "text":
        yield None
        return
    with opened(path, dialect.encoding, dialect.line_end) as (stream, _position):
        lines = enumerate(BufferedReader(stream), start=1)

        def text_of(line: int, count: int) -> str:
            raw = [next(raw for number, raw in lines if number == line)]
            raw += [next(lines)[1] for _more in range(count - 1)]
            return decode(b"".join(raw).rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf"))

        yield text_of
