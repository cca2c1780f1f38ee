"""How the text of a file becomes events: SQL expressions over columns ``c0``, ``c1``, ….

The same expressions serve the fast lane (DuckDB reads the file) and the careful lane (the file
was read line by line), so that both mean the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from data.datasets.database import quote
from data.errors import BadInput
from data.events import NAMES, PURCHASE
from data.i18n import N_, _
from data.importing.dialect import Dialect, numbers

MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "\\N")
"""Texts that stand for a missing value."""

EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2200, 1, 1)
"""Times outside of these are damage, not history."""

REASONS = {
    "user_missing": N_("The buyer is missing"),
    "product_missing": N_("The product is missing"),
    "time_missing": N_("The time is missing"),
    "time_unreadable": N_("The time cannot be read"),
    "time_out_of_range": N_("The time is before 1900 or after 2199"),
    "price_unreadable": N_("The price is not a number"),
    "header_again": N_("The header stands here again"),
    "wrong_number_of_columns": N_("The row has too few or too many columns"),
    "open_quote": N_("A quotation mark is never closed"),
    "bad_quote": N_("The quotation marks do not fit the columns"),
    "nul_byte": N_("The row holds a NUL byte"),
    "file_ends_early": N_("The file ends in the middle of this row"),
    "line_too_long": N_("The line is longer than 64 MB"),
}

UNKNOWN_TYPE = "unknown"
"""The type of an event whose type is missing in a log that has types."""

_SYNONYMS = {
    "cart": "addtocart add_to_cart add-to-cart carrito",
    PURCHASE: "transaction buy order purchased compra pedido",
    "view": "pageview page_view detail_view vista",
}
_FORMATS = tuple(
    f"{day}{clock}"
    for day in ("%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%d.%m.%Y")
    for clock in (" %H:%M:%S", " %H:%M", "")
)


@dataclass(frozen=True)
class Reading:
    """How one file's columns are read.

    Attributes
    ----------
    mapping : dict
        Event column → column of the file.
    positions : dict
        Event column → position of that column in the file.
    time : str
        ``"iso"``, ``"seconds"``, ``"milliseconds"``, ``"order"``, or a strptime format.
    decimal_comma : bool
        Whether prices are written as 3,49.
    whole : frozenset of str
        The id columns that are kept as BIGINT, since every id in them is a whole number written
        in the usual way; the others are kept as text.
    named : bool
        Whether the file names its columns. Where it does not, their names are numbers, and a row
        that holds the same numbers is an event, not a repeated header.
    missing : tuple of str
        Texts that stand for a missing value; none where whoever reads the file has made NULL of
        them already, which is faster.
    """

    mapping: dict[str, str]
    positions: dict[str, int]
    time: str
    decimal_comma: bool
    whole: frozenset[str]
    named: bool = True
    missing: tuple[str, ...] = MISSING

    @classmethod
    def of(cls, dialect: Dialect, mapping: dict[str, str], time_format: str | None) -> "Reading":
        """Tell from a file's first rows how its columns are read."""
        positions = {name: dialect.columns.index(column) for name, column in mapping.items()}
        sample = {
            name: [row[k] for row in dialect.sample if len(row) > k and row[k] not in MISSING]
            for name, k in positions.items()
        }
        prices = sample.get("price", [])
        return cls(
            mapping,
            positions,
            time_format or _time_kind(sample.get("time"), mapping.get("time")),
            decimal_comma=any("," in price and "." not in price for price in prices),
            whole=frozenset(
                name for name in ("user", "product") if all(map(_is_whole, sample[name]))
            ),
            named=dialect.columns != numbers(len(dialect.columns)),
        )

    def text(self, name: str) -> str:
        """Return the SQL of a column's text, NULL where it is missing.

        Texts are compared one by one: of ``IN`` with many of them DuckDB makes a join, which does
        not keep the order of the rows.
        """
        if name not in self.positions:
            return "NULL"
        column = f"c{self.positions[name]}"
        if not self.missing:
            return column
        cases = " ".join(f"WHEN {quote(text)} THEN NULL" for text in self.missing)
        return f"CASE {column} {cases} ELSE {column} END"

    def value(self, name: str) -> str:
        """Return the SQL of a column's value, NULL where it is missing or cannot be read."""
        if name == "time":
            return self._time()
        if name == "price":
            return self._price()
        if name == "type":
            return self._type()
        if name in self.whole:
            column = f"c{self.positions[name]}"
            whole = f"try_cast({column} AS BIGINT)"
            return f"CASE WHEN {whole}::VARCHAR = {column} THEN {whole} END"
        return f"({self.text(name)})::VARCHAR"

    def _time(self) -> str:
        if self.time == "order":
            return "NULL::TIMESTAMP"
        column = f"c{self.positions['time']}"
        if self.time == "iso":
            return (
                f"CASE WHEN strlen({column}) <= 19 OR suffix({column}, ' UTC') "
                f"THEN try_cast({column} AS TIMESTAMP) "
                f"ELSE try_cast({column} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END"
            )
        if self.time in ("seconds", "milliseconds"):
            factor = 1_000_000 if self.time == "seconds" else 1_000
            number = f"try_cast({column} AS DOUBLE)"
            return (
                f"CASE WHEN {number} * {factor} BETWEEN -1e16 AND 1e16 "
                f"THEN make_timestamp(round({number} * {factor})::BIGINT) END"
            )
        return f"try_strptime({column}, {quote(self.time)})"

    def _price(self) -> str:
        if "price" not in self.positions:
            return "NULL::DOUBLE"
        column = f"c{self.positions['price']}"
        if self.decimal_comma:
            column = f"replace(replace({column}, '.', ''), ',', '.')"
        return f"try_cast({column} AS DOUBLE)"

    def _type(self) -> str:
        if "type" not in self.positions:
            return quote(PURCHASE)
        cases = " ".join(
            f"WHEN {quote(word)} THEN {quote(name)}"
            for name, words in _SYNONYMS.items()
            for word in words.split()
        )
        known = ", ".join(map(quote, ("view", "cart", PURCHASE)))
        column = f"c{self.positions['type']}"
        other = f"coalesce({self.text('type')}, {quote(UNKNOWN_TYPE)})"
        others = f"CASE lower({self.text('type')}) {cases} ELSE {other} END"
        return f"CASE WHEN {column} IN ({known}) THEN {column} ELSE {others} END"

    def odd(self) -> str:
        """Return the SQL condition of a row that is no event although its columns can be read."""
        conditions = [self.price_unreadable()] if "price" in self.positions else []
        if self.time == "order":  # else the header's own time cannot be read
            conditions.append(f"coalesce({self._header_again()}, false)")
        return " OR ".join(conditions) or "false"

    def price_unreadable(self) -> str:
        """Return the SQL condition of a price that is there and is no number."""
        return (
            f"{self.text('price')} IS NOT NULL AND NOT coalesce(isfinite({self._price()}), false)"
        )

    def select(self) -> str:
        """Return the SQL select list of an event."""
        return ", ".join(f"{self.value(name)} AS {name}" for name in NAMES)

    def reason(self) -> str:
        """Return the SQL of the reason why a row is no event, NULL where it is one."""
        return f"""CASE
            WHEN {self._header_again()} THEN 'header_again'
            WHEN {self.text("user")} IS NULL THEN 'user_missing'
            WHEN {self.text("product")} IS NULL THEN 'product_missing'
            WHEN {self._time_reason()} IS NOT NULL THEN {self._time_reason()}
            WHEN {self.price_unreadable()} THEN 'price_unreadable' END"""

    def _header_again(self) -> str:
        if not self.named:
            return "false"
        return " AND ".join(
            f"c{k} = {quote(self.mapping[name])}" for name, k in self.positions.items()
        )

    def _time_reason(self) -> str:
        if self.time == "order":
            return "NULL::VARCHAR"
        return f"""(CASE WHEN {self.text("time")} IS NULL THEN 'time_missing'
            WHEN {self._time()} IS NULL THEN 'time_unreadable'
            WHEN {self._time()} < TIMESTAMP '{EARLIEST}'
                OR {self._time()} >= TIMESTAMP '{LATEST}' THEN 'time_out_of_range' END)"""


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19 and str(int(text)) == text


def _time_kind(sample: Sequence[str] | None, column: str | None) -> str:
    """Tell how times are written; times that nothing reads raise BadInput."""
    if sample is None:
        return "order"
    values = sample[:50]
    try:
        largest = max((abs(float(value)) for value in values), default=None)
    except ValueError:
        largest = None
    if largest is not None:
        return "seconds" if largest < 1e11 else "milliseconds"
    if not values or any(map(_is_iso, values)):
        return "iso"
    for pattern in _FORMATS:
        if all(_parses(value, pattern) for value in values):
            return pattern
    raise BadInput(
        _(
            "The times in column {column} cannot be read ({example}); give their format, "
            "such as {format}."
        ).format(column=column, example=values[0][:40], format="%d/%m/%Y %H:%M")
    )


def _is_iso(value: str) -> bool:
    try:
        datetime.fromisoformat(value.removesuffix(" UTC"))
    except ValueError:
        return False
    return True


def _parses(value: str, pattern: str) -> bool:
    try:
        datetime.strptime(value, pattern)
    except ValueError:
        return False
    return True
