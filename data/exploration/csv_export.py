"""CSV export that is safe against formula injection in spreadsheets."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutral(value: Any) -> Any:
    """Return a value that spreadsheets do not evaluate as a formula.

    Text that starts like a formula gets a leading apostrophe, as OWASP advises against CSV
    injection; numbers are returned unchanged.

    Examples
    --------
    >>> neutral("=1+1"), neutral("shoes"), neutral(-3)
    ("'=1+1", 'shoes', -3)
    """
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""Return a table as CSV with a byte order mark, by which spreadsheets recognise UTF-8.

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
