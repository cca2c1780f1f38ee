"""Which formats read a column of times: decided over its values."""

import re
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import duckdb

from data.datasets.database import connect
from data.errors import BadInput
from data.i18n import _
from data.importing.ids import is_rounded
from data.importing.month_names import english
from data.importing.time_patterns import patterns
from data.importing.times import (
    CLOCK_APART,
    DAY_ORDERS,
    EARLIEST,
    EPOCH_RANGES,
    LATEST,
    RANK,
    RARE_ORDER,
    SERIAL,
    ZONE_AT_END,
    TimeFormat,
)

_DIGITS_OF_ONE = 100_000  # from which on a single number may be a date
_SERIAL_RANGE = (30_000, 80_000)  # from 1982 to 2119; SAS and R count days from 1960 and 1970
_DIGITS_OF_MOMENTS: Sequence[tuple[int, int, Callable[[int], bool]]] = (
    (32, 1_000_000, lambda n: 0 < n % 100 <= 12),  # a month last
    (1_001, 2_400, lambda n: n % 100 < 60),  # hour and minute
    (100_000, 240_000, lambda n: n // 100 % 100 < 60 and n % 100 < 60),  # and second
    (100_000, 1_000_000, lambda n: 0 < n // 100 % 100 <= 12 and n % 100 <= 31),  # year, month, day
    (100_000, 1_000_000, lambda n: 0 < n // 100 % 100 <= 31 and n < 130_000),  # month, day, year
    (100_000, 1_000_000, lambda n: 0 < n // 100 % 100 <= 12 and n < 320_000),  # day, month, year
    (100_000, 100_000_000, lambda n: 1900 <= n % 10_000 < 2200),  # the year in full, last
    (10_000_000, 100_000_000, lambda n: 1900 <= n // 10_000 < 2200 and n // 100 % 100 <= 12),
)
"""The range of the largest number, and whether a number may be a moment in digits."""
_SHARED_ZONES = {"IST": "+05:30", "CST": "-06:00", "BST": "+01:00", "AST": "-04:00"}
"""Abbreviations of zones on several continents, and the offset of one of these."""
_ISO_DAY = re.compile(r"\d{4}-\d{2}-(\d{2})(?!\d)")
_TWO_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}(?!\d)")
_FEW_SWAPPED = 10
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ISO = re.compile(r"\d{4}[-/]")
_LONG_SHARE = re.compile(r".*[.,][0-9]{3,}([eE]-[0-9]+)?")
_VALUES = "(SELECT unnest(?::VARCHAR[]) AS value)"
_threads = threading.local()


def candidates(values: Iterable[str], least: float = 1.0) -> tuple[TimeFormat, ...]:
    """Return the formats that read most of some times, the most usual first.

    Formats that read the same moments count as one, so that more than one candidate means that
    the values alone do not settle how they are to be read.

    Parameters
    ----------
    values : iterable of str
    least : float
        The share of values that a format must read; 0 for any at all.

    Examples
    --------
    >>> [format.day_order for format in candidates(["12/1/2010 8:26", "12/13/2010 9:00"])]
    ['month/day/year']
    >>> [format.day_order for format in candidates(["01/02/2019", "03/04/2019"])]
    ['day/month/year', 'month/day/year']
    >>> candidates(["1572566400"])[0].kind, candidates(["20191101"])[0].day_order
    ('seconds', 'compact')
    >>> candidates(["1.57E+09"]), candidates(["1.574242200E+09"])[0].kind
    ((), 'seconds')
    >>> candidates(["17"]), candidates(["2019-11-01", "soon"], least=0.5)[0].kind
    ((), 'iso')
    """
    distinct = sorted(set(values))
    if not distinct:
        return (TimeFormat("iso"),)
    if apart := _clock_apart(distinct):
        clock, days = apart
        return tuple(replace(day, clock=clock) for day in candidates(days, least))
    numbers = [value for value in distinct if _is_number(value)]
    is_numeric = len(numbers) * 2 > len(distinct)
    formats = _numeric(numbers) if is_numeric else _textual(distinct)
    counts = _counts(formats, distinct)
    if not is_numeric and max(counts, default=0) < len(distinct):
        more = _in_words(distinct)
        formats, counts = [*formats, *more], [*counts, *_counts(more, distinct)]
    most = max(counts, default=0)
    if not most or most < least * len(distinct):
        return ()
    best = [format for format, count in zip(formats, counts, strict=True) if count == most]
    if best[0].kind == "iso":
        return (best[0],)
    return _different(likely(best), distinct)


def check_format(pattern: str) -> None:
    """Raise BadInput where a text is no format of times.

    >>> check_format("%d/%m/%Y %H:%M")
    """
    try:
        _ask(f"SELECT {TimeFormat('strptime', (pattern,)).sql('value')} FROM {_VALUES}", ["1"])
    except duckdb.Error as error:
        raise BadInput(
            _("“{format}” is no format of times; write one such as {example}.").format(
                format=pattern, example="%d/%m/%Y %H:%M"
            )
        ) from error


def are_plausible(time: TimeFormat, values: Sequence[str]) -> bool:
    """Return whether half of some times or more are between 1995 and tomorrow.

    >>> are_plausible(TimeFormat("seconds"), ["1572566400"])
    True
    >>> are_plausible(TimeFormat("seconds"), ["15725664"])
    False
    """
    moment = time.sql("value")
    (share,) = _ask(
        f"SELECT coalesce(avg(({moment} BETWEEN TIMESTAMP '1995-01-01' "
        f"AND now()::TIMESTAMP + INTERVAL 1 DAY)::INT), 1) FROM {_VALUES}",
        values,
    )
    return bool(share >= 0.5)


def have_swapped_days(values: Iterable[str]) -> bool:
    """Return whether a spreadsheet has taken the days of some times for months.

    A spreadsheet turns texts whose day may be a month into dates, and keeps the others as texts:
    then every text has a day above 12, and every date one of at most 12.

    >>> have_swapped_days(["2019-01-02", "13/01/2019"] * 10)
    True
    >>> have_swapped_days(["2019-01-13", "13/01/2019"] * 10)
    False
    """
    dates: list[int] = []
    texts: list[bool] = []
    for value in values:
        if match := _ISO_DAY.match(value):
            dates.append(int(match[1]))
        elif match := _TWO_FIRST.match(value):
            first, second = int(match[1]), int(match[2])
            texts.append(max(first, second) > 12 >= min(first, second))
    is_enough = min(len(dates), len(texts)) >= _FEW_SWAPPED
    return is_enough and all(day <= 12 for day in dates) and all(texts)


def shared_zone(values: Iterable[str]) -> tuple[str, str, str] | None:
    """Return the first abbreviation of a zone that others share, None where there is none.

    Returns
    -------
    zone, offset : str
        The abbreviation, and the offset of one of the zones that have it.
    pattern : str
        The strptime format that reads the clock as it stands.

    Examples
    --------
    >>> shared_zone(["2019-11-01 08:26:00 IST"])
    ('IST', '+05:30', '%Y-%m-%d %H:%M:%S IST')
    >>> shared_zone(["2019-11-01 08:26:00 CET", "1 august"])
    """
    for value in values:
        match = re.fullmatch(ZONE_AT_END, value)
        if match and match[2] in _SHARED_ZONES:
            for _order, pattern in patterns(value):
                return match[2], _SHARED_ZONES[match[2]], pattern.replace("%z", match[2])
    return None


def ranks(values: Sequence[str]) -> tuple[TimeFormat, ...]:
    """Return the format of numbers that stand for the order of events; empty for other values.

    Numbers that may be a clock, a day and month, or a date are none.

    >>> ranks(["1", "2", "17"])[0].kind, ranks(["1.5"]), ranks(["0930", "1745"]), ranks(["191101"])
    ('rank', (), (), ())
    >>> ranks(["39420", "26000015"])[0].kind, ranks(["1112019", "20112019"])
    ('rank', ())
    """
    if not values or not all(re.fullmatch(r"\d{1,8}([.]0*)?", value) for value in values):
        return ()
    numbers = {int(float(value)) for value in values}
    if any(re.match(r"0\d", value) for value in values) and not _are_months_and_days(numbers):
        return ()
    several = len(numbers) > 1 or max(numbers) >= _DIGITS_OF_ONE
    return () if several and _may_be_moments(numbers) else (TimeFormat(RANK),)


def _are_months_and_days(numbers: Collection[int]) -> bool:
    """Return whether numbers may be a month and a day, which are in the order of time in a year."""
    return max(numbers) <= 1231 and all(0 < n % 100 <= 31 for n in numbers)


def _may_be_moments(numbers: Collection[int]) -> bool:
    """Return whether most numbers may be the digits of a clock or of a date."""
    largest = max(numbers)
    return not _are_months_and_days(numbers) and any(
        low <= largest < high and sum(map(may_be, numbers)) >= 0.9 * len(numbers)
        for low, high, may_be in _DIGITS_OF_MOMENTS
    )


def are_close(first: Sequence[str], second: Sequence[str]) -> bool:
    """Return whether two columns of times are less than two days apart in almost every row.

    Parameters
    ----------
    first, second : sequence of str
        A value for each row; empty where it is missing.
    """
    rows = [pair for pair in zip(first, second, strict=True) if all(pair)]
    if not rows:
        return False
    columns = [list(column) for column in zip(*rows, strict=True)]
    for mine in candidates(columns[0], 0):
        for theirs in candidates(columns[1], 0):
            apart = f"abs(epoch({mine.sql('mine')}) - epoch({theirs.sql('theirs')}))"
            (share,) = _ask(
                f"SELECT coalesce(avg(({apart} < 172800)::INT), 0) FROM "
                "(SELECT unnest(?::VARCHAR[]) AS mine, unnest(?::VARCHAR[]) AS theirs)",
                *columns,
            )
            if share > 0.95:
                return True
    return False


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _numeric(values: Sequence[str]) -> list[TimeFormat]:
    """Return the formats of a column of numbers; outliers do not decide, the median does."""
    for pattern in ("%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y%m%d%H"):
        length = len(datetime(2000, 1, 1).strftime(pattern))
        if all(len(value) == length and value.isdigit() for value in values):
            compact = TimeFormat("strptime", (pattern,), "compact")
            if _counts([compact], values) == [len(values)]:
                return [compact]
    if all(len(value) == 8 and value.isdigit() for value in values):
        return [
            TimeFormat("strptime", ("%d%m%Y",), "day/month/year"),
            TimeFormat("strptime", ("%m%d%Y",), "month/day/year"),
        ]
    if any(map(is_rounded, values)):  # ``1.57E+09`` is a time of three months
        return []
    numbers = sorted(map(float, values))
    median = numbers[len(numbers) // 2]
    for unit, (low, high) in EPOCH_RANGES.items():
        if low <= median < high:
            return [TimeFormat(unit)]
    outer = numbers[len(numbers) // 20], numbers[-1 - len(numbers) // 20]
    if _SERIAL_RANGE[0] <= outer[0] and outer[1] < _SERIAL_RANGE[1]:
        return [TimeFormat(SERIAL)]
    return []


def _shape(value: str) -> str:
    return re.sub(r"[A-Za-z]+", "a", re.sub(r"\d", "0", value))


def _clock_apart(values: Sequence[str]) -> tuple[str, list[str]] | None:
    """Return which clock stands behind all days, and these; None where a format reads both.

    >>> _clock_apart(["43770 0.5313", "43771 0"]), _clock_apart(["43770 8:26"])
    (('share', ['43770', '43771']), ('clock', ['43770']))
    >>> _clock_apart(["2019-11-01 08:26"]), _clock_apart(["1 0.5"])
    (None, None)
    """
    for clock, pattern in CLOCK_APART.items():
        matches = [match for value in values if (match := pattern.fullmatch(value))]
        is_exact = clock != "share" or any(_LONG_SHARE.fullmatch(match[2]) for match in matches)
        if matches and len(matches) == len(values) and is_exact:
            return clock, [match[1] for match in matches]
    return None


def formats_of(examples: Sequence[str], usual: TimeFormat) -> list[TimeFormat]:
    """Return the formats that a column's times may have, told by an example of each of its forms.

    Parameters
    ----------
    examples : sequence of str
        One value for each form; digits alone do not make a form.
    usual : TimeFormat
        The format of the first rows, the only one for numbers; beside ISO 8601 there may be days
        before the month.
    """
    if usual.clock:
        days = [match[1] for e in examples if (match := CLOCK_APART[usual.clock].fullmatch(e))]
        of_days = formats_of(days, replace(usual, clock=""))
        return [replace(day, clock=usual.clock) for day in of_days]
    if usual.kind == "iso":
        others = formats_of(examples, TimeFormat("strptime"))
        return [
            usual,
            *(time_format for time_format in others if time_format.day_order == RARE_ORDER),
        ]
    if usual.kind != "strptime":
        return [usual]
    if usual.in_words:
        return _in_words(examples)
    by_order: dict[str, dict[str, None]] = {}
    for example in examples:
        for day_order, pattern in patterns(example):
            by_order.setdefault(day_order, {})[pattern] = None
    _add_year_first(by_order)
    formats = [TimeFormat("strptime", tuple(used), order) for order, used in by_order.items()]
    formats.sort(key=lambda format: list(DAY_ORDERS).index(format.day_order))
    has_names = usual.day_order == "month name"  # of which the first rows have the English ones
    return [*formats, *_in_words(examples)] if has_names else formats


def _add_year_first(by_order: dict[str, dict[str, None]]) -> None:
    """Let times with the year in front stand beside those of other orders: only one way reads them.

    A day before the month is another order of its own.
    """
    iso = [pattern for pattern in by_order.get("year/month/day", {}) if pattern.startswith("%Y")]
    for order in ("day/month/year", "month/day/year"):
        if order in by_order:
            by_order[order] |= dict.fromkeys(iso)
    if iso and len(by_order) == 1:
        by_order[RARE_ORDER] = dict.fromkeys(
            pattern.replace("%m", "\0").replace("%d", "%m").replace("\0", "%d") for pattern in iso
        )


def likely(formats: Sequence[TimeFormat]) -> Sequence[TimeFormat]:
    """Leave out of some formats that read as much the rare one of a day between year and month."""
    return [
        time_format for time_format in formats if time_format.day_order != RARE_ORDER
    ] or formats


def _textual(values: Sequence[str]) -> list[TimeFormat]:
    """Return the formats that a column of texts may have: one for each order of day and month."""
    examples = [*{_shape(value): value for value in values if re.search(r"\d", value)}.values()]
    iso = [TimeFormat("iso")] if any(map(_ISO.match, examples)) else []
    return [*iso, *formats_of(examples, TimeFormat("strptime"))]


def _in_words(values: Sequence[str]) -> list[TimeFormat]:
    """Return the formats that a column of texts has as ``english`` has them."""
    if sum(_YEAR.search(value) is not None for value in values) * 2 < len(values):
        return []
    (texts,) = _ask(
        f"SELECT list({english('value')}) FROM (SELECT unnest(?::VARCHAR[]) AS value)", values
    )
    return [replace(format, in_words=True) for format in _textual(texts) if format.kind != "iso"]


def _counts(formats: Sequence[TimeFormat], values: Sequence[str]) -> list[int]:
    """Return how many values each format reads as a time of the years 1900 to 2199."""
    if not formats:
        return []
    counts = ", ".join(
        f"count(*) FILTER ({moment} >= TIMESTAMP '{EARLIEST}' AND {moment} < TIMESTAMP '{LATEST}')"
        for moment in (format.sql("value") for format in formats)
    )
    return list(_ask(f"SELECT {counts} FROM {_VALUES}", values))


def _different(formats: Sequence[TimeFormat], values: Sequence[str]) -> tuple[TimeFormat, ...]:
    """Leave out the formats that read the same moments as one before them."""
    distinct: list[TimeFormat] = []
    for format in formats:
        if not any(_are_same(format, other, values) for other in distinct):
            distinct.append(format)
    return tuple(distinct)


def _are_same(first: TimeFormat, second: TimeFormat, values: Sequence[str]) -> bool:
    (same,) = _ask(
        f"SELECT coalesce(bool_and({first.sql('value')} IS NOT DISTINCT FROM "
        f"{second.sql('value')}), true) FROM {_VALUES}",
        values,
    )
    return bool(same)


def _ask(query: str, *values: Sequence[str]) -> tuple[Any, ...]:
    """Return the row that DuckDB answers; each thread has a connection of its own."""
    if not hasattr(_threads, "database"):
        _threads.database = connect()
    row: tuple[Any, ...] = _threads.database.execute(
        query, [list(column) for column in values]
    ).fetchone()
    return row
