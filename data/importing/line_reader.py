"""The careful lane: a text file read line by line, so that no row is ever lost.

Blocks without irregularities are parsed by pyarrow; only blocks in which the number of rows and
the number of lines differ, or that hold bytes that are no UTF-8, are looked at line by line.
"""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as pc

from data.importing.dialect import Dialect, opened
from data.importing.gzip_reader import Inflated

_BLOCK = 8 << 20
_LONGEST = 64 << 20
_RECORD_LINES = 200
_ATTEMPTS = 5
_BLANKS = re.compile(r"[ \t]+")


@dataclass(frozen=True)
class Reject:
    """A row that is no event: its first line (from 1), why, and its text as it stands."""

    line: int
    reason: str
    raw: str


@dataclass
class Batch:
    """Rows of one block: their fields, the line each begins on, how many lines it has."""

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
    names = [f"c{k}" for k in range(len(arrays))]
    return pa.table(
        [*arrays, pa.array(line, pa.int64()), pa.array(lines, pa.int32())],
        names=[*names, "line", "lines"],
    )


def decode(raw: bytes) -> str:
    """Decode a line that should be UTF-8; one that is not is read as Windows-1252.

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
    """Yield a file in blocks of whole lines, and whether the file broke off after this one."""
    rest = b""
    while block := stream.read(_BLOCK):
        rest += block
        end = rest.rfind(b"\n") + 1
        if not end and len(rest) >= _LONGEST:
            end = len(rest)
        if end:
            yield rest[:end], False
            rest = rest[end:]
    broken = isinstance(stream, Inflated) and stream.broken
    if rest or broken:
        yield rest, broken


class CarefulReader:
    """Reads a text file so that every line is in exactly one row, and every row comes out.

    Parameters
    ----------
    dialect : Dialect
        How the file is written.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.width = len(dialect.columns)
        self._line = 1
        self._held = b""

    def read(self, stream: BinaryIO) -> Iterator[Batch]:
        """Yield the rows and rejects of a file, block by block."""
        skip = self.dialect.header
        for block, broken in blocks(stream):
            data, self._held = self._held + as_utf8(block), b""
            if self._line == 1 and data.startswith(b"\xef\xbb\xbf"):
                data = data[3:]
            if skip and data:
                data = data.partition(b"\n")[2]
                self._line += 1
                skip = False
            if data or broken:
                yield self._batch(data, broken)
        if self._held:
            data, self._held = self._held, b""
            yield self._batch(data, False, last=True)

    def _batch(self, data: bytes, broken: bool, last: bool = False) -> Batch:
        table = None if broken or last else self._quick(data)
        if table is None:
            return self._slow(data, broken, last)
        lines = table.num_rows
        line = range(self._line, self._line + lines)
        self._line += lines
        return Batch(
            table=_with_lines([c.combine_chunks() for c in table.columns], line, [1] * lines)
        )

    def _quick(self, data: bytes) -> pa.Table | None:
        """Parse a block at once; None where it is not one plain row a line."""
        if self.dialect.delimiter == " " or b"\0" in data:
            return None
        names = [f"c{k}" for k in range(self.width)]
        try:
            table = pc.read_csv(
                pa.BufferReader(data),
                pc.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
                pc.ParseOptions(
                    delimiter=self.dialect.delimiter, quote_char=self.dialect.quote or False
                ),
                pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
            )
        except pa.ArrowInvalid:
            return None
        return table if table.num_rows == data.count(b"\n") and data.endswith(b"\n") else None

    def _slow(self, data: bytes, broken: bool, last: bool) -> Batch:
        batch = Batch()
        lines = data.split(b"\n")
        ends = lines.pop()
        complete = len(lines)
        if ends:
            lines.append(ends)
        position = 0
        while position < len(lines):
            used = self._record(lines, position, batch, final=last)
            if not used:
                self._held = b"\n".join(lines[position:]) + (b"" if ends else b"\n")
                break
            position += used
            self._line += used
        if broken and ends and not self._held and len(lines) > complete:
            self._break_off(batch, ends)
        return batch

    def _break_off(self, batch: Batch, raw: bytes) -> None:
        """Turn the last row, in whose middle the file broke off, into a reject."""
        line = self._line - 1
        if batch.line and batch.line[-1] == line:
            for values in (batch.rows, batch.line, batch.lines):
                values.pop()
        elif batch.rejects and batch.rejects[-1].line == line:
            batch.rejects.pop()
        batch.rejects.append(Reject(line, "file_ends_early", raw.decode()))

    def _record(self, lines: list[bytes], position: int, batch: Batch, final: bool) -> int:
        """Read the row that begins at a line; return how many lines it has, 0 to wait for more."""
        raw = lines[position].rstrip(b"\r")
        if not raw:
            return 1
        text = raw.decode()
        if b"\0" in raw or len(raw) >= _LONGEST:
            reason = "nul_byte" if b"\0" in raw else "line_too_long"
            batch.rejects.append(Reject(self._line, reason, text))
            return 1
        if not self.dialect.quote or self.dialect.quote not in text:
            self._keep(self._split(text), batch, 1, text)
            return 1
        return self._quoted(lines, position, batch, final)

    def _split(self, text: str) -> list[str]:
        if self.dialect.delimiter == " ":
            return [*filter(None, _BLANKS.split(text))]
        return text.split(self.dialect.delimiter)

    def _quoted(self, lines: list[bytes], position: int, batch: Batch, final: bool) -> int:
        """Read a row with quotation marks, which may go on over further lines."""
        parsed = self._parse(lines[position].rstrip(b"\r").decode())
        if isinstance(parsed, list):
            self._keep(parsed, batch, 1, lines[position].rstrip(b"\r").decode())
            return 1
        if parsed == "open_quote":
            used = self._continued(lines, position, batch, final)
            if used is not None:
                return used
        batch.rejects.append(Reject(self._line, parsed, lines[position].rstrip(b"\r").decode()))
        return 1

    def _continued(
        self, lines: list[bytes], position: int, batch: Batch, final: bool
    ) -> int | None:
        """Join lines until quotes are closed and the width is right; None where they never are."""
        quotes, attempts = 0, 0
        for used in range(1, _RECORD_LINES + 1):
            if position + used > len(lines):
                return None if final else 0
            quotes += lines[position + used - 1].count(b'"')
            if used == 1 or quotes % 2:
                continue
            attempts += 1
            text = b"\n".join(lines[position : position + used]).rstrip(b"\r").decode()
            parsed = self._parse(text)
            if isinstance(parsed, list) and len(parsed) == self.width and "\0" not in text:
                self._keep(parsed, batch, used, text)
                return used
            if attempts == _ATTEMPTS:
                return None
        return None

    def _parse(self, text: str) -> list[str] | str:
        """Return the fields of a row, or why it has none."""
        csv.field_size_limit(1 << 30)
        delimiter = self.dialect.delimiter
        try:
            return next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end" in str(error):
                return "open_quote"
        try:
            return next(csv.reader([text], delimiter=delimiter))
        except csv.Error:
            return "bad_quote"

    def _keep(self, fields: list[str], batch: Batch, used: int, raw: str) -> None:
        if len(fields) != self.width:
            batch.rejects.append(Reject(self._line, "wrong_number_of_columns", raw))
            return
        batch.rows.append(fields)
        batch.line.append(self._line)
        batch.lines.append(used)


@contextmanager
def line_texts(path: Path, dialect: Dialect) -> Iterator[Callable[[int, int], str] | None]:
    """Give a function that returns the text of lines, asked for in rising order.

    None is given for a file that has no lines.
    """
    if dialect.kind != "text":
        yield None
        return
    with opened(path, dialect.encoding) as (stream, _position):
        lines = enumerate(BufferedReader(stream), start=1)  # type: ignore[type-var]

        def text_of(line: int, count: int) -> str:
            found = [next(raw for number, raw in lines if number == line)]
            found += [next(lines)[1] for _more in range(count - 1)]
            return decode(b"".join(found).rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf"))

        yield text_of
