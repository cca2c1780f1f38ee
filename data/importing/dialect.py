"""How a file is written: compression, encoding, delimiter, quotes, line ends, header.

Everything is told from the first bytes; nothing here reads a whole file.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data.errors import BadInput
from data.i18n import N_, _, number
from data.importing.column_names import roles_of
from data.importing.encodings import encoding_of, normalised_name
from data.importing.file_kind import compression_of
from data.importing.streams import opened

_HEAD = 1 << 18
_LINES = 1000
_DELIMITERS = (",", ";", "\t", "|")
_NO_DELIMITERS = frozenset(".-_:/\\+@&%$€£=()[]{}<>'\"`´’“”„«»!?")
"""Signs that stand in names of columns, ids and times."""
_LONG_DELIMITERS = ("::", "|~|", "~|~", "^|^", "#|#", "<|>", "||", ";;", "~~", "^^")
"""Those of several characters, of which none stands alone."""

_EMPTY = N_("{file} is empty or damaged.")
_WORD = re.compile(r"[^ \t]+")
_WORD_OR_QUOTED = re.compile(r'"[^"]*"(?=[ \t]|$)|[^ \t]+')
_SEP_LINE = re.compile(r'"?sep=(?P<delimiter>.)"?\s*')
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
"""Characters without width that programs put around names and values."""
_PADDING = re.compile(rf"[ \u00a0{INVISIBLE}]")
_VALUE = re.compile(r"[-+]?[$€£]?\d[\d.,:TZ /+-]*([eE][-+]?\d+)?( UTC)?")
_MOST_LINES_OF_A_ROW = 50
_LEAST_OF_A_TABLE = 0.5
"""The share of rows with the same number of columns that a delimiter of a table gives."""
_LONGEST_VALUE = 10_000  # characters of a value of the sample
_ALWAYS_ROWS = 10_000_000  # rows that even a small Parquet file may have
_MOST_ROWS_A_BYTE = 4
_MOST_COLUMNS = 1_000
_PERIOD = re.compile(
    r"\d{4}-\d{1,2}(-\d{1,2})?( 00:00:00)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-?[QW]\d+"
    r"|(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?"
    r"|oct(ober)?|nov(ember)?|dec(ember)?)[ -]?(\d{2,4})?",
    re.IGNORECASE,
)
_LEAST_PERIODS = 4
_LINES_OF_NAMES = 4
_IDS = ("user", "product")


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
        return _parquet(path)
    start = head(path)
    whole = len(start) < _HEAD
    encoding = normalised_name(encoding) if encoding else encoding_of(start, whole)
    lines, line_end = _lines_of(start.decode(encoding, errors="replace"), whole)
    if not lines:  # the first line is longer than what is looked at
        raise BadInput(_("{file} is no table: its first line is too long.").format(file=path.name))
    skipped, delimiter = _preamble(lines)
    if header_line is not None:
        skipped = max(header_line - 1, 0)
    body = [line for line in lines[skipped:] if line]
    if not body:
        sentence = _("{file} has no line {line} to be the header.") if header_line else _EMPTY
        raise BadInput(_(sentence).format(file=path.name, line=header_line))
    is_recbole = re.search(r":(token|float)(_seq)?(\t|$)", body[0]) is not None
    delimiter = "\t" if is_recbole else delimiter or _delimiter(body)
    quote = "" if is_recbole else _quote(body, delimiter)
    escape = _escape(body, delimiter, quote)
    rows = _rows(body, delimiter, quote, escape)
    if not any(rows):  # nothing but NUL bytes
        raise BadInput(_(_EMPTY).format(file=path.name))
    if header_line is None and not is_recbole:
        skipped, rows = _without_titles(lines, skipped, rows, delimiter)
    _check_long(path, rows[0])
    header = is_recbole or (_is_header(rows[0]) if header_line is None else header_line > 0)
    names = _names(rows, header)
    _check_columns(path, len(names))
    formulas = any(_FORMULA.fullmatch(field) for row in rows for field in row)
    if formulas:
        rows = [tuple(_FORMULA.sub(r"\1", field) for field in row) for row in rows]
        names = _names(rows, header)
    return Dialect(
        kind="text",
        compression=compression_of(magic),
        encoding=encoding,
        delimiter=delimiter,
        quote=quote,
        header_line=skipped + 1 if header else 0,
        columns=_unique(tuple(name.strip().strip(INVISIBLE) for name in names)),
        sample=tuple(rows[1:] if header else rows),
        line_end=line_end,
        skipped=skipped,
        padded=delimiter != " " and any(_PADDING.search(line) for line in _around(body, delimiter)),
        escape=escape,
        formulas=formulas,
    )


def _names(rows: Sequence[tuple[str, ...]], header: bool) -> tuple[str, ...]:
    """Return the names of the columns; a last one without a name is none where no row has it."""
    first, *others = rows
    if not header:
        return numbers(len(first))
    is_left = len(first) > 1 and not first[-1] and all(len(row) < len(first) for row in others)
    return first[:-1] if is_left and others else first


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


def numbers(width: int) -> tuple[str, ...]:
    """Return the names of columns that a file does not name: their positions, from 1.

    Examples
    --------
    >>> numbers(3)
    ('1', '2', '3')
    """
    return tuple(map(str, range(1, width + 1)))


def _around(lines: Sequence[str], delimiter: str) -> Iterator[str]:
    """Yield what stands between the fields of some lines, with one character on each side."""
    pattern = re.compile(f".?{re.escape(delimiter)}.?")
    for line in lines:
        yield from pattern.findall(line)


def _preamble(lines: Sequence[str]) -> tuple[int, str]:
    """Return how many lines stand before the table, and the delimiter that one of them names."""
    place = 0
    while place < len(lines) - 1 and (
        not lines[place].strip() or lines[place].startswith(("#", "%"))
    ):
        place += 1
    if match := _SEP_LINE.fullmatch(lines[place]):
        return place + 1, match["delimiter"]
    return place, ""


def _place_of_line(lines: Sequence[str], start: int, number: int) -> int:
    """Return the place of a line, counted without empty ones, among all lines."""
    places = [place for place in range(start, len(lines)) if lines[place]]
    return places[number]


def _without_titles(
    lines: Sequence[str], skipped: int, rows: list[tuple[str, ...]], delimiter: str
) -> tuple[int, list[tuple[str, ...]]]:
    """Return how many lines stand before the header or the first row, and what follows."""
    if names := _names_in_comment(lines[:skipped], delimiter, rows):
        return skipped - 1, [names, *rows]
    titles = _title_rows(rows)
    titles += _names_above(rows[titles : titles + _LINES_OF_NAMES])
    if titles and _names_all_but_the_first(rows[titles - 1], rows[titles:]):
        titles -= 1
        rows[titles] = ("", *rows[titles])
    return _place_of_line(lines, skipped, titles), rows[titles:]


def _title_rows(rows: Sequence[tuple[str, ...]]) -> int:
    """Return how many rows before the header are titles: fields are missing in them."""
    widths = Counter(len(row) for row in rows[1:] or rows)
    usual = widths.most_common(1)[0][0]
    for place, row in enumerate(rows[:20]):
        filled = sum(bool(field.strip()) for field in row)
        if (len(row) >= usual > 1 and filled * 2 >= usual) or usual == 1:
            return place
    return 0


def _names_above(rows: Sequence[tuple[str, ...]]) -> int:
    """Return how many rows of names stand above the one that names both buyer and product.

    Of several such rows in a row it is the one that names most.
    """
    best, most = 0, 0
    for place, row in enumerate(rows):
        roles = [roles_of(name) for name in row]
        if not _is_header(row):
            if most:
                break
            continue
        known = sum(map(bool, roles))
        if known > most and all(any(role in one for one in roles) for role in _IDS):
            best, most = place, known
    return best


def _names_all_but_the_first(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> bool:
    """Return whether a row names all columns but that of the rows' own names, as R writes it."""
    keys = [row[0] for row in rows]
    return (
        all(len(row) == len(names) + 1 for row in rows)
        and len(set(keys)) == len(keys) > 1
        and len(set(names)) == len(names) > 1
        and _is_header(names)
        and not _is_header(rows[0])
    )


