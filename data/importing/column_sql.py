"""SQL expressions that turn the text columns ``c0``, ``c1``, … of a file into event columns.

The fast path (DuckDB parses the file) and the line-by-line fallback use the same expressions, so
that both give the same events.
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
"""Texts that mean a missing value."""

EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2200, 1, 1)
"""Bounds of the times of events; rows outside them are rejected."""

REASONS = {
    "user_missing": N_("The buyer is missing"),
    "product_missing": N_("The product is missing"),
    "time_missing": N_("The time is missing"),
    "time_unreadable": N_("The time cannot be read"),
    "time_out_of_range": N_("The time is before 1900 or after 2199"),
    "price_unreadable": N_("The price is not a number"),
    "header_again": N_("The header is repeated"),
    "wrong_number_of_columns": N_("The row has too few or too many columns"),
    "open_quote": N_("A quotation mark is not closed"),
    "bad_quote": N_("The quotation marks are misplaced"),
    "nul_byte": N_("The row contains a NUL byte"),
    "file_ends_early": N_("The file is truncated in this row"),
    "line_too_long": N_("The line is longer than 64 MB"),
}

UNKNOWN_TYPE = "unknown"
"""Type of an event whose type is missing in a log with a column of types."""

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
class ColumnSql:
    """SQL expressions for the event columns of one file.

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
    integer_ids : frozenset of str
        The id columns that are stored as BIGINT, since every id is an integer in its canonical
        notation; the others are stored as text.
    named : bool
        Whether the file names its columns. Where it does not, their names are numbers, and a row
        that holds the same numbers is an event, not a repeated header.
    missing : tuple of str
        Texts that mean a missing value; empty if the parser makes them NULL, which is faster.
    """

    mapping: dict[str, str]
    positions: dict[str, int]
    time: str
    decimal_comma: bool
    integer_ids: frozenset[str]
    named: bool = True
    missing: tuple[str, ...] = MISSING

    @classmethod
    def of(cls, dialect: Dialect, mapping: dict[str, str], time_format: str | None) -> "ColumnSql":
        """Detect the notation of times, prices and ids from the first rows of a file.

        Parameters
        ----------
        dialect : Dialect
            Has the names of the columns and the first rows.
        mapping : dict
            Event column → column of the file.
        time_format : str or None
            As for strptime; None to detect it. Times in an unknown notation raise BadInput.
        """
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
            integer_ids=frozenset(
                name for name in ("user", "product") if all(map(_is_integer, sample[name]))
            ),
            named=dialect.columns != numbers(len(dialect.columns)),
        )

    def text(self, name: str) -> str:
        """Return the SQL of a column's text, NULL where it is missing.

        CASE instead of IN: DuckDB turns IN with many values into a join, which does not keep the
        order of rows.
        """
        if name not in self.positions:
            return "NULL"
        column = f"c{self.positions[name]}"
        if not self.missing:
            return column
        cases = " ".join(f"WHEN {quote(text)} THEN NULL" for text in self.missing)
        return f"CASE {column} {cases} ELSE {column} END"

    def value(self, name: str) -> str:
        """Return the SQL of an event column's value, NULL where it is missing or unreadable."""
        if name == "time":
            return self._time()
        if name == "price":
            return self._price()
        if name == "type":
            return self._type()
        if name in self.integer_ids:
            column = f"c{self.positions[name]}"
            integer = f"try_cast({column} AS BIGINT)"
            return f"CASE WHEN {integer}::VARCHAR = {column} THEN {integer} END"
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
        text = f"coalesce({self.text('type')}, {quote(UNKNOWN_TYPE)})"
        synonym = f"CASE lower({self.text('type')}) {cases} ELSE {text} END"
        return f"CASE WHEN {column} IN ({known}) THEN {column} ELSE {synonym} END"

    def is_reject(self) -> str:
        """Return the SQL condition of a row that is no event although no required value is NULL."""
        conditions = [self._price_unreadable()] if "price" in self.positions else []
        if self.time == "order":  # otherwise the time of a repeated header is unreadable
            conditions.append(f"coalesce({self._header_again()}, false)")
        return " OR ".join(conditions) or "false"

    def _price_unreadable(self) -> str:
        """Return the SQL condition of a price that is present and no finite number."""
        return (
            f"{self.text('price')} IS NOT NULL AND NOT coalesce(isfinite({self._price()}), false)"
        )

    def select(self) -> str:
        """Return the SQL select list of all event columns."""
        return ", ".join(f"{self.value(name)} AS {name}" for name in NAMES)

    def reason(self) -> str:
        """Return the SQL of a key of ``REASONS`` for a row that is no event, NULL for an event."""
        return f"""CASE
            WHEN {self._header_again()} THEN 'header_again'
            WHEN {self.text("user")} IS NULL THEN 'user_missing'
            WHEN {self.text("product")} IS NULL THEN 'product_missing'
            WHEN {self._time_reason()} IS NOT NULL THEN {self._time_reason()}
            WHEN {self._price_unreadable()} THEN 'price_unreadable' END"""

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


def _is_integer(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19 and str(int(text)) == text


def _time_kind(sample: Sequence[str] | None, column: str | None) -> str:
    """Return the notation of times, as in ``ColumnSql.time``; an unknown one raises BadInput."""
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
