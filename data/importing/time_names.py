"""Names of columns of times: moments, days, clocks, parts of a date and the order of events."""

import re

from data.importing.column_names import bare_name
from data.importing.column_vocabulary import ORDINALS

JOIN = "+"
"""Joins the names of columns that are a time together.

These are a day and a clock, as in ``time=DATE+CLOCK``, or year, month and day, and behind them
hour, minute and second.
"""
_TIME_WORD = re.compile(
    r"time|date|day|when|dat$|dt$|^dt|stamp|fecha|hora|datum|zeit|^data|tarih|дата|время|日|时间|時間|일"
)
_CLOCK_WORD = re.compile(
    r"hour|^hora|hora$|uhr|stunde|heure|^ora|saat|час|время|time|时间|時間|時刻|시간"
)
_SINCE_MIDNIGHT = re.compile(
    r"(milli)?(sec|min)(ond|ute)?s?(of|since|after|from|in)(the)?(day|midn)"
)
_PARTS = tuple(
    re.compile(rf"({words})$")
    for words in (
        "year|ano|anno|jahr|annee|yil|год|年",
        "month|mes|mese|monat|mois|^ay|месяц|月",
        "day|dayofmonth|mday|dia|giorno|tag|jour|gun|день|日",
        "hour|hora|ora|stunde|heure|saat|час|時|时",
        "minute|minuto|minuten|dakika|минута|分",
        "second|segundo|secondo|sekunde|seconde|saniye|секунда|秒",
    )
)
_NO_EVENT = re.compile(
    r"ship|deliver|dispatch|fulfil|release|modif|updat|upd$|birth|dob$|expir|valid|due|return|regist"
    r"|signup|liefer|versand|geburt|gultig|envio|entrega|nacimiento|livrais|expedi|naissance"
    r"|consegna|spedizione|teslim|отгруз|достав|рожд|发货|收货|出生|発送|배송"
)


def is_time_name(column: str) -> bool:
    """Return whether a column's name speaks of a time."""
    return _TIME_WORD.search(bare_name(column)) is not None


def is_name_of_event_time(column: str) -> bool:
    """Return whether a time's name may be that of an event, and not of a delivery or a birth.

    >>> is_name_of_event_time("Order Date"), is_name_of_event_time("Shipped at")
    (True, False)
    """
    return _NO_EVENT.search(bare_name(column)) is None


def is_clock_name(column: str) -> bool:
    """Return whether a column's name may be that of a time of day."""
    return _CLOCK_WORD.search(bare_name(column)) is not None


def is_part_of_day_name(column: str) -> bool:
    """Return whether a column's name is that of the seconds or minutes since midnight.

    >>> is_part_of_day_name("sec_of_day"), is_part_of_day_name("section")
    (True, False)
    """
    return _SINCE_MIDNIGHT.match(bare_name(column)) is not None


def time_part_of(column: str) -> int | None:
    """Return which part of a time a column's name says: 0 for the year, to 5 for the second.

    >>> time_part_of("date_year"), time_part_of("Monat"), time_part_of("price")
    (0, 1, None)
    """
    name = bare_name(column)
    return next((part for part, words in enumerate(_PARTS) if words.search(name)), None)


def is_ordinal_name(column: str) -> bool:
    """Return whether a column's name may be that of the place of an event among its buyer's."""
    return bare_name(column) in ORDINALS