def _names_in_comment(
    comments: Sequence[str], delimiter: str, rows: Sequence[tuple[str, ...]]
) -> tuple[str, ...] | None:
    """Return the names of the columns that the comment right before the rows holds, if it does."""
    last = comments[-1] if comments else ""
    if not last.startswith(("#", "%")):
        return None
    texts = (last.lstrip("#% \t"), last)  # ``# de venta`` is a name with its sign
    without, whole = (_rows([text], delimiter, _quote([text], delimiter))[0] for text in texts)
    names = without if roles_of(without[0]) or not roles_of(whole[0]) else whole
    is_header = _is_header(names) and len(set(names)) == len(names) == len(rows[0]) > 1
    known = set().union(*map(roles_of, names))
    return names if is_header and {"user", "product"} & known else None


def _quote(lines: Sequence[str], delimiter: str) -> str:
    """Return the quotation mark of a text; empty where quotes mean nothing."""
    if len(delimiter) > 1:
        return ""
    if delimiter in " \t":
        return '"' if _are_quoted(lines, delimiter) else ""
    return "'" if _are_single_quoted(lines, delimiter) else '"'


def _are_quoted(lines: Sequence[str], delimiter: str) -> bool:
    """Return whether quotes in a text enclose fields, and none stands alone."""
    fields = [
        field
        for line in lines
        for field in (_WORD_OR_QUOTED.findall(line) if delimiter == " " else line.split(delimiter))
        if '"' in field
    ]
    return bool(fields) and all(
        len(field) > 1 and field.startswith('"') and field.endswith('"') for field in fields
    )


