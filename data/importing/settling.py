"""How the ids, times and prices of a file are written, decided over all of its rows."""

import re
from collections.abc import Sequence
from dataclasses import replace

import duckdb

from data.errors import BadInput
from data.i18n import _
from data.importing import prices, time_inference
from data.importing.column_sql import ColumnSql
from data.importing.ids import are_floats_sql, is_rounded_sql
from data.importing.prices import PriceFormat
from data.importing.questions import Ambiguous, Question, Reading
from data.importing.refusals import rounded_ids
from data.importing.times import DAY_ORDERS, TimeFormat

_MOST_OF_ANOTHER_ORDER = 0.02
MOST_TYPES = 10_000
"""The number of texts of a type column up to which all of them are looked at."""


def settled(connection: duckdb.DuckDBPyConnection, columns: ColumnSql, raw: str) -> ColumnSql:
    """Decide over every row how ids, times and prices are written.

    Parameters
    ----------
    connection : DuckDBPyConnection
    columns : ColumnSql
        As the first rows suggest.
    raw : str
        The SQL of the relation of all rows, with text columns ``c0``, ``c1``, ….

    Raises
    ------
    Ambiguous
        Where two readings fit equally.
    BadInput
        Where digits of ids are missing.
    """
    columns = replace(columns, padded=True, formulas=_has_formulas(connection, columns, raw))
    floats = frozenset(n for n in ("user", "product") if _are_floats(connection, columns, n, raw))
    integer_ids = columns.integer_ids | floats
    columns = replace(columns, floats=floats, integer_ids=integer_ids)
    columns = settled_types(connection, columns, raw)
    return settled_prices(connection, settled_times(connection, columns, raw), raw)


def _has_formulas(connection: duckdb.DuckDBPyConnection, columns: ColumnSql, raw: str) -> bool:
    """Return whether an id is written as ``="00123"``."""
    ids = [f"c{place}" for name in ("user", "product") for place in columns.positions[name]]
    conditions = " OR ".join(f"""starts_with(trim({column}), '="')""" for column in ids)
    example = connection.execute(f"SELECT 1 FROM {raw} WHERE {conditions} LIMIT 1").fetchone()
    return columns.formulas or example is not None


def settled_types(connection: duckdb.DuckDBPyConnection, columns: ColumnSql, raw: str) -> ColumnSql:
    """Decide over every row what the texts of the type column mean."""
    if "type" not in columns.positions:
        return columns
    texts = connection.execute(
        f"SELECT DISTINCT text_type FROM {columns.source(raw)} WHERE text_type IS NOT NULL "
        f"LIMIT {MOST_TYPES + 1}"
    ).fetchall()
    return columns if len(texts) > MOST_TYPES else columns.with_codes([text for (text,) in texts])


def settled_times(connection: duckdb.DuckDBPyConnection, columns: ColumnSql, raw: str) -> ColumnSql:
    """Decide over every row how times are written; raise Ambiguous where two readings fit."""
    unsettled = columns.unsettled - {"time"}
    if not columns.time.order or (
        columns.time.kind == "iso" and not _has_unread_times(connection, columns, raw)
    ):
        return replace(columns, unsettled=unsettled)
    time = _time_format(connection, columns, raw)
    return replace(columns, time=time, unsettled=unsettled)


def settled_prices(
    connection: duckdb.DuckDBPyConnection, columns: ColumnSql, raw: str
) -> ColumnSql:
    """Decide over every row how prices are written; raise Ambiguous where two readings fit."""
    unsettled = columns.unsettled - {"price"}
    if "price" not in columns.positions or columns.has_decimal_mark:
        return replace(columns, unsettled=unsettled)
    price = _price_format(connection, columns, raw)
    return replace(columns, price=price, unsettled=unsettled)


