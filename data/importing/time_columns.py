"""The columns of an event's time: a moment, a day and its clock, parts of a date, or an order."""

import itertools
import re
from collections.abc import Mapping, Sequence

from data.i18n import N_, _
from data.importing.column_names import place_of
from data.importing.profile import Profile
from data.importing.time_inference import are_close, ranks
from data.importing.time_names import (
    JOIN,
    is_clock_name,
    is_name_of_event_time,
    is_ordinal_name,
    is_part_of_day_name,
    is_time_name,
    time_part_of,
)
from data.importing.words import bare

_PART_RANGES = ((1900, 2199), (1, 12), (1, 31), (0, 23), (0, 59), (0, 59))
_MINUTE = 4
"""The place of minutes in these."""
_CLOCK = re.compile(r"(.* )?\d{1,2}:\d{2}(:\d{2})?|0?[.,]\d+|\d{1,6}")
"""A clock behind another day, a share of a day, or digits of hours, minutes and seconds."""


def find_time(
    profiles: Sequence[Profile], mapping: dict[str, str], unsure: dict[str, str]
) -> tuple[str, ...]:
    """Map ``time`` to a column of times whatever it is called, and to the clock beside a day.

    Parameters
    ----------
    profiles : sequence of Profile
        The columns of the file.
    mapping : dict
        Event column → column of the file; ``time`` is set, or set anew with a clock.
    unsure : dict
        Event column → why another column might have been meant; ``time`` is set where it is.

    Returns
    -------
    tuple of str
        The columns that may as well be the time, where there are several.
    """
    others: list[str] = []
    by_name = {profile.name: profile for profile in profiles}
    free = [p for p in profiles if p.name not in mapping.values()]
    if "time" not in mapping:
        candidates = [p for p in free if p.is_time and p.is_recent and _may_be_time(p)]
        varied = [p for p in candidates if not p.is_constant] or candidates
        events = [p for p in varied if is_name_of_event_time(p.name)] or varied
        likely = [p for p in events if is_time_name(p.name)] or events
        if not likely:
            if not _find_parts(free, mapping):
                _find_order(free, mapping, unsure)
            return ()
        mapping["time"] = likely[0].name
        if len(candidates) > 1:
            unsure["time"] = N_("other columns hold times, too")
        first = likely[0].cells
        others = [p.name for p in likely[1:] if not are_close(first, p.cells)]
    day = _in_utc(by_name[mapping["time"]], free)
    mapping["time"] = day.name
    if day.is_day or day.is_serial_day:
        clocks = [p for p in free if p.is_clock and p is not day]
        exact = [p for p in free if _is_exact_time(p) and are_close(day.cells, p.cells)]
        digits = [p for p in free if p is not day and _is_clock_in_numbers(p, day)]
        if exact and len(clocks) != 1:
            mapping["time"] = exact[0].name
        elif len(clocks or digits) == 1:
            clock = (clocks or digits)[0]
            mapping["time"] = f"{day.name}{JOIN}{clock.name}"
            minutes = [p.name for p in free if p is not clock and time_part_of(p.name) == _MINUTE]
            if minutes and clock.is_between(*_PART_RANGES[_MINUTE - 1]):
                doubt = _("{column} may be the time of day, and is not read")
                unsure.setdefault("time", doubt.format(column=minutes[0]))
        elif unread := [p.name for p in free if p is not day and _may_be_clock(p)]:
            doubt = _("{column} may be the time of day, and is not read")
            unsure.setdefault("time", doubt.format(column=unread[0]))
    return (mapping["time"], *others) if others else ()


def _in_utc(time: Profile, others: Sequence[Profile]) -> Profile:
    """Return the column that is called as that of the times is, but in UTC; else the latter."""
    names = (bare(f"{time.name} gmt"), bare(f"{time.name} utc"))
    return next((p for p in others if bare(p.name) in names and p.has_times), time)


def _is_clock_in_numbers(profile: Profile, day: Profile) -> bool:
    """Return whether a column, by its name too, has clocks in digits or as shares of the day."""
    if profile.is_share_of_day:
        return is_clock_name(profile.name) and is_name_of_event_time(profile.name)
    return profile.is_clock_in_digits and day.is_day


def _may_be_clock(profile: Profile) -> bool:
    """Return whether a column is called a time of day, and its values may be some."""
    is_clock = is_clock_name(profile.name) or is_part_of_day_name(profile.name)
    is_named = is_clock and is_name_of_event_time(profile.name)
    return is_named and profile.distinct > 1 and all(map(_CLOCK.fullmatch, profile.values))


def _find_parts(free: Sequence[Profile], mapping: dict[str, str]) -> bool:
    """Find the columns of year, month and day, and of hour, minute and second where they are."""
    parts: dict[int, str] = {}
    for profile in free:
        part = time_part_of(profile.name)
        is_event = is_name_of_event_time(profile.name)
        if part is not None and is_event and profile.is_between(*_PART_RANGES[part]):
            parts.setdefault(part, profile.name)
    names = [parts[part] for part in itertools.takewhile(parts.__contains__, range(6))]
    if len(names) < 3:
        return False
    mapping["time"] = JOIN.join(names)
    return True


def unread_time(profiles: Sequence[Profile], mapping: Mapping[str, str]) -> str | None:
    """Return a column that is called a time or a part of one, or holds some, where none is read."""
    for profile in profiles:
        is_named = is_time_name(profile.name) or time_part_of(profile.name) in (0, 1)
        is_free = profile.name not in mapping.values() and is_name_of_event_time(profile.name)
        if is_named and is_free and profile.distinct > 1:
            return profile.name
    free = [p for p in profiles if p.name not in mapping.values() and not p.is_constant]
    return next(
        (p.name for p in free if p.is_time and p.is_recent and is_name_of_event_time(p.name)), None
    )


def _may_be_time(profile: Profile) -> bool:
    """Return whether a column is written as a time, or named as one: ids are large numbers, too."""
    return profile.is_written_as_time or is_time_name(profile.name)


def _is_exact_time(profile: Profile) -> bool:
    return profile.is_time and profile.is_recent and _may_be_time(profile) and not profile.is_day


def _find_order(free: Sequence[Profile], mapping: dict[str, str], unsure: dict[str, str]) -> None:
    """Find a column that numbers the events of each buyer, or one that is called a time."""
    named = [p for p in free if p.values and not p.is_clock and place_of("time", p.name)]
    named += [
        p
        for p in free
        if p.has_numbers_apart
        and not p.is_clock
        and is_time_name(p.name)
        and is_name_of_event_time(p.name)
    ]
    ordinals = [p for p in free if is_ordinal_name(p.name) and ranks(p.values)]
    if named or ordinals:  # a time by its name is not left out in silence
        mapping["time"] = (named or ordinals)[0].name
        unsure["time"] = N_("the numbers of the column are taken for the order of events")
