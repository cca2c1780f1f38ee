"""How the text of a file becomes events: SQL expressions over columns ``c0``, ``c1``, ….

The same expressions serve both ways of reading a file (DuckDB reads it, or it was read line by
line), so that both mean the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from data.datasets.database import quote
from data.events import NAMES, PURCHASE, RETURN
from data.importing import type_column
from data.importing.blanks import trimmed_sql
from data.importing.ids import integer_sql, is_integer
from data.importing.missing_values import COMMON_MISSING, GUESTS, MISSING
from data.importing.prices import PriceFormat
from data.importing.time_names import JOIN
from data.importing.times import EARLIEST, LATEST, TimeFormat

LONGEST_ID = 1_000
"""Bytes of an id at most."""
LONGEST_TEXT = 1_000
"""Bytes of a brand, category or title; of a longer one only so many characters are kept."""
MIDNIGHT = "[ T]0{1,2}:00(:00([.]0+)?)?Z?$"
"""The clock of a day whose clock is in another column."""


@dataclass(frozen=True)
class ColumnSql:
    """How one file's columns are read.

    Attributes
    ----------
    mapping : dict
        Event column → column of the file.
    positions : dict
        Event column → places of that column in the file; several for a time in parts.
    time : TimeFormat
    price, quantity : PriceFormat
    price_of_all : bool
        Whether the price is that of all units of a row, which its name says, and is divided by
        the quantity.
    integer_ids : frozenset of str
        The id columns that are kept as BIGINT, since every id in them is a whole number written
        in the usual way; the others are kept as text.
    floats : frozenset of str
        The id columns whose whole numbers are written as floats, such as ``17850.0``.
    types : dict
        Text of the type column → the type that it means, where that is not the text itself.
    chosen_types : dict
        Those of ``types`` that a person gave.
    codes : tuple of str
        The texts of the type column, where these are numbers, or yes and no.
    separator : str
        What separates the levels of categories; ``.`` is what datasets keep.
    named : bool
        Whether the file names its columns. Where it does not, their names are numbers, and a row
        that holds the same numbers is an event, not a repeated header.
    padded : bool
        Whether blanks stand around values.
    formulas : bool
        Whether values are written as ``="00123"``.
    unsettled : frozenset of str
        ``time`` and ``price`` where the first rows do not decide how these are written.
    day_order : str
        The order of day and month that a person gave, a key of ``DAY_ORDERS``; empty for none.
    has_decimal_mark : bool
        Whether a person gave the decimal mark of prices, or the file declares them as numbers.
    seen_missing : tuple of str
        The empty text, and those that the first rows have: the fewer a reader compares each field
        with, the faster it is. Any other one that is an id, and a common one that is another text,
        is irregular.
    missing : tuple of str
        Texts that stand for a missing value; none where whoever reads the file has made NULL of
        them already, which is faster.
    guests : tuple of str
        Ids of the buyer that stand for one who is not known; ``0`` among them where the first
        rows show it.
    minus : str
        The SQL condition of a row that is a return by its sign in a column; empty for none.
    forward_filled : tuple of str
        The event columns that only the first row of an order has a value in.
    dominant : str
        An id of the buyer that has many times as many of the first rows as any other; empty where
        there is none.
    """

    mapping: dict[str, str]
    positions: dict[str, tuple[int, ...]]
    time: TimeFormat
    price: PriceFormat = field(default_factory=PriceFormat)
    quantity: PriceFormat = field(default_factory=PriceFormat)
    price_of_all: bool = False
    integer_ids: frozenset[str] = frozenset()
    floats: frozenset[str] = frozenset()
    types: Mapping[str, str] = field(default_factory=dict)
    chosen_types: Mapping[str, str] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    separator: str = "."
    named: bool = True
    padded: bool = False
    formulas: bool = False
    unsettled: frozenset[str] = frozenset()
    day_order: str = ""
    has_decimal_mark: bool = False
    missing: tuple[str, ...] = MISSING
    seen_missing: tuple[str, ...] = ("",)
    guests: tuple[str, ...] = GUESTS
    minus: str = ""
    forward_filled: tuple[str, ...] = ()
    dominant: str = ""

    def with_codes(self, codes: Sequence[str]) -> "ColumnSql":
        """Return the columns where the type column holds these numbers, or yes and no."""
        types = type_column.changed(codes, self.chosen_types, self.mapping["type"])
        return replace(self, types=types, codes=type_column.codes_among(codes))

    def source(self, relation: str) -> str:
        """Return the SQL of a relation with a column ``text_…`` for each role, beside its own.

        Blanks around a value are cut where there are some, and texts that stand for a missing
        value are NULL. Columns ``read_…`` hold what several expressions read from the texts, so
        that it is computed once.
        """
        texts = ", ".join(f"{self._cleaned(name)} AS text_{name}" for name in self.positions)
        cleaned = f"(SELECT *, {texts} FROM {relation})"
        rows = self._filled_down(cleaned) if self.forward_filled else cleaned
        values = "".join(f", {sql} AS read_{name}" for name, sql in self._read().items())
        return f"(SELECT *{values} FROM {rows})"

    def _read(self) -> dict[str, str]:
        """Return the SQL of the numbers and the type of a row as its text gives them."""
        values = {name: f"try_cast({self.text(name)} AS BIGINT)" for name in self.integer_ids}
        if "price" in self.positions:
            values["price"] = self.price.sql(self.text("price"))
        if "quantity" in self.positions:
            values["quantity"] = self.quantity.sql(self.text("quantity"))
        if "type" in self.positions:
            values["type"] = type_column.meaning_sql(self.text("type"), self.types)
        return values

    def _filled_down(self, relation: str) -> str:
        """Return the SQL of a relation with the values of the first row of an order in all of its.

        A row goes on with the order above where session, buyer and time are those above or empty;
        one that has a time, but neither a session nor a buyer, is that of a guest.
        """
        keys = [name for name in ("session", "user", "time") if name in self.positions]
        before = "OVER (ORDER BY line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
        same = " AND ".join(
            f"(text_{key} IS NULL OR text_{key} IS NOT DISTINCT FROM "
            f"last_value(text_{key} IGNORE NULLS) {before})"
            for key in keys
        )
        goes_on = f"text_product IS NOT NULL AND {same}"
        orders = (
            "SELECT *, sum(is_new) OVER (ORDER BY line) AS order_number FROM "
            f"(SELECT *, CASE WHEN {goes_on} THEN 0 ELSE 1 END AS is_new FROM {relation})"
        )
        is_guest = f"({self.text('session')}) IS NULL AND ({self.text('time')}) IS NOT NULL"
        filled = ", ".join(
            f"CASE WHEN text_{name} IS NULL AND NOT ({is_guest if name == 'user' else 'false'}) "
            f"THEN first_value(text_{name}) OVER (PARTITION BY order_number ORDER BY line) "
            f"ELSE text_{name} END AS text_{name}"
            for name in self.forward_filled
        )
        return (
            f"(SELECT * EXCLUDE (is_new, order_number) REPLACE ({filled}) "
            f"FROM ({orders}) ORDER BY line)"
        )

    def _cleaned(self, name: str) -> str:
        """Return the SQL of a column's text, NULL where it is missing.

        Texts are compared one by one: of ``IN`` with many of them DuckDB makes a join, which does
        not keep the order of the rows.
        """
        columns = [f"c{place}" for place in self.positions[name]]
        if self.padded:
            columns = [trimmed_sql(column) for column in columns]
        if self.formulas:
            columns = [without_formula(column) for column in columns]
        column = columns[0]
        if len(columns) > 1:
            day, *others = columns
            between = map(quote, marks(columns))
            column = f"regexp_replace({day}, {quote(MIDNIGHT)}, '')" + "".join(
                f" || {mark} || {part}" for mark, part in zip(between, others, strict=False)
            )
        if self.missing or self.padded or self.formulas:
            texts = (*(self.missing or MISSING), *(self.guests if name == "user" else ()))
            cases = " ".join(f"WHEN {quote(text)} THEN NULL" for text in texts)
            column = f"CASE {column} {cases} ELSE {column} END"
        if name in self.floats:
            column = integer_sql(column)
        return column

    def text(self, name: str) -> str:
        """Return the name of a column of ``source``; NULL where the file has none for a role."""
        return f"text_{name}" if name in self.positions else "NULL"

    def value(self, name: str) -> str:
        """Return the SQL of a column's value, NULL where it is missing or cannot be read."""
        if name == "time":
            return self._time()
        if name == "price":
            return self._price()
        if name == "quantity":
            return f"nullif(abs({self._quantity()}), 0)"
        if name == "type":
            return self._type()
        if name == "category" and name in self.positions and self.separator != ".":
            parts = f"string_split({self._shortened(name)}, {quote(self.separator)})"
            return f"array_to_string(list_transform({parts}, lambda part: trim(part)), '.')"
        if name in {"brand", "category", "title"}:
            return self._shortened(name)
        if name in self.integer_ids:
            integer = f"read_{name}"
            return f"CASE WHEN {integer}::VARCHAR = {self.text(name)} THEN {integer} END"
        return f"({self.text(name)})::VARCHAR"

    def _shortened(self, name: str) -> str:
        """Return the SQL of a text, of which charts and tables show no more than a line."""
        text = f"({self.text(name)})::VARCHAR"
        is_long = f"strlen({text}) > {LONGEST_TEXT}"
        return f"CASE WHEN {is_long} THEN left({text}, {LONGEST_TEXT}) ELSE {text} END"

    def _time(self) -> str:
        if self.time.kind == "order":
            return "NULL::TIMESTAMP"
        return self.time.sql(self.text("time"))

    def _price(self) -> str:
        if "price" not in self.positions:
            return "NULL::DOUBLE"
        if self.price_of_all:
            units = self._quantity()
            return (
                f"CASE WHEN {units} < 0 THEN abs(read_price / {units}) "
                f"WHEN {units} > 0 THEN read_price / {units} ELSE read_price END"
            )
        return "read_price"

    def _quantity(self) -> str:
        """Return the SQL of the quantity as it is written, below 0 in a return."""
        return "read_quantity" if "quantity" in self.positions else "NULL::DOUBLE"

    def _type(self) -> str:
        """Return the SQL of the type; purchases that are cancelled or negative are returns."""
        kind = "read_type" if "type" in self.positions else quote(PURCHASE)
        undone = []
        if "quantity" in self.positions:
            undone.append(f"{self._quantity()} < 0")
        if "price" in self.positions:
            undone.append("read_price < 0")
        if self.minus:
            undone.append(self.minus)
        if "session" in self.positions and "invoice" in self.mapping["session"].lower():
            undone.append(f"regexp_full_match({self.text('session')}, '[Cc][0-9]+')")
        if not undone:
            return kind
        condition = " OR ".join(f"coalesce({part}, false)" for part in undone)
        return (
            f"CASE WHEN ({condition}) AND {kind} = {quote(PURCHASE)} "
            f"THEN {quote(RETURN)} ELSE {kind} END"
        )

    def is_irregular(self) -> str:
        """Return the SQL condition of a row that the first rows did not prepare for.

        It is no event although its columns can be read, its price is written in another way, or
        blanks stand around an id.
        """
        conditions = [self.unreadable("price")] if "price" in self.positions else []
        if "quantity" in self.positions:
            conditions.append(f"coalesce({self._quantity()} = 0, {self.unreadable('quantity')})")
        numbers = [text for text in self.guests if is_integer(text)]
        conditions += [f"coalesce({self.text('user')} = {quote(n)}, false)" for n in numbers]
        for name in ("user", "product"):
            if name not in self.integer_ids:
                column = self.text(name)
                rare = " ".join(
                    f"WHEN {quote(text)} THEN true"
                    for text in (*MISSING, *(self.guests if name == "user" else ()))
                    if text not in self.seen_missing
                )
                conditions.append(f"CASE {column} {rare} ELSE false END")
                conditions.append(self._is_too_long(name))
                conditions.append(f"contains({column}, 'E+')")  # a number that lost its digits
                if not self.padded:
                    conditions.append(f"{column} <> {trimmed_sql(column)}")
                if not self.formulas:
                    conditions.append(f"""starts_with({column}, '="')""")
        texts = ("category_id", "category", "brand", "session", "title")
        conditions += [self._is_common_missing(name) for name in texts if name in self.positions]
        if self.time.kind == "order":  # else the header's own time cannot be read
            conditions.append(f"coalesce({self._header_again()}, false)")
        return " OR ".join(conditions) or "false"

    def _is_common_missing(self, name: str) -> str:
        """Return the SQL condition of a text for a missing value that the first rows do not have.

        Most texts are longer than these, so that their length is compared first.
        """
        column = self.text(name)
        unseen = (text for text in COMMON_MISSING if text not in self.seen_missing)
        same = " OR ".join(f"{column} = {quote(text)}" for text in unseen) or "false"
        longest = max(map(len, COMMON_MISSING))
        return f"CASE WHEN strlen({column}) <= {longest} THEN {same} ELSE false END"

    def unreadable(self, name: str) -> str:
        """Return the SQL condition of a price or quantity that is there and is no number."""
        return f"({self.text(name)} IS NOT NULL AND read_{name} IS NULL)"

    @property
    def columns(self) -> tuple[str, ...]:
        """The event columns that the events of the file have."""
        always = ("time", "type", "user", "product")
        return tuple(name for name in NAMES if name in always or name in self.positions)

    def select(self) -> str:
        """Return the SQL select list of an event."""
        return ", ".join(f"{self.value(name)} AS {name}" for name in self.columns)

    def reason(self) -> str:
        """Return the SQL of the reason why a row is no event, NULL where it is one."""
        return f"""CASE
            WHEN {self._header_again()} THEN 'header_again'
            WHEN {self.text("user")} IS NULL THEN 'user_missing'
            WHEN {self.text("product")} IS NULL THEN 'product_missing'
            WHEN {self._is_too_long("user")} THEN 'user_too_long'
            WHEN {self._is_too_long("product")} THEN 'product_too_long'
            WHEN {self._time_reason()} IS NOT NULL THEN {self._time_reason()}
            WHEN {self._quantity()} = 0 THEN 'quantity_zero' END"""

    def _is_too_long(self, name: str) -> str:
        return f"strlen({self.text(name)}) > {LONGEST_ID}"

    def _header_again(self) -> str:
        if not self.named:
            return "false"
        cells = {
            place: part
            for name, places in self.positions.items()
            for place, part in zip(places, _parts(self.mapping[name], places), strict=True)
        }
        return " AND ".join(f"c{place} = {quote(part)}" for place, part in cells.items())

    def _time_reason(self) -> str:
        if self.time.kind == "order":
            return "NULL::VARCHAR"
        return f"""(CASE WHEN {self.text("time")} IS NULL THEN 'time_missing'
            WHEN {self._time()} IS NULL THEN 'time_unreadable'
            WHEN {self._time()} < TIMESTAMP '{EARLIEST}'
                OR {self._time()} >= TIMESTAMP '{LATEST}' THEN 'time_out_of_range' END)"""


def _parts(column: str, places: Sequence[int]) -> list[str]:
    return [column] if len(places) == 1 else column.split(JOIN)


def without_formula(column: str) -> str:
    """Return the SQL of a text that may be written as ``="00123"``, without what is around it."""
    return f"""regexp_replace({column}, '^="(.*)"$', '\\1', 's')"""


def marks(parts: Sequence[str]) -> str:
    """Return the separators that join a day and a clock, or year, month, day and so on."""
    return " " if len(parts) == 2 else "-- ::"
