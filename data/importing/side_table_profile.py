"""What the columns of a side table hold, over all of their values.

The functions ask a table ``side`` of a DuckDB connection, whose columns ``c0``, ``c1``, … hold the
fields of the file as text, NULL where they are missing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from data.datasets.database import quote
from data.importing import prices
from data.importing.column_names import bare_name
from data.importing.prices import PriceFormat

_EXACT_DIGITS = 15
NUMBERS = 0.99
"""The share of the values that are numbers in a column of numbers, at the least."""

_NUMBER = re.compile(r"-?(?:[A-Z]{3}|[$€£¥₹])? ?\d[\d.,'’ \u00a0\u202f]*(?:[A-Z]{3}|[$€£¥₹%])?")


@dataclass(frozen=True)
class Column:
    """A column of the file.

    Attributes
    ----------
    place : int
    name : str
        Without the type that RecBole adds.
    count, distinct : int
        Number of values, and of different ones.
    longest : int
        Number of letters of the longest value.
    average : float
        Number of letters of an average one.
    numbers : int
        Values that are numbers as programs write them.
    has_leading_zeros : bool
        Whether values begin with a zero that a number would lose.
    sample : tuple of str
        Some of the different values.
    """

    place: int
    name: str
    count: int
    distinct: int
    longest: int
    average: float
    numbers: int
    has_leading_zeros: bool
    sample: tuple[str, ...]

    @property
    def plain(self) -> str:
        """The name as ``data.importing.column_names`` has it."""
        return bare_name(self.name)

    @property
    def sql(self) -> str:
        """The column of ``side``."""
        return f"c{self.place}"

    @property
    def is_unique(self) -> bool:
        """Whether almost every value is a new one."""
        return self.distinct * 10 >= self.count * 9

    @property
    def is_list(self) -> bool:
        """Whether values are lists as JSON or Python writes them."""
        return bool(self.sample) and all(v[:1] == "[" and v[-1:] == "]" for v in self.sample)

    @property
    def number_format(self) -> PriceFormat | None:
        """How its numbers are written; None where it holds no numbers."""
        is_long = any(value.isdigit() and len(value) > _EXACT_DIGITS for value in self.sample)
        if self.has_leading_zeros or is_long or not self.count:
            return None
        if self.numbers >= NUMBERS * self.count:
            return PriceFormat()
        marks = prices.decimal_marks(self.sample)
        readable = sum(_is_number(value) for value in self.sample)
        if len(marks) == 1 and readable >= NUMBERS * len(self.sample):
            return PriceFormat(next(iter(marks)), False)
        return None

    @property
    def items(self) -> list[list[str]]:
        """The items of the lists in the sample."""
        return [re.findall(r"[^\[\]\"',]+", value.replace(", ", ",")) for value in self.sample]

    def joined(self, separator: str) -> str:
        """Return the SQL of the text; the items of a list are joined, and hold no ``.`` then."""
        if not self.is_list:
            return self.sql
        path = "$[0][*]" if all(value.startswith("[[") for value in self.sample) else "$[*]"
        texts = [self.sql, f"replace({self.sql}, '''', '\"')"]
        items = [f"json_extract_string({text}, {quote(path)})" for text in texts]
        if separator == ".":
            items = [f"list_transform({item}, lambda part: {undotted('part')})" for item in items]
        cases = " ".join(
            f"WHEN json_valid({text}) THEN array_to_string({item}, {quote(separator)})"
            for text, item in zip(texts, items, strict=True)
        )
        return f"nullif(CASE {cases} ELSE {self.sql} END, '')"


def undotted(text: str) -> str:
    """Return the SQL of a category's label, in which ``.`` would separate levels."""
    return f"replace({text}, '.', '·')"


def _is_number(value: str) -> bool:
    """Return whether a text is a number, with a currency or a percent sign at the most.

    >>> [_is_number(text) for text in ("1,299.00 USD", "$5", "45-54", "65+", "22 LB")]
    [True, True, False, False, False]
    """
    return _NUMBER.fullmatch(value) is not None


def describe(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[Column]:
    """Return the profile of each column of ``side``."""
    columns = []
    for place, name in enumerate(names):
        text = f"c{place}"
        row = connection.execute(
            f"SELECT count({text}), count(DISTINCT {text}), coalesce(max(length({text})), 0), "
            f"coalesce(avg(length({text})), 0), count(*) FILTER (isfinite(try_cast({text} AS "
            f"DOUBLE))), coalesce(bool_or(regexp_matches({text}, '^0[0-9]')), false) FROM side"
        ).fetchone()
        sample = connection.execute(
            f"SELECT DISTINCT {text} FROM side WHERE {text} IS NOT NULL LIMIT 1000"
        ).fetchall()
        assert row is not None
        count, distinct, longest, average, numbers, has_leading_zeros = row
        columns.append(
            Column(
                place,
                re.sub(r":(token|float)(_seq)?$", "", name),
                count,
                distinct,
                longest,
                average,
                numbers,
                has_leading_zeros,
                tuple(value for (value,) in sample),
            )
        )
    return columns
