"""Characters that programs put around names and values."""

from data.datasets.database import quote

INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
"""Those without width."""
BLANKS = " \t\u00a0\u202f" + INVISIBLE


def trimmed_sql(column: str) -> str:
    """Return the SQL of a text without the blanks around it.

    DuckDB trims a set of characters at ten times the cost of a look at the first and the last one,
    which are no blanks in most texts.
    """
    ends = (f"unicode({column}{end}) BETWEEN 33 AND 126" for end in ("", "[-1]"))
    return f"CASE WHEN {' AND '.join(ends)} THEN {column} ELSE trim({column}, {quote(BLANKS)}) END"
