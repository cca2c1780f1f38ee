"""Texts that stand for a missing value, or for a buyer who is not known."""

from collections.abc import Sequence

MISSING = (
    "",
    *[
        "NA",
        "N/A",
        "n/a",
        "NaN",
        "nan",
        "NAN",
        "NULL",
        "null",
        "Null",
        "None",
        "none",
        "NONE",
        "\\N",
        "<NA>",
        "<na>",
        "#N/A",
        "#NA",
        "NaT",
        "nat",
    ],
    *[
        "-",
        "--",
        "nil",
        "undefined",
        "Undefined",
        "unknown",
        "Unknown",
        "UNKNOWN",
        "(none)",
        "(null)",
        "(blank)",
        "(empty)",
        "<null>",
        "[null]",
        "[NULL]",
        "n.a.",
        "N.A.",
        "?",
        "missing",
        "#REF!",
        "#VALUE!",
    ],
    "(not set)",
)
"""Texts that stand for a missing value."""

COMMON_MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "\\N")
"""The commonest of them."""

GUESTS = (
    *("-1", "guest", "Guest", "GUEST", "anonymous", "Anonymous", "ANONYMOUS"),
    "00000000-0000-0000-0000-000000000000",
)
"""Ids of a buyer who is not known: all of them would become one."""


def seen_missing(sample: Sequence[Sequence[str]], *, signs: bool) -> tuple[str, ...]:
    """Return the texts that a reader may take for missing values in any column.

    They are the empty text and those of the first rows, but no ``-`` where it may be a sign.

    >>> seen_missing([("17", "NA"), ("", "-")], signs=True)
    ('', 'NA')
    """
    known = frozenset(MISSING) - ({"-"} if signs else set())
    texts = sorted({value for row in sample for value in row if value in known})
    return tuple(dict.fromkeys(["", *texts]))