def _are_floats(
    connection: duckdb.DuckDBPyConnection, columns: ColumnSql, name: str, raw: str
) -> bool:
    """Return whether every id is a whole number, and some are written as floats.

    Raises
    ------
    BadInput
        Where digits of ids are missing.
    """
    rows = replace(columns, floats=frozenset()).source(raw)
    row = connection.execute(
        f"SELECT {are_floats_sql('id')}, any_value(id) FILTER ({is_rounded_sql('id')}) "
        f"FROM (SELECT text_{name} AS id FROM {rows} "
        "WHERE text_user IS NOT NULL AND text_product IS NOT NULL)"  # no line of totals
    ).fetchone()
    assert row is not None
    is_float, rounded = row
    if rounded:
        raise BadInput(rounded_ids(columns.mapping[name], rounded))
    return bool(is_float)


def _has_unread_times(connection: duckdb.DuckDBPyConnection, columns: ColumnSql, raw: str) -> bool:
    """Return whether some time is not written as the first rows are."""
    example = connection.execute(
        f"SELECT 1 FROM {columns.source(raw)} WHERE text_time IS NOT NULL "
        f"AND ({columns.time.sql('text_time')}) IS NULL LIMIT 1"
    ).fetchone()
    return example is not None


def _time_format(connection: duckdb.DuckDBPyConnection, columns: ColumnSql, raw: str) -> TimeFormat:
    """Return the format that reads most times of a column; refuse two that read as many."""
    rows = columns.source(raw)
    examples = connection.execute(
        f"SELECT any_value(text_time) FROM {rows} WHERE text_time IS NOT NULL "
        "GROUP BY regexp_replace(text_time, '[0-9]', '0', 'g') LIMIT 1000"
    ).fetchall()
    formats = time_inference.formats_of([example for (example,) in examples], columns.time)
    formats = [f for f in formats if columns.day_order in ("", f.order)]
    if len(formats) < 2:
        return formats[0] if formats else columns.time
    values = [f"({format.sql('text_time')})" for format in formats]
    unread = ", ".join(f"count(*) FILTER ({value} IS NULL)" for value in values)
    apart = ", ".join(f"count(*) FILTER ({v} IS DISTINCT FROM {values[0]})" for v in values)
    counts = connection.execute(
        f"SELECT {unread}, {apart} FROM {rows} WHERE text_time IS NOT NULL"
    ).fetchone()
    assert counts is not None
    fewest = min(counts[: len(formats)])
    likely = time_inference.likely([formats[k] for k in range(len(formats)) if counts[k] == fewest])
    best = [formats.index(time_format) for time_format in likely]
    if any(counts[len(formats) + k] != counts[len(formats) + best[0]] for k in best) or (
        len(best) > 1 and counts[len(formats) + best[-1]]
    ):
        raise _ambiguous_times(connection, columns, [formats[k] for k in best], rows)
    if not columns.day_order:
        _refuse_several_orders(connection, columns, formats, best[0], rows)
    return formats[best[0]]


def _refuse_several_orders(
    connection: duckdb.DuckDBPyConnection,
    columns: ColumnSql,
    formats: Sequence[TimeFormat],
    best: int,
    rows: str,
) -> None:
    """Raise Ambiguous where times are left that only another order of day and month reads."""
    others = [rival for rival in formats if rival is not formats[best]]
    unread = f"({formats[best].sql('text_time')}) IS NULL"
    counts = ", ".join(
        f"count(*) FILTER ({unread} AND ({rival.sql('text_time')}) IS NOT NULL)" for rival in others
    )
    total, *left = connection.execute(
        f"SELECT count(*), {counts} FROM {rows} WHERE text_time IS NOT NULL"
    ).fetchone() or (0, 0)
    if max(left) > _MOST_OF_ANOTHER_ORDER * total:
        other = others[left.index(max(left))]
        raise _ambiguous_times(connection, columns, [formats[best], other], rows, contradict=True)


