"""Detection of a file's format from its first bytes: compression, encoding, delimiter, header."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from data.errors import BadInput
from data.i18n import _
from data.importing.gzip_reader import GzipReader

_HEAD = 1 << 18
_DELIMITERS = (",", ";", "\t", "|")
_BLANKS = re.compile(r"[ \t]+")
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Dialect:
    """The format of a file.

    Attributes
    ----------
    kind : str
        ``"text"`` or ``"parquet"``.
    compression : str
        ``"none"`` or ``"gzip"``.
    encoding : str
        ``"utf-8"``, ``"utf-8-sig"``, ``"utf-16"`` or ``"cp1252"``.
    delimiter : str
        One character; ``" "`` means any run of blanks.
    quote : str
        ``'"'``, or ``""`` if quotation marks have no special meaning.
    header : bool
        Whether the first line names the columns; true for Parquet.
    columns : tuple of str
        Names of the columns; ``"1"``, ``"2"``, … without a header, and repeated names are made
        unique as ``"name (2)"``.
    sample : tuple of tuple of str
        The first 100 rows.
    """

    kind: str
    compression: str
    encoding: str
    delimiter: str
    quote: str
    header: bool
    columns: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]


@contextmanager
def opened(path: Path, encoding: str = "utf-8") -> Iterator[tuple[BinaryIO, Callable[[], int]]]:
    """Open a file as a byte stream: gzip is decompressed, UTF-16 converted to UTF-8.

    Yields
    ------
    stream : binary file
        The bytes.
    position : callable
        Returns how many bytes of the file itself have been read.
    """
    with path.open("rb") as raw:
        stream: Any = raw
        if raw.peek(2)[:2] == b"\x1f\x8b":
            stream = GzipReader(raw)
        if encoding == "utf-16":
            stream = codecs.EncodedFile(stream, "utf-8", "utf-16", errors="replace")
        yield stream, raw.tell


def head(path: Path, size: int = _HEAD) -> bytes:
    """Return the first bytes of a file, decompressed, up to a damage; none raise BadInput."""
    start = b""
    with opened(path) as (stream, _position):
        while len(start) < size and (block := stream.read(1 << 16)):
            start += block
    if not start:
        raise BadInput(_("{file} is empty or damaged.").format(file=path.name))
    return start


def sniff(path: Path) -> Dialect:
    """Return the format of a file.

    Raises
    ------
    BadInput
        If the file is missing, a folder, empty, or damaged.
    """
    if not path.is_file():
        raise BadInput(_("There is no file {file}.").format(file=path))
    if not path.stat().st_size:
        raise BadInput(_("{file} is empty.").format(file=path.name))
    with path.open("rb") as raw:
        magic = raw.read(4)
    if magic == b"PAR1":
        return _parquet(path)
    compression = "gzip" if magic[:2] == b"\x1f\x8b" else "none"
    start = head(path)
    encoding = encoding_of(start)
    text = start.decode(encoding, errors="replace")
    lines = [line for line in text.splitlines()[: -1 if len(start) >= _HEAD else None] if line]
    lines = lines[:200]
    if not lines:
        raise BadInput(_("{file} is empty.").format(file=path.name))
    is_recbole = re.search(r":(token|float)(_seq)?(\t|$)", lines[0]) is not None
    delimiter = "\t" if is_recbole else _delimiter(lines)
    quote = "" if is_recbole or delimiter == " " else '"'
    rows = tuple(tuple(row) for row in _rows(lines, delimiter, quote))
    if not any(rows):  # nothing but NUL bytes
        raise BadInput(_("{file} is empty or damaged.").format(file=path.name))
    header = is_recbole or _is_header(rows)
    names = rows[0] if header else numbers(len(rows[0]))
    return Dialect(
        kind="text",
        compression=compression,
        encoding=encoding,
        delimiter=delimiter,
        quote=quote,
        header=header,
        columns=_unique(tuple(name.strip() for name in names)),
        sample=rows[1:101] if header else rows[:100],
    )


def numbers(width: int) -> tuple[str, ...]:
    """Return the names of the columns of a file without a header: their positions from 1.

    Examples
    --------
    >>> numbers(3)
    ('1', '2', '3')
    """
    return tuple(map(str, range(1, width + 1)))


def encoding_of(start: bytes) -> str:
    """Return the encoding of the first bytes: by byte order mark, else UTF-8, else Windows-1252.

    Examples
    --------
    >>> encoding_of("producto;año".encode("cp1252")), encoding_of("año".encode())
    ('cp1252', 'utf-8')
    """
    for mark, encoding in _BOMS.items():
        if start.startswith(mark):
            return encoding
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3 or len(start) < _HEAD:
            return "cp1252"
    return "utf-8"


def _rows(lines: list[str], delimiter: str, quote: str) -> Iterator[list[str]]:
    if delimiter == " ":
        return ([*filter(None, _BLANKS.split(line))] for line in lines)
    if not quote:
        return (line.split(delimiter) for line in lines)
    csv.field_size_limit(1 << 30)
    return csv.reader(
        io.StringIO("\n".join(line.replace("\0", "") for line in lines)), delimiter=delimiter
    )


def _delimiter(lines: list[str]) -> str:
    """Return the delimiter with which most lines have the same number of columns, at least two."""
    best, best_score = ",", 0.0
    for delimiter in (*_DELIMITERS, " "):
        widths = Counter(len(row) for row in _rows(lines, delimiter, '"') if row)
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        score = count / len(lines) + min(width, 20) / 1000
        if width > 1 and score > best_score + (0.2 if delimiter == " " and best_score else 0):
            best, best_score = delimiter, score
    return best


def _is_header(rows: tuple[tuple[str, ...], ...]) -> bool:
    """Return whether the first row is a header: no field of it is a number or a time."""
    return not any(re.fullmatch(r"[-+]?\d[\d.,:TZ /+-]*( UTC)?", field) for field in rows[0])


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names in which repeated ones are numbered and empty ones replaced.

    >>> _unique(("a", "b", "a", ""))
    ('a', 'b', 'a (2)', 'column 4')
    """
    counts: Counter[str] = Counter()
    unique = []
    for position, text in enumerate(names, start=1):
        name = text or f"column {position}"
        counts[name] += 1
        unique.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return tuple(unique)


def _parquet(path: Path) -> Dialect:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            names = tuple(file.schema_arrow.names)
            batch = next(file.iter_batches(100), None)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(_("{file} is a damaged Parquet file.").format(file=path.name)) from error
    rows = zip(*(column.to_pylist() for column in batch.columns), strict=True) if batch else ()
    sample = tuple(tuple("" if value is None else str(value) for value in row) for row in rows)
    return Dialect("parquet", "none", "utf-8", ",", "", True, names, sample)
