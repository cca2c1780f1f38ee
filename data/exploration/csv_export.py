"""Tables as CSV that a spreadsheet shows as text and never runs as formulas."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutral(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula.

    Text that starts like a formula gets an apostrophe in front of it (OWASP's advice against CSV
    injection); numbers stay as they are.

    Examples
    --------
    >>> neutral("=1+1"), neutral("shoes"), neutral(-3)
    ("'=1+1", 'shoes', -3)
    """
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""Return a table as CSV with a byte order mark, so that spreadsheets read it as UTF-8.

    Examples
    --------
    >>> csv_text(["category", "events"], [["=cmd", 3], ["café", None]])
    "\ufeffcategory,events\r\n'=cmd,3\r\ncafé,\r\n"
    """
    lines = StringIO()
    writer = csv.writer(lines)
    writer.writerow([neutral(name) for name in header])
    writer.writerows([neutral(value) for value in row] for row in rows)
    return "\ufeff" + lines.getvalue()
