"""How a column of times is written, and the SQL that reads it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from data.datasets.database import quote
from data.i18n import N_, _
from data.importing.month_names import english

EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2200, 1, 1)
"""Times outside of these are damage, not history."""
EPOCHS = {
    "seconds": (1_000_000.0, 1970),
    "milliseconds": (1_000.0, 1970),
    "microseconds": (1.0, 1970),
    "nanoseconds": (1e-3, 1970),
    "ticks": (0.1, 1),
    "file times": (0.1, 1601),
}
"""Units of a number of time: the microseconds in each, and the year whose first day is 0.

Ticks are those of .NET, file times those of Windows.
"""
EPOCH_RANGES = {  # from 1973 to 2199; where ranges meet, those of 1995 to 2035
    "seconds": (1e8, 7.3e9),
    "milliseconds": (1e11, 7.3e12),
    "microseconds": (1e14, 7.3e15),
    "file times": (1.24e17, 1.37e17),
    "ticks": (6.29e17, 6.42e17),
    "nanoseconds": (7.8e17, 7.3e18),
}
_SINCE_1970 = [
    (low, EPOCHS[unit][0])
    for unit, (low, _high) in reversed(EPOCH_RANGES.items())
    if EPOCHS[unit][1] == 1970
]
"""The least number of each unit, and the microseconds in one; the largest first."""
RANK = "rank"
"""Whole numbers that are no times, and stand for the order of events."""
_LAST_RANK = 99_999_999
SERIAL = "serial"
"""Days since 1899-12-30, as spreadsheets count them."""
RARE_ORDER = "year/day/month"
"""The order of day and month that is believed only where nothing else reads a column."""
DAY_ORDERS = {
    "year/month/day": N_("year/month/day"),
    "day/month/year": N_("day/month/year"),
    "month/day/year": N_("month/day/year"),
    RARE_ORDER: N_("year/day/month"),
    "month name": N_("with the month’s name"),
    "compact": N_("digits without separators"),
}
"""The orders of day, month and year that a column may have, with their labels."""
_ZONES = {
    "UTC": "+00", "GMT": "+00", "WET": "+00", "WEST": "+01", "CET": "+01", "CEST": "+02",
    "EET": "+02", "EEST": "+03", "SAST": "+02", "MSK": "+03", "TRT": "+03", "WIB": "+07",
    "HKT": "+08", "SGT": "+08", "JST": "+09", "KST": "+09", "AEST": "+10", "AEDT": "+11",
    "NZST": "+12", "NZDT": "+13", "BRT": "-03", "ART": "-03", "EST": "-05", "EDT": "-04",
    "CDT": "-05", "MST": "-07", "MDT": "-06", "PST": "-08", "PDT": "-07", "AKST": "-09",
    "AKDT": "-08", "HST": "-10",
}  # fmt: skip
"""Abbreviations of zones → their offset: DuckDB takes that of Argentina for Egypt's."""
ZONE_AT_END = "^(.*[0-9AaPpMm] ?)([A-Z]{3,4})(| [0-9]{4})$"
CLOCK_APART = {
    "share": re.compile(r"(.*?) (0|1|0?[.,][0-9]+|[0-9]([.,][0-9]+)?[eE]-[0-9]+)"),
    "clock": re.compile(r"([0-9]{5}(?:[.]0+)?) ([0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( ?[AaPp][Mm])?)"),
}
"""How a day and its clock from another column look that no format reads together.

A share of the day behind any day, and a clock behind the serial number of a day.
"""
_CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%I:%M:%S%p", "%I:%M%p")