def _price_format(
    connection: duckdb.DuckDBPyConnection, columns: ColumnSql, raw: str
) -> PriceFormat:
    """Return the format of all prices of a column; refuse one that its values do not settle."""
    examples = connection.execute(
        f"SELECT any_value(text_price) FROM {columns.source(raw)} WHERE text_price IS NOT NULL "
        "GROUP BY translate(text_price, '12345678', '99999999') LIMIT 100000"
    ).fetchall()
    values = [example for (example,) in examples]
    if prices.is_plain([value for value in values if prices.number_of(value) is not None]):
        return PriceFormat()
    marks = prices.decimal_marks(values)
    if len(marks) != 1:
        raise _ambiguous_prices(columns.mapping["price"], values, contradict=not marks)
    return PriceFormat(next(iter(marks)), False)


def _ambiguous_times(
    connection: duckdb.DuckDBPyConnection,
    columns: ColumnSql,
    formats: Sequence[TimeFormat],
    rows: str,
    *,
    contradict: bool = False,
) -> Ambiguous:
    """Return the error for times that can be read in two ways, or some in one and some in other."""
    column = columns.mapping["time"]
    message = _(
        "The times in column {column} can be {readings}; say which with --time-format {formats}."
    )
    if contradict:
        message = _(
            "Some times in column {column} are not written as the others, {readings}; say with "
            "--time-format {formats} which to read: the rows of the others are rejected."
        )
    message = message.format(
        column=column,
        readings=_(" or ").join(_(DAY_ORDERS[time_format.order]) for time_format in formats),
        formats=_(" or ").join(
            f'"{time_format.formats[0] if len(time_format.formats) == 1 else time_format.order}"'
            for time_format in formats
        ),
    )
    values = [f"({format.sql('text_time')})" for format in formats]
    days = ", ".join(f"strftime({value}, '%Y-%m-%d')" for value in values)
    example = connection.execute(
        f"SELECT text_time, {days} FROM {rows} "
        f"WHERE {values[0]} IS DISTINCT FROM {values[1]} LIMIT 1"
    ).fetchone()
    assert example is not None
    text, *read = example
    readings = tuple(
        Reading(
            time_format.order,
            _("{order}: {text} is {value}").format(
                order=_(DAY_ORDERS[time_format.order]), text=text, value=day
            ),
        )
        for time_format, day in zip(formats, read, strict=True)
    )
    sentence = _("How are the times in column {column} written?").format(column=column)
    return Ambiguous(message, Question("time", sentence, readings))


def _ambiguous_prices(column: str, values: Sequence[str], *, contradict: bool) -> Ambiguous:
    """Return the error for prices whose decimal mark is not settled, or not the same in all."""
    message = _(
        "The prices in column {column} can have a decimal point or a decimal comma; say which with "
        "--decimal-mark . or --decimal-mark ,"
    )
    if contradict:
        message = _(
            "Some prices in column {column} have a decimal point and others a decimal comma; say "
            "with --decimal-mark . or --decimal-mark , which to read: the others count as missing."
        )
    message = message.format(column=column)
    numbers = {value: prices.number_of(value) or "" for value in values}
    marked = [value for value, number in sorted(numbers.items()) if re.search("[.,]", number)]
    thousands = [value for value in marked if re.search(r"\d[.,]\d{3}(?!\d)", numbers[value])]
    text = (thousands or marked)[0]
    words = {".": _("decimal point"), ",": _("decimal comma")}
    readings = tuple(
        Reading(
            mark,
            _("{order}: {text} is {value}").format(
                order=words[mark], text=text, value=_reading(numbers[text], mark, other)
            ),
        )
        for mark, other in ((".", ","), (",", "."))
    )
    sentence = _("How are the prices in column {column} written?").format(column=column)
    return Ambiguous(message, Question("price", sentence, readings))


def _reading(number: str, mark: str, other: str) -> str:
    """Return the value of a number with a decimal mark, where the other mark is of thousands."""
    if re.search(rf"[{other}](?!\d{{3}}(?!\d))", number):
        return _("missing")
    return number.replace(other, "").replace(mark, ".")