def _are_single_quoted(lines: Sequence[str], delimiter: str) -> bool:
    """Return whether every line has a field in single quotes, and no field has another quote."""
    return all(
        re.search(rf"(^|{re.escape(delimiter)}) ?'[^']*'({re.escape(delimiter)}|$)", line)
        and '"' not in line
        for line in lines
    )


def _escape(lines: Sequence[str], delimiter: str, quote: str) -> str:
    """Return what stands before a quotation mark in a quoted field: another one or a backslash."""
    if quote != '"' or delimiter == " ":
        return '"'
    inner = re.compile(rf'[^{re.escape(delimiter)}\\]\\"(?!{re.escape(delimiter)}|$)')
    doubled = re.compile(rf'[^{re.escape(delimiter)}]""(?!{re.escape(delimiter)}|$)')
    is_backslash = any(map(inner.search, lines)) and not any(map(doubled.search, lines))
    return "\\" if is_backslash else '"'


def split_at_blanks(text: str, quote: str) -> list[str]:
    """Return what runs of blanks separate; with a quote, fields in it may hold blanks.

    >>> split_at_blanks('1  "2019-11-01 08:26" 3', '"')
    ['1', '2019-11-01 08:26', '3']
    """
    if not quote:
        return _WORD.findall(text)
    fields = _WORD_OR_QUOTED.findall(text)
    return [field[1:-1] if field[0] == field[-1] == '"' != field else field for field in fields]


def csv_rows(lines: Iterable[str], delimiter: str, quote: str, escape: str, **options: Any) -> Any:
    """Return a reader of the rows of delimited text with quotation marks."""
    csv.field_size_limit(1 << 30)
    if escape != '"':
        options |= {"escapechar": escape, "doublequote": False}
    return csv.reader(lines, delimiter=delimiter, quotechar=quote, **options)


def _rows(
    lines: Sequence[str], delimiter: str, quote: str, escape: str = '"'
) -> list[tuple[str, ...]]:
    if delimiter == " ":
        return [tuple(split_at_blanks(line, quote)) for line in lines]
    if not quote:
        return [tuple(line.split(delimiter)) for line in lines]
    text = io.StringIO("\n".join(lines))
    reader = csv_rows(text, delimiter, quote, escape, skipinitialspace=delimiter != "\t")
    try:
        return [tuple(row) for row in reader if row]
    except csv.Error:  # a carriage return in the middle of a line, say: no quotes then
        return [tuple(line.split(delimiter)) for line in lines]