@dataclass(frozen=True)
class TimeFormat:
    """How the times of a column are written.

    Attributes
    ----------
    kind : str
        ``"iso"``, a unit of ``EPOCHS``, ``"serial"``, ``"order"`` (there is no column of times;
        rows keep their order), ``"rank"`` (its numbers stand for the order), or ``"strptime"``.
    formats : tuple of str
        For ``"strptime"``: the formats that occur, tried in turn.
    day_order : str
        For ``"strptime"``: a key of ``DAY_ORDERS``; empty where a person gave the format.
    in_words : bool
        For ``"strptime"``: whether the formats are those of the texts as ``english`` has them.
    clock : str
        A key of ``CLOCK_APART`` where the last word is a clock that is read by itself, and the
        rest, of which all else here tells, the day; otherwise empty.
    """

    kind: str
    formats: tuple[str, ...] = ()
    day_order: str = ""
    in_words: bool = False
    clock: str = ""

    def sql(self, column: str) -> str:
        """Return the SQL of the time in UTC, NULL where the text is not written in this way."""
        if self.clock:
            return self._sql_of_day_and_clock(column)
        if self.kind == "order":
            return "NULL::TIMESTAMP"
        if self.kind == "iso":
            return (
                f"CASE WHEN strlen({column}) <= 19 OR suffix({column}, ' UTC') "
                f"THEN try_cast({column} AS TIMESTAMP) "
                f"WHEN right({column}, 1) BETWEEN 'A' AND 'Y' "
                f"THEN try_cast({_with_offset(column)} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' "
                f"ELSE try_cast({column} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END"
            )
        number = f"try_cast({column} AS DOUBLE)"
        if self.kind == RANK:
            return (
                f"CASE WHEN {number} BETWEEN 0 AND {_LAST_RANK} AND {number} % 1 = 0 "
                f"THEN make_timestamp({number}::BIGINT * 1000000) END"
            )
        if self.kind == SERIAL:
            days = f"round({number} * 86400) * 1000000"
            return (
                f"CASE WHEN {number} BETWEEN 1 AND 110000 THEN "
                f"make_timestamp(({days})::BIGINT) - INTERVAL 25569 DAY END"
            )
        if self.kind in EPOCHS:
            unit, year = EPOCHS[self.kind]
            scaled = f"{number} * {unit}"
            if year == 1970:  # beside milliseconds there may be seconds
                cases = (f"WHEN {number} >= {low} THEN {factor}" for low, factor in _SINCE_1970)
                scaled = f"{number} * CASE {' '.join(cases)} ELSE {unit} END"
            else:
                zero = int((datetime(1970, 1, 1) - datetime(year, 1, 1)).total_seconds())
                scaled = f"({scaled} - {zero}000000)"
            return (
                f"CASE WHEN {scaled} BETWEEN -1e16 AND 1e16 "
                f"THEN make_timestamp(round({scaled})::BIGINT) END"
            )
        column = english(column) if self.in_words else column
        zoned = [text for text in self.formats if "%z" in text or "%Z" in text]
        local = [text for text in self.formats if text not in zoned]
        parts = []
        if local:
            parts.append(f"try_strptime({column}, {_list(local)})")
        if zoned:
            column = _with_offset(column) if self.day_order else column
            parts.append(f"try_strptime({column}, {_list(zoned)}) AT TIME ZONE 'UTC'")
        return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"

    def _sql_of_day_and_clock(self, column: str) -> str:
        pattern = quote(f"^{CLOCK_APART[self.clock].pattern}$")
        day, clock = (f"regexp_extract({column}, {pattern}, {group})" for group in (1, 2))
        if self.clock == "share":
            share = f"try_cast(replace({clock}, ',', '.') AS DOUBLE)"
            span = f"to_microseconds((round({share} * 86400) * 1000000)::BIGINT)"
        else:
            span = f"(try_strptime({clock}, {_list(_CLOCKS)}) - TIMESTAMP '1900-01-01')"
        return f"(({replace(self, clock='').sql(day)}) + {span})"

    @property
    def is_order(self) -> bool:
        """Whether events have an order, but no times."""
        return self.kind in ("order", RANK)

    @property
    def order(self) -> str:
        """The order of day and month, a key of ``DAY_ORDERS``; empty where there is none."""
        return "year/month/day" if self.kind == "iso" else self.day_order

    def words(self) -> str:
        """Return in words how times are read, such as “day/month/year”."""
        if self.clock:
            words = {"share": _("{day}, and a share of the day"), "clock": _("{day}, and a clock")}
            return words[self.clock].format(day=replace(self, clock="").words())
        if self.kind == "order":
            return _("row order")
        if self.kind == RANK:
            return _("the order of the numbers, which are no times")
        if self.kind == "iso":
            return _("ISO 8601")
        if self.kind in EPOCHS:
            return _("{unit} since {year}, UTC").format(unit=self.kind, year=EPOCHS[self.kind][1])
        if self.kind == SERIAL:
            return _("days since 1899-12-30, as spreadsheets count")
        formats = ", ".join(self.formats)
        return f"{_(DAY_ORDERS[self.day_order])} ({formats})" if self.day_order else formats


def _with_offset(column: str) -> str:
    """Return the SQL of a time with the offset of its zone instead of an abbreviation.

    NULL where the abbreviation is not known.
    """
    before, zone, after = (
        f"regexp_extract({column}, {quote(ZONE_AT_END)}, {group})" for group in (1, 2, 3)
    )
    offsets = ", ".join(f"{quote(name)}: {quote(offset)}" for name, offset in _ZONES.items())
    return (
        f"CASE WHEN regexp_matches({column}, {quote(ZONE_AT_END)}) "
        f"THEN {before} || MAP {{{offsets}}}[{zone}] || {after} ELSE {column} END"
    )


def _list(texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return quote(texts[0])
    return "[" + ", ".join(map(quote, texts)) + "]"
