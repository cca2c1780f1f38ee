"""CSV export that is safe against formula injection in spreadsheets."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

_SKIPPED = "\\s\\x00-\\x1f\u200b-\u200f\u2060\ufeff\"'"
"""Characters that spreadsheets drop, or may drop, at the start of a cell."""

_FORMULA = re.compile(rf"(?:^|(?<=[;\t\r\n]))(?=[{_SKIPPED}]*[=+\-@＝＋－＠])|^(?=[\t\r\n])")
"""The start of a formula: that of a cell, also where the spreadsheet separates by semicolons."""


def neutral(value: Any) -> Any:
    """Return a value that spreadsheets do not evaluate as a formula.

    Text that starts like a formula, also after blanks, line ends or a semicolon, gets an apostrophe
    there, as OWASP advises against CSV injection; numbers are returned unchanged.

    Examples
    --------
    >>> neutral("=1+1"), neutral("shoes;=1+1"), neutral("shoes - red"), neutral(-3)
    ("'=1+1", "shoes;'=1+1", 'shoes - red', -3)
    """
    return _FORMULA.sub("'", value) if isinstance(value, str) else value


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""Return a table as CSV with a byte order mark, by which spreadsheets recognise UTF-8.

    Examples
    --------
    >>> csv_text(["category", "events"], [["=cmd", 3], ["café", None]])
    "\ufeffcategory,events\r\n'=cmd,3\r\ncafé,\r\n"
    """
    lines = StringIO()
    _write(lines, header, rows)
    return lines.getvalue()


def write_csv(target: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table as ``csv_text`` does, row by row, into a file."""
    with target.open("w", encoding="utf-8", newline="") as file:
        _write(file, header, rows)


def _write(file: TextIO, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    file.write("\ufeff")
    writer = csv.writer(file)
    writer.writerow([neutral(name) for name in header])
    writer.writerows([neutral(value) for value in row] for row in rows)
