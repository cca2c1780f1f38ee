"""How the text of a file becomes events: SQL expressions over columns ``c0``, ``c1``, ….

The same expressions serve both ways of reading a file (DuckDB reads it, or it was read line by
line), so that both mean the same.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from data.datasets.database import quote
from data.errors import BadInput
from data.events import NAMES, PURCHASE, RETURN
from data.i18n import N_, _
from data.importing import event_types, prices, times
from data.importing.dialect import INVISIBLE, Dialect
from data.importing.ids import (
    are_floats,
    are_lists,
    guests_among,
    integer_sql,
    is_guest,
    is_integer,
    is_rounded,
)
from data.importing.prices import PriceFormat
from data.importing.times import EARLIEST, LATEST, TimeFormat

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

GUESTS = (
    *("-1", "guest", "Guest", "GUEST", "anonymous", "Anonymous", "ANONYMOUS"),
    "00000000-0000-0000-0000-000000000000",
)
"""Ids of a buyer who is not known: all of them would become one."""

_COMMON_MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "\\N")

REASONS = {
    "user_missing": N_("The buyer is missing"),
    "product_missing": N_("The product is missing"),
    "user_too_long": N_("The id of the buyer is longer than 1,000 bytes"),
    "product_too_long": N_("The id of the product is longer than 1,000 bytes"),
    "time_missing": N_("The time is missing"),
    "time_unreadable": N_("The time cannot be read"),
    "time_out_of_range": N_("The time is before 1900 or after 2199"),
    "quantity_zero": N_("The quantity is zero"),
    "header_again": N_("The header is repeated"),
    "wrong_number_of_columns": N_("The row has too few or too many columns"),
    "open_quote": N_("A quotation mark is not closed"),
    "bad_quote": N_("The quotation marks are misplaced"),
    "nul_byte": N_("The row contains a NUL byte"),
    "file_ends_early": N_("The file is truncated in this row"),
    "line_too_long": N_("The line is longer than 8 MB"),
    "price_unreadable": N_("The price is not a number"),  # of datasets imported before 0.2
}

_FEW_BUYERS = 5
_KEYS = ("session", "user", "time", "type")
LONGEST_ID = 1_000
"""Bytes of an id at most."""
LONGEST_TEXT = 1_000
"""Bytes of a brand, category or title; of a longer one only so many characters are kept."""

BLANKS = " \t\u00a0\u202f" + INVISIBLE
_MIDNIGHT = "[ T]0{1,2}:00(:00([.]0+)?)?Z?$"
_SEPARATORS = (" > ", ">", "›", " / ", "|", "/")


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
        Those that the first rows have, and the commonest: the fewer a reader compares each field
        with, the faster it is. An id that is one of the others is irregular.
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
    seen_missing: tuple[str, ...] = _COMMON_MISSING
    guests: tuple[str, ...] = GUESTS
    minus: str = ""
    forward_filled: tuple[str, ...] = ()
    dominant: str = ""

    @classmethod
    def of(
        cls,
        dialect: Dialect,
        mapping: dict[str, str],
        time_format: str | None = None,
        decimal_mark: str | None = None,
        *,
        types: Mapping[str, str] | None = None,
        guests: Sequence[str] | None = None,
        forward_filled: Collection[str] = (),
        sign: str = "",
    ) -> "ColumnSql":
        """Return how the columns of a file are read, from its first rows.

        Parameters
        ----------
        dialect : Dialect
        mapping : dict
            Event column → column of the file.
        time_format, decimal_mark, types : optional
            What a person says of the times (a format or an order of day and month), the prices
            and the event types.
        guests : sequence of str, optional
            Ids of the buyer that a person says to be those of guests, instead of the known ones.
        forward_filled : collection of str
            The columns that only the first row of an order has a value in.
        sign : str
            The column whose sign tells a return from a purchase; empty for none.

        Raises
        ------
        BadInput
            Where a column that a person named as the time holds no times, a format is none, or
            digits of ids are missing.
        """
        positions = {name: _places(column, dialect) for name, column in mapping.items()}
        sample = {name: sample_values(dialect, places) for name, places in positions.items()}
        time, time_settled = _time(sample, mapping, time_format)
        is_number = mapping.get("price") in dialect.numeric
        price, price_settled = (
            (PriceFormat(), True) if is_number else _price(sample.get("price", ()), decimal_mark)
        )
        ids = {name: sample[name] for name in ("user", "product")}
        for name, values in ids.items():
            if rounded := next(filter(is_rounded, values), ""):
                raise BadInput(rounded_ids(mapping[name], rounded))
            if are_lists(values, mapping[name]):
                raise BadInput(_listed_ids(mapping[name], values[0]))
        floats = frozenset(name for name, values in ids.items() if are_floats(values))
        known = (*GUESTS, *guests_among(ids["user"])) if not guests else tuple(guests)
        if "0" in known:
            known = (*known, "0.0")
        return cls(
            mapping,
            positions,
            time,
            price,
            quantity=_quantity(sample.get("quantity", ()), price),
            price_of_all="quantity" in mapping and prices.is_total(mapping.get("price", "")),
            integer_ids=frozenset(
                name
                for name, values in ids.items()
                if name in floats or all(map(is_integer, values))
            ),
            floats=floats,
            types=_changed_types(sample.get("type", ()), types, mapping.get("type", "")),
            chosen_types=dict(types or {}),
            codes=_codes(sample.get("type", ())),
            separator=separator_of(sample.get("category", ())),
            named=dialect.names_columns,
            seen_missing=_seen_missing(dialect.sample, signs=bool(sign)),
            guests=known,
            minus=_minus(dialect, sign),
            forward_filled=tuple(name for name in _KEYS if mapping.get(name) in forward_filled)
            if dialect.kind == "text"
            else (),
            dominant="" if guests else _dominant(ids["user"], known),
            padded=dialect.padded or _is_padded(dialect.sample),
            formulas=dialect.formulas,
            unsettled=frozenset(
                name
                for name, is_settled in (("time", time_settled), ("price", price_settled))
                if not is_settled
            ),
            day_order=time_format if time_format in times.DAY_ORDERS else "",
            has_decimal_mark=bool(decimal_mark) or is_number,
        )

    def with_codes(self, codes: Sequence[str]) -> "ColumnSql":
        """Return the columns where the type column holds these numbers, or yes and no."""
        types = _changed_types(codes, self.chosen_types, self.mapping["type"])
        return replace(self, types=types, codes=_codes(codes))

    def source(self, relation: str) -> str:
        """Return the SQL of a relation with a column ``text_…`` for each role, beside its own.

        Blanks around a value are cut where there are some, and texts that stand for a missing
        value are NULL.
        """
        texts = ", ".join(f"{self._cleaned(name)} AS text_{name}" for name in self.positions)
        cleaned = f"(SELECT *, {texts} FROM {relation})"
        return self._filled_down(cleaned) if self.forward_filled else cleaned

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
            columns = [f"trim({column}, {quote(BLANKS)})" for column in columns]
        if self.formulas:
            columns = [without_formula(column) for column in columns]
        column = columns[0]
        if len(columns) > 1:
            day, *others = columns
            marks = map(quote, _marks(columns))
            column = f"regexp_replace({day}, {quote(_MIDNIGHT)}, '')" + "".join(
                f" || {mark} || {part}" for mark, part in zip(marks, others, strict=False)
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
            column = self.text(name)
            integer = f"try_cast({column} AS BIGINT)"
            return f"CASE WHEN {integer}::VARCHAR = {column} THEN {integer} END"
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
        price = self.price.sql(self.text("price"))
        if self.price_of_all:
            units = self._quantity()
            return (
                f"CASE WHEN {units} < 0 THEN abs(({price}) / {units}) "
                f"WHEN {units} > 0 THEN ({price}) / {units} ELSE ({price}) END"
            )
        return price

    def _quantity(self) -> str:
        """Return the SQL of the quantity as it is written, below 0 in a return."""
        if "quantity" not in self.positions:
            return "NULL::DOUBLE"
        return f"({self.quantity.sql(self.text('quantity'))})"

    def _type(self) -> str:
        """Return the SQL of the type; purchases that are cancelled or negative are returns."""
        kind = quote(PURCHASE)
        if "type" in self.positions:
            kind = event_types.meaning_sql(self.text("type"), self.types)
        undone = []
        if "quantity" in self.positions:
            undone.append(f"{self._quantity()} < 0")
        if "price" in self.positions:
            undone.append(f"({self.price.sql(self.text('price'))}) < 0")
        if self.minus:
            undone.append(self.minus)
        if "session" in self.positions and "invoice" in self.mapping["session"].lower():
            undone.append(f"regexp_full_match({self.text('session')}, '[Cc][0-9]+')")
        if not undone:
            return kind
        condition = " OR ".join(f"coalesce({part}, false)" for part in undone)
        return (
            f"CASE WHEN ({condition}) AND ({kind}) = {quote(PURCHASE)} "
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
                    conditions.append(f"{column} <> trim({column}, {quote(BLANKS)})")
                if not self.formulas:
                    conditions.append(f"""starts_with({column}, '="')""")
        if self.time.kind == "order":  # else the header's own time cannot be read
            conditions.append(f"coalesce({self._header_again()}, false)")
        return " OR ".join(conditions) or "false"

    def unreadable(self, name: str) -> str:
        """Return the SQL condition of a price or quantity that is there and is no number."""
        number = self._quantity() if name == "quantity" else self.price.sql(self.text("price"))
        return f"({self.text(name)} IS NOT NULL AND ({number}) IS NULL)"

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
    return [column] if len(places) == 1 else column.split("+")


def _places(column: str, dialect: Dialect) -> tuple[int, ...]:
    """Return where a column of the file is; several places for the parts of a time."""
    if column in dialect.columns:
        return (dialect.columns.index(column),)
    return tuple(dialect.columns.index(part) for part in column.split("+"))


def sample_values(dialect: Dialect, places: Sequence[int]) -> list[str]:
    """Return the values of a column in the first rows that are not missing, or of joined ones."""
    values = []
    for row in dialect.sample:
        if len(row) > max(places):
            cells = [row[place].strip(BLANKS) for place in places]
            if len(cells) > 1:
                cells[0] = re.sub(_MIDNIGHT, "", cells[0])
            if cells[0] not in MISSING:
                others = zip(_marks(cells), cells[1:], strict=False)
                values.append(cells[0] + "".join(mark + cell for mark, cell in others))
    return values


def without_formula(column: str) -> str:
    """Return the SQL of a text that may be written as ``="00123"``, without what is around it."""
    return f"""regexp_replace({column}, '^="(.*)"$', '\\1', 's')"""


def _marks(parts: Sequence[str]) -> str:
    """Return what joins a day and a clock, or year, month, day, hour, minute and second."""
    return " " if len(parts) == 2 else "-- ::"


def _time(
    sample: Mapping[str, Sequence[str]], mapping: Mapping[str, str], time_format: str | None
) -> tuple[TimeFormat, bool]:
    """Return how times are written, and whether the first rows decide it."""
    if "time" not in sample:
        return TimeFormat("order"), True
    if time_format and time_format not in times.DAY_ORDERS:
        times.check_format(time_format)
        return TimeFormat("strptime", (time_format,)), True
    if not time_format and (shared := times.shared_zone(sample["time"])):
        raise BadInput(_shared_zone(mapping["time"], *shared))
    if not time_format and times.have_swapped_days(sample["time"]):
        raise BadInput(_swapped_days(mapping["time"]))
    formats: Sequence[TimeFormat] = times.candidates(sample["time"], 0) or times.ranks(
        sample["time"]
    )
    if time_format:
        every = times.formats_of(sample["time"], TimeFormat("strptime"))
        formats = [format for format in every if format.day_order == time_format]
    if not formats:
        raise BadInput(unreadable_times(mapping["time"], sample["time"][0]))
    return formats[0], len(formats) == 1


def rounded_ids(column: str, example: str) -> str:
    """Return the error message for ids whose last digits a spreadsheet has rounded away."""
    return _(
        "The ids in column {column} have lost digits ({example}), as spreadsheets do with long "
        "numbers, so that different ids look the same; export the column as text."
    ).format(column=column, example=example)


def _listed_ids(column: str, example: str) -> str:
    """Return the error message for rows that hold several ids in a column."""
    return _(
        "Column {column} holds several ids in a row ({example}); write one row for each, such as "
        "with pandas' explode, and import that."
    ).format(column=column, example=example[:40])


def _shared_zone(column: str, zone: str, offset: str, pattern: str) -> str:
    """Return the error message for times whose zone is written as several are."""
    return _(
        "The times in column {column} are of the zone {zone}, which stands for several; write it "
        "as an offset such as {offset}, or read the clock as it stands with --time-format "
        '"{format}".'
    ).format(column=column, zone=zone, offset=offset, format=pattern)


def _swapped_days(column: str) -> str:
    """Return the error message for dates of which a spreadsheet has exchanged day and month."""
    return _(
        "A spreadsheet has taken the days of some times in column {column} for months: all of its "
        "dates have days up to 12, and all that are left as text have others; export the column "
        "as text anew, or read it as it stands with --time-format {format}."
    ).format(column=column, format="day/month/year")


def unreadable_times(column: str, example: str) -> str:
    """Return the error message for a column that holds no times."""
    return _(
        "The times in column {column} cannot be read ({example}); give their format with "
        "--time-format, such as {format}, or leave the column out with --map time=."
    ).format(column=column, example=example[:40], format="%d/%m/%Y %H:%M")


def _price(values: Sequence[str], decimal_mark: str | None) -> tuple[PriceFormat, bool]:
    """Return how prices are written, and whether the first rows decide it."""
    if decimal_mark:
        mark: prices.Mark = "," if decimal_mark == "," else "."
        return PriceFormat(mark, False), True
    if prices.is_plain(values):
        return PriceFormat(), True
    marks = prices.decimal_marks(values)
    return PriceFormat(min(marks, default="."), False), len(marks) == 1


def _quantity(values: Sequence[str], price: PriceFormat) -> PriceFormat:
    """Return how quantities are written; as prices are, where their values do not settle it."""
    if prices.is_plain(values):
        return PriceFormat()
    marks = prices.decimal_marks(values)
    return PriceFormat(next(iter(marks)) if len(marks) == 1 else price.decimal_mark, False)


def _minus(dialect: Dialect, column: str) -> str:
    """Return the SQL condition of a minus in a column of signs, or of money; empty for none."""
    if not column:
        return ""
    place = dialect.columns.index(column)
    are_signs = {row[place].strip() for row in dialect.sample if len(row) > place} == {"+", "-"}
    return f"trim(c{place}) = '-'" if are_signs else prices.signed_sql(f"c{place}")


def _seen_missing(sample: Sequence[Sequence[str]], *, signs: bool) -> tuple[str, ...]:
    """Return the texts that a reader may take for missing values in any column.

    They are the commonest ones and those of the first rows, but no ``-`` where it may be a sign.
    """
    known = frozenset(MISSING) - ({"-"} if signs else set())
    found = sorted({value for row in sample for value in row if value in known})
    return tuple(dict.fromkeys([*_COMMON_MISSING, *found]))


def _is_padded(sample: Sequence[Sequence[str]]) -> bool:
    return any(value != value.strip(BLANKS) for row in sample for value in row)


def _dominant(buyers: Sequence[str], guests: Sequence[str]) -> str:
    """Return the id of many times as many rows as any other, so that it may be that of guests."""
    counts = Counter(buyer for buyer in buyers if buyer not in guests)
    first = next((text for text, _count in counts.most_common(1)), "")
    return first if len(counts) > _FEW_BUYERS and is_guest(first, buyers) else ""


def _codes(texts: Sequence[str]) -> tuple[str, ...]:
    distinct = sorted(set(texts))
    return tuple(distinct) if event_types.are_codes(distinct) else ()


def _changed_types(
    codes: Sequence[str], chosen: Mapping[str, str] | None, column: str
) -> dict[str, str]:
    """Return the texts of the type column that mean another type."""
    meanings = event_types.meanings(codes, chosen, column)
    return {code: name for code, name in {**meanings, **(chosen or {})}.items() if code != name}


def separator_of(categories: Sequence[str]) -> str:
    """Return what separates the levels of categories, ``.`` where nothing else does.

    In a hierarchy a label stands on one level only: ``Comedy|Drama`` beside ``Drama|Comedy`` is
    a list of labels.

    >>> separator_of(["Home > Kitchen", "Home > Garden"]), separator_of(["TV/Video", "Audio"])
    (' > ', '.')
    """
    distinct = sorted(set(categories))
    for separator in _SEPARATORS:
        levels = [[part.strip() for part in category.split(separator)] for category in distinct]
        deep = [parts for parts in levels if len(parts) > 1]
        if len(deep) * 5 < len(levels) * 4 or not deep:
            continue
        roots, leaves = {parts[0] for parts in levels}, {p for parts in deep for p in parts[1:]}
        if roots & leaves:
            return "."
        if len(roots) < len(levels) or separator.strip() in (">", "›"):
            return separator
    return "."
