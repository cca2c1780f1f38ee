"""The strptime formats that the text of a time may have."""

import re

_TEXT = re.compile(
    r"(?P<weekday>[A-Za-z]{3,9},? +)?"
    r"(?:(?P<first>\d{1,4})(?P<sep>[./ -])(?P<second>\d{1,2})(?P=sep)(?P<third>\d{1,4})"
    r"|(?P<day>\d{1,2})(?P<sep1>[./ -]?)(?P<month>[A-Za-z]{3,9})(?P<sep2>[.,/ -]*)"
    r"(?P<year>\d{2,4})"
    r"|(?P<month_first>[A-Za-z]{3,9})(?P<sep3>[. -]+)(?P<day_second>\d{1,2})(?P<sep4>,? +|-)"
    r"(?P<year_last>\d{2,4})"
    r"|(?P<compact>\d{8}))"
    r"(?:(?P<gap>, *|T| +|:|-(?=\d{2}[:.]\d{2}[:.]\d{2}))(?P<hour>\d{1,2})"
    r"(?:(?P<colon>[:.h]?)(?P<minute>\d{2})(?:(?P=colon)(?P<second_of>\d{2})"
    r"(?:(?P<point>[.,:])(?P<fraction>\d{1,9}))?)?)?"
    r"(?:(?P<blank> ?)(?P<half>[AaPp][Mm]))?)?"
    r"(?P<zone>(?P<zone_blank> ?)(?:(?P<offset>[+-]\d{2}(?::?\d{2})?)|(?P<zulu>Z)"
    r"|(?P<short>[A-Z]{3,4})|(?P<name>[A-Z][A-Za-z_]+(?:/[A-Za-z_]+)*)))?"
)
"""A day, a clock and a zone, in the forms that logs are written in."""
_YEAR_LAST = re.compile(
    r"[A-Za-z]{3} [A-Za-z]{3} +\d{1,2} \d{2}:\d{2}:\d{2}(?: (?P<zone>[+-]\d{4}|[A-Z]{3,4}))? \d{4}"
)
"""As Java, C and Twitter write it: ``Fri Nov 01 00:00:00 CET 2019``."""


def patterns(value: str) -> list[tuple[str, str]]:
    """Return the orders of day and month that a text may have, each with its strptime format.

    >>> patterns("1/2/2019 8:26 PM")
    [('day/month/year', '%d/%m/%Y %I:%M %p'), ('month/day/year', '%m/%d/%Y %I:%M %p')]
    >>> patterns("Fri, 01 Nov 2019 00:00:00 +0100")
    [('month name', '%a, %d %b %Y %H:%M:%S %z')]
    """
    if match := _YEAR_LAST.fullmatch(value):
        zone = match["zone"] or ""
        zone = zone and " %z"
        return [("month name", f"%a %b %d %H:%M:%S{zone} %Y")]
    match = _TEXT.fullmatch(value)
    if match is None:
        return []
    part = match.groupdict()
    clock = _clock(part)
    weekday = ""
    if part["weekday"]:
        name = part["weekday"].rstrip(" ,")
        weekday = ("%a" if len(name) == 3 else "%A") + part["weekday"][len(name) :]
    if part["compact"]:
        return [("compact", "%Y%m%d" + clock)]
    if part["month"] or part["month_first"]:
        month = "%b" if len(part["month"] or part["month_first"]) == 3 else "%B"
        if part["month"]:
            year = "%Y" if len(part["year"]) == 4 else "%y"
            day = f"%d{part['sep1']}{month}{part['sep2']}{year}"
        else:
            year = "%Y" if len(part["year_last"] or "") == 4 else "%y"
            day = f"{month}{part['sep3']}%d{part['sep4']}{year}"
        return [("month name", weekday + day + clock)]
    separator = part["sep"]
    orders = []
    short = len(part["first"]) == len(part["third"]) == 2 and separator != "."
    if len(part["first"]) == 4 or short:
        year = "%Y" if len(part["first"]) == 4 else "%y"
        orders.append(("year/month/day", (year, "%m", "%d")))
    if len(part["first"]) <= 2 and len(part["third"]) in (2, 4):
        year = "%Y" if len(part["third"]) == 4 else "%y"
        orders.append(("day/month/year", ("%d", "%m", year)))
        orders.append(("month/day/year", ("%m", "%d", year)))
    return [(order, weekday + separator.join(day) + clock) for order, day in orders]


def _clock(part: dict[str, str | None]) -> str:
    """Return the strptime format of the clock and the zone behind a day."""
    text = ""
    if part["hour"]:
        colon = part["colon"] or ""
        text = f"{part['gap']}{'%I' if part['half'] else '%H'}"
        if part["minute"]:
            text += f"{colon}%M"
        if part["second_of"]:
            text += f"{colon}%S"
        if part["fraction"]:
            text += f"{part['point']}{'%f' if len(part['fraction']) <= 6 else '%n'}"
        if part["half"]:
            text += f"{part['blank']}%p"
    if part["zone"]:
        zone = "Z" if part["zulu"] else "%Z" if part["name"] else "%z"
        text += f"{part['zone_blank']}{zone}"
    return text