def _delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that gives most rows the same number of columns, and more than one.

    A row is a line, or, where that fits better, all lines until a quotation mark is closed.
    """
    for long in _LONG_DELIMITERS:
        if sum(long in line for line in lines) * 2 > len(lines) and _is_whole(long, lines):
            return long
    best, best_score = ",", 0.0
    joined = _joined(lines)
    readings = [lines] if len(joined) == len(lines) else [lines, joined]
    rare = _rare_delimiters(lines[0])
    for delimiter in (*_DELIMITERS, *rare, " "):
        if delimiter == " " and _have_delimiters(lines):
            continue
        if delimiter in rare and best_score > _LEAST_OF_A_TABLE:
            continue
        score = max(_regularity(rows, delimiter) for rows in readings)
        if score > best_score + (0.2 if delimiter == " " and best_score else 0):
            best, best_score = delimiter, score
    return best


def _have_delimiters(lines: Sequence[str]) -> bool:
    """Return whether most lines have one of the usual delimiters more than once."""
    return any(sum(line.count(mark) > 1 for line in lines) * 2 > len(lines) for mark in _DELIMITERS)


def _rare_delimiters(line: str) -> list[str]:
    r"""Return the signs of a line that may delimit where none of the usual ones gives a table.

    >>> _rare_delimiters("user_id¦item_id¦time (UTC)"), _rare_delimiters("a\x01b")
    (['¦'], ['\x01'])
    """
    signs = dict.fromkeys(sign for sign in line if not sign.isalnum())
    known = _NO_DELIMITERS.union(_DELIMITERS, INVISIBLE)
    accents_and_blanks = ("Mn", "Mc", "Zs")
    return [
        sign
        for sign in signs
        if sign not in known and unicodedata.category(sign) not in accents_and_blanks
    ]


def _is_whole(delimiter: str, lines: Sequence[str]) -> bool:
    """Return whether a delimiter of one repeated character is no row of empty fields."""
    mark = delimiter[0]
    if delimiter != 2 * mark or mark == ":":  # which stands alone in times
        return True
    runs = re.findall(rf"{re.escape(mark)}+", "\n".join(lines))
    return all(len(run) % 2 == 0 for run in runs)


def _joined(lines: Sequence[str]) -> list[str]:
    """Return lines, those of which a quotation mark is open together with what closes it."""
    joined: list[str] = []
    held: list[str] = []
    for line in lines:
        held.append(line)
        if sum(one.count('"') for one in held) % 2 == 0:
            joined.append("\n".join(held))
            held = []
        elif len(held) == _MOST_LINES_OF_A_ROW:  # a mark that is never closed
            joined += held
            held = []
    return [*joined, *held]


def _regularity(rows: Sequence[str], delimiter: str) -> float:
    """Return the share of rows with the same number of columns; a little more for more columns."""
    widths = Counter(  # row by row: a quote that is never closed spoils its own alone
        len(row) for text in rows for row in _rows([text], delimiter, '"')
    )
    several = Counter({width: count for width, count in widths.items() if width > 1})
    if not several:
        return 0.0
    width, count = several.most_common(1)[0]
    return count / len(rows) + min(width, 20) / 1000


def _is_header(row: tuple[str, ...]) -> bool:
    """Return whether a row names the columns: no field of it is a number or a time."""
    return not any(_VALUE.fullmatch(field.strip()) for field in row)


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    """Give a number to the names that are there more than once.

    >>> _unique(("a", "b", "a", ""))
    ('a', 'b', 'a (2)', 'column 4')
    """
    seen: Counter[str] = Counter()
    unique = []
    for position, name in enumerate(names, start=1):
        known = name or f"column {position}"
        seen[known] += 1
        unique.append(known if seen[known] == 1 else f"{known} ({seen[known]})")
    return tuple(unique)


def _parquet(path: Path) -> Dialect:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
            texts = [one.name for one in schema if pa.types.is_string(one.type)]
        _check_rows(path, rows)
        _check_columns(path, len(schema))
        # As dictionaries, texts that are there many times are in memory once.
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            batch = next(file.iter_batches(_LINES), None)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise BadInput(_("{file} is a damaged Parquet file.").format(file=path.name)) from error
    columns = map(_shortened, batch.columns) if batch else ()
    sample = tuple(
        tuple("" if v is None else str(v)[:_LONGEST_VALUE] for v in row)
        for row in zip(*columns, strict=True)
    )
    kinds = (pa.types.is_floating, pa.types.is_integer, pa.types.is_decimal)
    numeric = frozenset(one.name for one in schema if any(kind(one.type) for kind in kinds))
    names = tuple(schema.names)
    return Dialect("parquet", "none", "utf-8", ",", "", 1, names, sample, numeric=numeric)


def _check_rows(path: Path, rows: int) -> None:
    """Raise BadInput where a file claims more rows than a log can have in so few bytes."""
    if rows > max(_ALWAYS_ROWS, _MOST_ROWS_A_BYTE * path.stat().st_size):
        raise BadInput(
            _(
                "{file} claims {rows} rows in {size} bytes, as no log does: they would fill the "
                "disk."
            ).format(file=path.name, rows=number(rows), size=number(path.stat().st_size))
        )


def _check_long(path: Path, names: Sequence[str]) -> None:
    """Raise BadInput for a table with a column for each day or month, and events in its cells."""
    periods = {name.strip() for name in names if _PERIOD.fullmatch(name.strip())}
    if len(periods) >= _LEAST_PERIODS and len(periods) * 2 > len(names):
        raise BadInput(
            _(
                "{file} has a column for each of {number} days or months; write one row for each "
                "of them, such as with pandas' melt, and import that."
            ).format(file=path.name, number=number(len(periods)))
        )


def _check_columns(path: Path, number_of_columns: int) -> None:
    """Raise BadInput where a file has more columns than a person can be asked about."""
    if number_of_columns > _MOST_COLUMNS:
        raise BadInput(
            _("{file} has {columns} columns, and a log has {most} at the most.").format(
                file=path.name, columns=number(number_of_columns), most=number(_MOST_COLUMNS)
            )
        )


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
