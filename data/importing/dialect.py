"""How a file is written: compression, encoding, delimiter, quoting, header.

Everything is told from the first bytes; nothing here reads a whole file.
"""

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
from data.importing.gzip_reader import Inflated

_HEAD = 1 << 18
_DELIMITERS = (",", ";", "\t", "|")
_BLANKS = re.compile(r"[ \t]+")
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Dialect:
    """How a file is written.

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
        ``'"'``, or ``""`` where quotes mean nothing.
    header : bool
        Whether the first line names the columns.
    columns : tuple of str
        The columns' names; ``"1"``, ``"2"``, … where there is no header, and made unique with
        ``"name (2)"`` where one is there twice.
    sample : tuple of tuple of str
        The first rows.
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
    """Open a file for reading its bytes, decompressed where it is gzip, UTF-16 as UTF-8.

    The function beside the stream tells how many bytes of the file have been used.
    """
    with path.open("rb") as raw:
        stream: Any = raw
        if raw.peek(2)[:2] == b"\x1f\x8b":
            stream = Inflated(raw)
        if encoding == "utf-16":
            stream = codecs.EncodedFile(stream, "utf-8", "utf-16", errors="replace")
        yield stream, raw.tell


def head(path: Path, size: int = _HEAD) -> bytes:
    """Return the first bytes of a file, decompressed; those before the damage, if it is damaged."""
    found = b""
    with opened(path) as (stream, _position):
        while len(found) < size and (block := stream.read(1 << 16)):
            found += block
    if not found:
        raise BadInput(_("{file} is empty or damaged.").format(file=path.name))
    return found


def sniff(path: Path) -> Dialect:
    """Tell how a file is written.

    Raises
    ------
    BadInput
        Where the file is missing, a folder, empty, or not a table.
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
    atomic = re.search(r":(token|float)(_seq)?(\t|$)", lines[0]) is not None
    delimiter = "\t" if atomic else _delimiter(lines)
    quote = "" if atomic or delimiter == " " else '"'
    rows = tuple(tuple(row) for row in _rows(lines, delimiter, quote))
    header = atomic or _is_header(rows)
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
    """Return the names of columns that a file does not name: their positions, from 1.

    Examples
    --------
    >>> numbers(3)
    ('1', '2', '3')
    """
    return tuple(map(str, range(1, width + 1)))


def encoding_of(start: bytes) -> str:
    """Return the encoding that the first bytes are written in.

    Examples
    --------
    >>> encoding_of("producto;año".encode("cp1252")), encoding_of("año".encode())
    ('cp1252', 'utf-8')
    """
    for mark, name in _BOMS.items():
        if start.startswith(mark):
            return name
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
    """Return the delimiter that gives most lines the same number of columns, and more than one."""
    best, best_score = ",", 0.0
    for delimiter in (*_DELIMITERS, " "):
        widths = Counter(len(row) for row in _rows(lines, delimiter, '"') if row)
        width, lines_of_it = widths.most_common(1)[0] if widths else (0, 0)
        score = lines_of_it / len(lines) + min(width, 20) / 1000
        if width > 1 and score > best_score + (0.2 if delimiter == " " and best_score else 0):
            best, best_score = delimiter, score
    return best


def _is_header(rows: tuple[tuple[str, ...], ...]) -> bool:
    """Tell whether the first row names the columns: no field of it is a number or a time."""
    return not any(re.fullmatch(r"[-+]?\d[\d.,:TZ /+-]*( UTC)?", field) for field in rows[0])


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    """Give a number to the names that are there more than once.

    >>> _unique(("a", "b", "a", ""))
    ('a', 'b', 'a (2)', 'column 4')
    """
    seen: Counter[str] = Counter()
    unique = []
    for position, given in enumerate(names, start=1):
        name = given or f"column {position}"
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
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
    sample = tuple(tuple("" if v is None else str(v) for v in row) for row in rows)
    return Dialect("parquet", "none", "utf-8", ",", "", True, names, sample)
