"""How a column of prices is written: decided over its values, read by DuckDB."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from data.datasets.database import quote
from data.importing.column_names import bare_name
from data.importing.column_vocabulary import TOTALS

Mark = Literal[".", ","]

BLANKS = " \t\u00a0\u202f\u2009"
"""Blanks that may stand around a number or between its thousands."""

_GROUPING = BLANKS + "'’"
_BEFORE = r"[^0-9.,]*\p{L}[.] *|[^0-9.,]*"
_BEHIND = r"[^0-9.,]*(?:\p{L}[.][^0-9.,]*)*"
_NEGATIVE_BEFORE, _NEGATIVE_BEHIND = "[(−-]", "^ *[−-]|[^:][−-] *$"
_NO_CURRENCY = (
    r"(?i)^ *(%|‰|¢|(p|ct|cts|cents?|pence|k|m|mn|mio|bn|tsd|mil)([^\p{L}]|$))"
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[^\p{L}]*$"
)
"""What makes another number of the digits before or behind it: a share, thousands, a date."""

_WIDE, _NARROW = "０１２３４５６７８９．，٠١٢٣٤٥٦٧٨٩٫٬", "0123456789.,0123456789.,"
_TO_NARROW = str.maketrans(_WIDE, _NARROW)
_NUMBER = re.compile(r"-?[\d.,]*\d[.,]?")
_PLAIN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class PriceFormat:
    """How the prices of a column are written.

    Attributes
    ----------
    decimal_mark : {".", ","}
        What stands before the fraction; the other one separates thousands.
    plain : bool
        Whether every value is a number as programs write it, which DuckDB casts at once.
    """

    decimal_mark: Mark = "."
    plain: bool = True

    def sql(self, column: str) -> str:
        """Return the SQL of the price, NULL where the text holds no number written in this way."""
        if self.plain:
            return _finite(column)
        decimal, thousands = (".", ",") if self.decimal_mark == "." else (",", ".")
        group = f"[{thousands}{_GROUPING}]"
        lakhs = f"[0-9]{{1,2}}(?:{group}[0-9]{{2}})+{group}[0-9]{{3}}"
        number = f"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|{lakhs}|[0-9]+)?(?:[{decimal}][0-9]*)?"
        pattern = f"^({_BEFORE})({number})({_BEHIND})$"
        text = f"translate({column}, {quote(_WIDE)}, {quote(_NARROW)})"
        before, digits, behind = (
            f"regexp_extract({text}, {quote(pattern)}, {group})" for group in (1, 2, 3)
        )
        plain = f"replace(regexp_replace({digits}, {quote(group)}, '', 'g'), {quote(decimal)}, '.')"
        negative = (  # ``24,-`` is 24 without cents
            f"regexp_matches({before}, {quote(_NEGATIVE_BEFORE)}) OR "
            f"(regexp_matches({behind}, {quote(_NEGATIVE_BEHIND)}) "
            f"AND NOT suffix({digits}, {quote(decimal)}))"
        )
        words = f"concat({behind}, ' ', {before})"
        price = (
            f"CASE WHEN regexp_matches({words}, {quote(_NO_CURRENCY)}) THEN NULL ELSE "
            f"CASE WHEN {negative} THEN -1 ELSE 1 END * try_cast(nullif({plain}, '') AS DOUBLE) END"
        )
        return price if decimal == "," else f"coalesce({price}, {_finite(column)})"


def _finite(column: str) -> str:
    number = f"try_cast({column} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def number_of(text: str) -> str | None:
    """Return the digits and marks of a price; None where there is no number in it.

    >>> number_of("US$ 1,299.00"), number_of("1 299,90 €"), number_of("free")
    ('1,299.00', '1299,90', None)
    """
    narrow = text.translate(_TO_NARROW)
    stripped = re.sub(rf"(?<=\d)[{_GROUPING}](?=\d{{3}}(?!\d))", "", narrow)
    match = _NUMBER.search(re.sub(r"(?<=[^\W\d_])[.]", "", stripped))
    return match[0].lstrip("-") if match else None


def signed(text: str) -> str:
    """Return the sign of a number other than zero, ``+`` or ``-``; empty for any other text.

    >>> [signed(text) for text in ("-8.99", "(8,99)", "24 €", "8.99-", "0.00", "2019-11-01")]
    ['-', '-', '+', '-', '', '']
    """
    digits = number_of(text) or ""
    if not re.search("[1-9]", digits) or re.search(r"\d[-/:]\d", text):
        return ""
    before, _digits, behind = text.translate(_TO_NARROW).partition(digits[0])
    is_negative = re.search(_NEGATIVE_BEFORE, before) or re.search("(^|[^:])[−-] *$", behind)
    return "-" if is_negative else "+"


def signed_sql(column: str) -> str:
    """Return the SQL condition of a number below zero, however its minus is written."""
    has_sign = " OR ".join(f"contains({column}, '{sign}')" for sign in "-−(")  # few rows have one
    pattern = "^[^0-9]*[(−-].*[1-9]|[1-9][0-9.,]* *[−-] *$"
    return f"CASE WHEN {has_sign} THEN regexp_matches({column}, {quote(pattern)}) END"


def decimal_marks(values: Iterable[str]) -> frozenset[Mark]:
    """Return the decimal marks that a column of prices may have.

    A mark that is followed by anything but three digits is a decimal mark; one that stands twice
    in a number, or before another mark, separates thousands. Both are possible for a column whose
    only marks stand before three digits.

    Returns
    -------
    frozenset
        One mark; both where two readings fit equally; none where the values contradict each
        other.

    Examples
    --------
    >>> sorted(decimal_marks(["1,299", "12.50"])), sorted(decimal_marks(["1.299,00", "8,99"]))
    (['.'], [','])
    >>> sorted(decimal_marks(["1,299", "2,450"])), sorted(decimal_marks(["12.50", "8,99"]))
    ([',', '.'], [])
    """
    decimal: set[Mark] = set()
    grouping: set[Mark] = set()
    unsettled: set[Mark] = set()
    for value in values:
        _sort_marks(number_of(value) or "", decimal, grouping, unsettled)
    if decimal & grouping or len(decimal) == 2 or len(grouping) == 2:
        return frozenset()
    if decimal:
        return frozenset(decimal)
    if grouping:
        return frozenset({"," if "." in grouping else "."})
    if len(unsettled) == 2:
        return frozenset()
    return frozenset({".", ","}) if unsettled else frozenset({"."})


def _sort_marks(number: str, decimal: set[Mark], grouping: set[Mark], unsettled: set[Mark]) -> None:
    """Add the marks of a number to those before a fraction, between thousands, or neither."""
    marks: list[Mark] = re.findall(r"[.,]", number)
    if not marks:
        return
    last = marks[-1]
    head, _mark, tail = number.rpartition(last)
    if len(set(marks)) == 2:
        decimal.add(last)
        grouping.add("." if last == "," else ",")
    elif len(marks) > 1:
        grouping.add(last)
    elif len(tail) == 3 and 1 <= len(head) <= 3 and not head.startswith("0"):
        unsettled.add(last)
    else:
        decimal.add(last)


def is_plain(values: Sequence[str]) -> bool:
    """Return whether every price is a number as programs write it, without points of thousands.

    >>> is_plain(["1.299", "8.99"]), is_plain(["1.299", "8"]), is_plain(["1299", "8"])
    (True, False, True)
    """
    return all(map(_PLAIN.fullmatch, values)) and len(decimal_marks(values)) == 1


def is_total(column: str) -> bool:
    """Return whether a column's name is that of the price of all units of a row.

    >>> is_total("SALES_VALUE"), is_total("Line Total"), is_total("unit_price")
    (True, True, False)
    """
    return bare_name(column) in TOTALS
