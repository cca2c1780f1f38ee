"""How the columns of a file are read, inferred from its first rows."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from data.errors import BadInput
from data.importing import prices, refusals, time_inference, type_column
from data.importing.blanks import BLANKS
from data.importing.category_levels import separator_of
from data.importing.column_sql import MIDNIGHT, ColumnSql, marks
from data.importing.dialect import Dialect
from data.importing.ids import are_floats, are_lists, guests_among, is_guest, is_integer, is_rounded
from data.importing.missing_values import GUESTS, MISSING, seen_missing
from data.importing.prices import PriceFormat
from data.importing.time_names import JOIN
from data.importing.times import DAY_ORDERS, TimeFormat

_FEW_BUYERS = 5
_KEYS = ("session", "user", "time", "type")


def infer_columns(
    dialect: Dialect,
    mapping: dict[str, str],
    time_format: str | None = None,
    decimal_mark: str | None = None,
    *,
    types: Mapping[str, str] | None = None,
    guests: Sequence[str] | None = None,
    forward_filled: Collection[str] = (),
    sign: str = "",
) -> ColumnSql:
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
            raise BadInput(refusals.rounded_ids(mapping[name], rounded))
        if are_lists(values, mapping[name]):
            raise BadInput(refusals.listed_ids(mapping[name], values[0]))
    floats = frozenset(name for name, values in ids.items() if are_floats(values))
    known = (*GUESTS, *guests_among(ids["user"])) if not guests else tuple(guests)
    if "0" in known:
        known = (*known, "0.0")
    return ColumnSql(
        mapping,
        positions,
        time,
        price,
        quantity=_quantity(sample.get("quantity", ()), price),
        price_of_all="quantity" in mapping and prices.is_total(mapping.get("price", "")),
        integer_ids=frozenset(
            name for name, values in ids.items() if name in floats or all(map(is_integer, values))
        ),
        floats=floats,
        types=type_column.changed(sample.get("type", ()), types, mapping.get("type", "")),
        chosen_types=dict(types or {}),
        codes=type_column.codes_among(sample.get("type", ())),
        separator=separator_of(sample.get("category", ())),
        named=dialect.names_columns,
        seen_missing=seen_missing(dialect.sample, signs=bool(sign)),
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
        day_order=time_format if time_format in DAY_ORDERS else "",
        has_decimal_mark=bool(decimal_mark) or is_number,
    )


def _places(column: str, dialect: Dialect) -> tuple[int, ...]:
    """Return where a column of the file is; several places for the parts of a time."""
    if column in dialect.columns:
        return (dialect.columns.index(column),)
    return tuple(dialect.columns.index(part) for part in column.split(JOIN))


def sample_values(dialect: Dialect, places: Sequence[int]) -> list[str]:
    """Return the values of a column in the first rows that are not missing, or of joined ones."""
    values = []
    for row in dialect.sample:
        if len(row) > max(places):
            cells = [row[place].strip(BLANKS) for place in places]
            if len(cells) > 1:
                cells[0] = re.sub(MIDNIGHT, "", cells[0])
            if cells[0] not in MISSING:
                others = zip(marks(cells), cells[1:], strict=False)
                values.append(cells[0] + "".join(mark + cell for mark, cell in others))
    return values


def _time(
    sample: Mapping[str, Sequence[str]], mapping: Mapping[str, str], time_format: str | None
) -> tuple[TimeFormat, bool]:
    """Return how times are written, and whether the first rows decide it."""
    if "time" not in sample:
        return TimeFormat("order"), True
    if time_format and time_format not in DAY_ORDERS:
        time_inference.check_format(time_format)
        return TimeFormat("strptime", (time_format,)), True
    if not time_format and (shared := time_inference.shared_zone(sample["time"])):
        raise BadInput(refusals.shared_zone(mapping["time"], *shared))
    if not time_format and time_inference.have_swapped_days(sample["time"]):
        raise BadInput(refusals.swapped_days(mapping["time"]))
    formats: Sequence[TimeFormat] = time_inference.candidates(
        sample["time"], 0
    ) or time_inference.ranks(sample["time"])
    if time_format:
        every = time_inference.formats_of(sample["time"], TimeFormat("strptime"))
        formats = [format for format in every if format.day_order == time_format]
    if not formats:
        raise BadInput(refusals.unreadable_times(mapping["time"], sample["time"][0]))
    return formats[0], len(formats) == 1


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


def _is_padded(sample: Sequence[Sequence[str]]) -> bool:
    return any(value != value.strip(BLANKS) for row in sample for value in row)


def _dominant(buyers: Sequence[str], guests: Sequence[str]) -> str:
    """Return the id of many times as many rows as any other, so that it may be that of guests."""
    counts = Counter(buyer for buyer in buyers if buyer not in guests)
    first = next((text for text, _count in counts.most_common(1)), "")
    return first if len(counts) > _FEW_BUYERS and is_guest(first, buyers) else ""
