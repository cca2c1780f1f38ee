"""How a line of delimited text is divided into fields: delimiter, quotation mark, escape."""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from data.importing.blanks import INVISIBLE

_DELIMITERS = (",", ";", "\t", "|")
_NO_DELIMITERS = frozenset(".-_:/\\+@&%$€£=()[]{}<>'\"`´’“”„«»!?")
"""Signs that stand in names of columns, ids and times."""
_LONG_DELIMITERS = ("::", "|~|", "~|~", "^|^", "#|#", "<|>", "||", ";;", "~~", "^^")
"""Those of several characters, of which none stands alone."""
_WORD = re.compile(r"[^ \t]+")
_WORD_OR_QUOTED = re.compile(r'"[^"]*"(?=[ \t]|$)|[^ \t]+')
_MOST_LINES_OF_A_ROW = 50
_LEAST_OF_A_TABLE = 0.5
"""The share of rows with the same number of columns that a delimiter of a table gives."""


def delimiter_of(lines: Sequence[str]) -> str:
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
    row: list[str] = []
    for line in lines:
        row.append(line)
        if sum(part.count('"') for part in row) % 2 == 0:
            joined.append("\n".join(row))
            row = []
        elif len(row) == _MOST_LINES_OF_A_ROW:  # a mark that is never closed
            joined += row
            row = []
    return [*joined, *row]


def _regularity(rows: Sequence[str], delimiter: str) -> float:
    """Return the share of rows with the same number of columns; a little more for more columns."""
    widths = Counter(  # row by row: a quote that is never closed spoils its own alone
        len(row) for text in rows for row in rows_of([text], delimiter, '"')
    )
    several = Counter({width: count for width, count in widths.items() if width > 1})
    if not several:
        return 0.0
    width, count = several.most_common(1)[0]
    return count / len(rows) + min(width, 20) / 1000


def quote_of(lines: Sequence[str], delimiter: str) -> str:
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


def escape_of(lines: Sequence[str], delimiter: str, quote: str) -> str:
    """Return the escape of a quotation mark in a quoted field: another one or a backslash."""
    if quote != '"' or delimiter == " ":
        return '"'
    inner = re.compile(rf'[^{re.escape(delimiter)}\\]\\"(?!{re.escape(delimiter)}|$)')
    doubled = re.compile(rf'[^{re.escape(delimiter)}]""(?!{re.escape(delimiter)}|$)')
    is_backslash = any(map(inner.search, lines)) and not any(map(doubled.search, lines))
    return "\\" if is_backslash else '"'


def rows_of(
    lines: Sequence[str], delimiter: str, quote: str, escape: str = '"'
) -> list[tuple[str, ...]]:
    """Return the fields of each row of some lines."""
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


def split_at_blanks(text: str, quote: str) -> list[str]:
    """Return the fields between runs of blanks; with a quote, fields in it may hold blanks.

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
