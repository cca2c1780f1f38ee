"""How a column of prices is written: decided over its values, read by DuckDB."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from data.datasets.database import quote

Mark = Literal[".", ","]

BLANKS = " \t\u00a0\u202f\u2009"
"""Blanks that may stand around a number or between its thousands."""

_GROUPING = BLANKS + "'’"
_BEFORE = r"[^0-9.,]*[A-Za-z][.] *|[^0-9.,]*"
_NUMBER = re.compile(r"-?[\d.,]*\d[.,]?")
_PLAIN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")

_TOTALS = frozenset(
    [
        *["salesvalue", "linetotal", "linevalue", "lineamount", "itemtotal", "subtotal"],
        *["totalprice", "totalamount", "totalvalue", "revenue", "turnover"],
        *["preciototal", "importetotal"],
    ]
)


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
        number = f"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)?(?:[{decimal}][0-9]*)?"
        pattern = f"^({_BEFORE})({number})([^0-9.,]*)$"
        before, digits, behind = (
            f"regexp_extract({column}, {quote(pattern)}, {group})" for group in (1, 2, 3)
        )
        plain = f"replace(regexp_replace({digits}, {quote(group)}, '', 'g'), {quote(decimal)}, '.')"
        sign = f"CASE WHEN regexp_matches({before} || {behind}, '[(-]') THEN -1 ELSE 1 END"
        price = f"{sign} * try_cast(nullif({plain}, '') AS DOUBLE)"
        return price if decimal == "," else f"coalesce({price}, {_finite(column)})"


def _finite(column: str) -> str:
    number = f"try_cast({column} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def number_of(text: str) -> str | None:
    """Return the digits and marks of a price; None where there is no number in it.

    >>> number_of("US$ 1,299.00"), number_of("1 299,90 €"), number_of("free")
    ('1,299.00', '1299,90', None)
    """
    stripped = re.sub(rf"(?<=\d)[{_GROUPING}](?=\d{{3}}(?!\d))", "", text)
    match = _NUMBER.search(re.sub(r"(?<=[A-Za-z])[.]", "", stripped))
    return match[0].lstrip("-") if match else None


def decimal_marks(values: Iterable[str]) -> frozenset[Mark]:
    """Return the decimal marks that a column of prices may have.

    A mark that is followed by anything but three digits is a decimal mark; one that stands twice
    in a number, or before another mark, separates thousands. Where nothing decides, ``.`` is the
    decimal mark of a column without commas, and both are possible for one whose only marks are
    commas before three digits.

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
    if "," in unsettled:
        return frozenset({".", ","}) if "." not in unsettled else frozenset()
    return frozenset({"."})


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


def is_plain(values: Iterable[str]) -> bool:
    """Tell whether every price is a number as programs write it."""
    return all(_PLAIN.fullmatch(value) for value in values)


def is_total(column: str) -> bool:
    """Tell whether a column's name is that of the price of all units of a row.

    >>> is_total("SALES_VALUE"), is_total("Line Total"), is_total("unit_price")
    (True, True, False)
    """
    return re.sub(r"[^a-z]+", "", column.lower()) in _TOTALS
