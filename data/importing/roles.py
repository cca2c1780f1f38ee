"""Which column of a file is which column of an event, told by names and by values."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from data.events import NAMES
from data.i18n import N_, _
from data.importing import event_types, prices
from data.importing.column_names import (
    bare_name,
    is_household_name,
    is_index_name,
    is_price_in_parts,
    is_visit_name,
    place_of,
)
from data.importing.column_words import (
    is_action_name,
    is_money_name,
    is_pieces_by_word,
    is_sign_name,
    price_by_word,
)
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

_ORDER = ("time", "user", "product", "type", *NAMES[4:])
_IDS, _SURE = 1, 3
"""The last ranks of names that are marked as ids, and that are no last resort."""

_LOOKS = (
    (re.compile("B0").match, re.compile("A").match),  # Amazon's products and reviewers
    (
        re.compile(r"(p|i|item|prod|product|sku)[-_ ]?\d+", re.I).fullmatch,
        re.compile(r"(u|user|c|cust|customer|buyer)[-_ ]?\d+", re.I).fullmatch,
    ),
)
"""How ids of products and of buyers look that no header names."""

_CLOCK = re.compile(r"(.* )?\d{1,2}:\d{2}(:\d{2})?|0?[.,]\d+|\d{1,6}")
"""A clock behind another day, a share of a day, or digits of hours, minutes and seconds."""
_KEYS = ("session", "user", "time")
_FORWARD_FILLED = N_("empty cells are taken for the value of the row above, as of one order")
_BY_A_WORD = N_("the column was found by a word of its name")
_FEW_ROWS = 3
_MOST_CODES = 12  # of a column that is found by the word of an action

_MOST = 0.95
_MOST_CATEGORIES = 0.5


@dataclass(frozen=True)
class Roles:
    """The role of each column of a file.

    Attributes
    ----------
    mapping : dict
        Event column → column of the file; ``DAY+CLOCK`` for a time in two columns.
    unsure : dict
        Event column → why another column might have been meant, marked for translation.
    times : tuple of str
        The columns that may as well be the time, where there are several; the first one is taken.
    sign : str
        The column whose sign tells a return from a purchase, where the price and the quantity do
        not; empty for none.
    forward_filled : frozenset of str
        The columns that have a value in the first row of an order alone, which holds for the rows
        below it.
    """

    mapping: dict[str, str]
    unsure: dict[str, str] = field(default_factory=dict)
    times: tuple[str, ...] = ()
    sign: str = ""
    forward_filled: frozenset[str] = frozenset()


def roles(columns: Sequence[str], sample: Sequence[Sequence[str]], missing: Sequence[str]) -> Roles:
    """Return the role of each column of a file.

    Parameters
    ----------
    columns : sequence of str
        Their names; ``"1"``, ``"2"``, … where the file names none.
    sample : sequence of sequence of str
        The first rows.
    missing : sequence of str
        Texts that stand for a missing value.
    """
    absent = frozenset(missing)
    profiles = []
    for place, name in enumerate(columns):
        cells = [row[place].strip() if len(row) > place else "" for row in sample]
        profiles.append(Profile(name, ["" if cell in absent else cell for cell in cells]))
    named = any(name != str(place) for place, name in enumerate(columns, start=1))
    found = _by_name(profiles) if named else _by_value(profiles)
    if named and (whole := _filled_down(profiles, found.mapping)):
        found = _by_name([whole.get(p.name, p) for p in profiles])
        doubts = {role: _FORWARD_FILLED for role, name in found.mapping.items() if name in whole}
        found = replace(found, unsure=doubts | found.unsure, forward_filled=frozenset(whole))
    if named and (sign := _sign(columns, sample, found.mapping)):
        found = replace(found, sign=sign, unsure=_doubt_of_sign(sign, profiles) | found.unsure)
    mapping = {name: found.mapping[name] for name in NAMES if name in found.mapping}
    return replace(found, mapping=mapping)


def _sign(
    columns: Sequence[str], sample: Sequence[Sequence[str]], mapping: Mapping[str, str]
) -> str:
    """Return the column whose sign tells returns from purchases; empty where there is none.

    It has pluses and minuses, or money that is above zero in most rows. ``-`` alone is a missing
    value in any other column, so that it is looked for in the texts as they stand.
    """
    if "type" in mapping:
        return ""
    for place, name in enumerate(columns):
        cells = {row[place].strip() for row in sample if len(row) > place}
        if name not in mapping.values() and cells == {"+", "-"}:
            return name
        if name not in mapping.values() and cells == {"1", "-1"} and is_sign_name(name):
            return name
    for place, name in enumerate(columns):
        if name in mapping.values() or not is_money_name(name):
            continue
        numbers = [prices.signed(row[place]) for row in sample if len(row) > place]
        signs = [number for number in numbers if number]
        if signs.count("-") < len(signs) / 2:
            return name
    return ""


def _doubt_of_sign(sign: str, profiles: Sequence[Profile]) -> dict[str, str]:
    """Return that rows with a minus are taken for returns, where the first rows have some."""
    profile = next(p for p in profiles if p.name == sign)
    is_seen = any(map("-".__eq__, map(prices.signed, profile.values)))
    if profile.values == profile.cells and not is_seen:
        return {}
    doubt = _("rows with a minus in {column} are taken for returns").format(column=sign)
    return {"type": doubt}


def _filled_down(profiles: Sequence[Profile], mapping: Mapping[str, str]) -> dict[str, Profile]:
    """Return the columns that only the first row of an order has a value in, with it in all rows.

    A row goes on with the order above it where session, buyer and time are those of the row above
    or empty. A column is of that kind where some of those rows are empty in it, and no other one.
    An empty buyer may as well be a guest: there the session must be the same, or the time empty.
    """
    session, time = (
        next((p.cells for p in profiles if p.name == mapping.get(role)), None)
        for role in ("session", "time")
    )
    keys = [p for p in profiles if p.name in [mapping.get(role) for role in _KEYS]]
    product = next((p for p in profiles if p.name == mapping.get("product")), None)
    if product is None or not any(p.values != p.cells for p in profiles):
        return {}
    above: dict[str, str] = {}
    goes_on = []
    for row, bought in enumerate(product.cells):
        values = {p.name: p.cells[row] for p in keys}
        known = {name for name, value in values.items() if value}
        is_same = all(above.get(name) == values[name] for name in known)
        goes_on.append(bool(row and bought and above and is_same))
        above |= {name: values[name] for name in known}
    whole = {}
    for profile in profiles:
        empty = [place for place, cell in enumerate(profile.cells) if not cell]
        if profile.name == mapping.get("user") and not all(
            (session and session[place]) or (time and not time[place]) for place in empty
        ):
            continue
        is_key = profile in keys or event_types.looks_like_types(profile.values)
        if is_key and len(empty) >= _FEW_ROWS and all(goes_on[place] for place in empty):
            whole[profile.name] = Profile(profile.name, _filled_cells(profile.cells))
    return whole


def _filled_cells(cells: Sequence[str]) -> list[str]:
    """Return cells with that above in the place of empty ones."""
    filled: list[str] = []
    for cell in cells:
        filled.append(cell or (filled[-1] if filled else ""))
    return filled


def _by_name(profiles: Sequence[Profile]) -> Roles:
    """Return the roles of named columns; values confirm or refute what the names say."""
    usable = [p for p in profiles if not (p.is_index and is_index_name(p.name))]
    mapping: dict[str, str] = {}
    unsure: dict[str, str] = {}
    namesakes: tuple[str, ...] = ()
    for role in _ORDER:
        free = [p for p in usable if p.name not in mapping.values()]
        fitting = _fitting(role, free, mapping, usable)
        if not fitting:
            continue
        mapping[role] = fitting[0].name
        if doubt := _doubt(role, fitting):
            unsure[role] = doubt
        if role == "time":
            namesakes = _namesakes(fitting)
    if "price" not in mapping and (
        other := next(filter(is_price_in_parts, (p.name for p in usable)), None)
    ):
        unsure["price"] = _("{column} is not in whole units, and is left out").format(column=other)
    rivals = _find_time(usable, mapping, unsure) or namesakes
    _find_by_words(usable, mapping, unsure)
    if "time" not in mapping and (unread := _unread_time(usable, mapping)):
        unsure["time"] = _("{column} may be the time, and is not read").format(column=unread)
    if "type" not in mapping:
        _find_type(usable, mapping, unsure)
    if "category" not in mapping and "category_id" in mapping:
        mapping["category"] = mapping["category_id"]
    return Roles(mapping, unsure, rivals)


def _fitting(
    role: str, free: Sequence[Profile], mapping: dict[str, str], profiles: Sequence[Profile]
) -> list[Profile]:
    """Return the columns whose names and values can be those of a role, the surest first."""
    places = {p.name: place for p in free if (place := place_of(role, p.name)) is not None}
    fitting = sorted(
        (p for p in free if p.name in places and _can_be(role, p, mapping, profiles)),
        key=lambda profile: (places[profile.name], profile.name.count(".")),
    )
    if role in ("user", "product"):
        fitting = _filled(role, _varied(_repeated(fitting, places), places), places)
    if role == "type":  # of several, the one that has purchases
        fitting.sort(key=lambda profile: not event_types.has_purchases(profile.values))
    return [p for p in fitting if p.values] or fitting


def _namesakes(fitting: Sequence[Profile]) -> tuple[str, ...]:
    """Return the columns of times that have one name, where they are of different days."""
    first, *others = fitting
    rivals = [
        p.name
        for p in others
        if bare_name(p.name) == bare_name(first.name) and not are_close(first.cells, p.cells)
    ]
    return (first.name, *rivals) if rivals else ()


def _repeated(fitting: list[Profile], places: Mapping[str, tuple[int, int]]) -> list[Profile]:
    """Leave out ids that no row shares with another, where other ids are shared."""
    shared = [p for p in fitting if p.values and not p.is_unique and places[p.name][0] <= _IDS]
    return shared if fitting and fitting[0].is_unique and shared else fitting


def _varied(fitting: list[Profile], places: Mapping[str, tuple[int, int]]) -> list[Profile]:
    """Put ids of which there is one alone, such as that of the staff, behind those that vary."""
    constant = [p for p in fitting if p.is_constant]
    others = [p for p in fitting if p not in constant]
    has_ids = any(places[p.name][0] <= _IDS and p.values for p in others)
    return [*others, *constant] if has_ids else fitting


def _filled(
    role: str, fitting: list[Profile], places: Mapping[str, tuple[int, int]]
) -> list[Profile]:
    """Put ids that most rows do not have behind those that all rows have."""
    last = _SURE if role == "product" else _IDS  # no session for a buyer
    sparse = [p for p in fitting if p.is_sparse]
    others = [p for p in fitting if p not in sparse]
    has_ids = any(places[p.name][0] <= last and p.values == p.cells for p in others)
    return [*others, *sparse] if has_ids else fitting


def _can_be(
    role: str, profile: Profile, mapping: dict[str, str], profiles: Sequence[Profile]
) -> bool:
    """Return whether a column's values can be what its name says."""
    if not profile.values:
        return True
    if role == "time":
        return profile.has_times
    if role == "type" and bare_name(profile.name) in ("type", "tipo"):
        return _is_type(profile, mapping, profiles)
    if role in ("price", "quantity") and bare_name(profile.name) == "amount":  # of money, of pieces
        return profile.is_number and profile.is_pieces == (role == "quantity")
    if role == "product" and bare_name(profile.name) == "appid":  # that of the shop, or of apps
        return not profile.is_constant
    if role == "product" and bare_name(profile.name) == "material":  # a number, or a fabric
        return profile.has_digits
    if role in ("price", "quantity"):
        return profile.is_number
    return True


def _is_type(profile: Profile, mapping: dict[str, str], profiles: Sequence[Profile]) -> bool:
    """Return whether a column called “type” is an event's: by its words, or its many codes."""
    if event_types.looks_like_types(profile.values):
        return True
    product = next((p for p in profiles if p.name == mapping.get("product")), None)
    return (
        profile.is_whole
        and 1 < profile.distinct < 10
        and product is not None
        and profile.varies_within(product)
    )


def _doubt(role: str, fitting: Sequence[Profile]) -> str | None:
    """Return why another column might have been meant; None where nothing speaks for one."""
    first, *others = fitting
    place = place_of(role, first.name)
    if role not in ("user", "product") or place is None:
        return None
    rank = place[0]
    sparse = [p.name for p in others if p.is_sparse and (place_of(role, p.name) or place) < place]
    if sparse and not first.is_sparse:
        return _("most rows have no {column}").format(column=sparse[0])
    if role == "user" and is_visit_name(first.name):
        return N_("the file names sessions, no buyers")
    if role == "user" and (shared := _household_or_member(first, others)):
        return _("{column} may be meant, too: a household or a person in it").format(column=shared)
    if rank > _SURE:
        return N_("the column was taken for want of one with ids")
    rivals = [p.name for p in others if (other := place_of(role, p.name)) and other[0] <= _IDS]
    if rivals:
        return _("{columns} may be meant, too").format(columns=", ".join(rivals[:3]))
    return None


def _household_or_member(first: Profile, others: Sequence[Profile]) -> str | None:
    """Return the household beside the person that was chosen, or the other way round."""
    for other in others:
        place = place_of("user", other.name)
        is_person = place is not None and place[0] <= _SURE and not is_visit_name(other.name)
        if is_person and is_household_name(first.name) != is_household_name(other.name):
            return other.name
    return None


def _find_time(
    profiles: Sequence[Profile], mapping: dict[str, str], unsure: dict[str, str]
) -> tuple[str, ...]:
    """Find a column of times whatever it is called, and the clock beside a column of days.

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
    found: dict[int, str] = {}
    for profile in free:
        part = time_part_of(profile.name)
        is_event = is_name_of_event_time(profile.name)
        if part is not None and is_event and profile.is_between(*_PART_RANGES[part]):
            found.setdefault(part, profile.name)
    names = [found[part] for part in itertools.takewhile(found.__contains__, range(6))]
    if len(names) < 3:
        return False
    mapping["time"] = JOIN.join(names)
    return True


def _unread_time(profiles: Sequence[Profile], mapping: Mapping[str, str]) -> str | None:
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


def _find_by_words(
    profiles: Sequence[Profile], mapping: dict[str, str], unsure: dict[str, str]
) -> None:
    """Find a price and pieces by words of their names, and say which money is not read."""
    free = [p for p in profiles if p.values and p.name not in mapping.values() and p.is_number]
    if "price" not in mapping:
        ranks = {p.name: rank for p in free if (rank := price_by_word(p.name)) is not None}
        if ranks:
            mapping["price"] = min(ranks, key=ranks.__getitem__)
            unsure["price"] = _BY_A_WORD
        elif money := next(
            (p.name for p in free if p.has_fractions and is_money_name(p.name)), None
        ):
            doubt = _("{column} may be the price, and is not read")
            unsure.setdefault("price", doubt.format(column=money))
    if "quantity" not in mapping:
        pieces = [p.name for p in free if p.is_whole and is_pieces_by_word(p.name)]
        if len(pieces) == 1:
            mapping["quantity"] = pieces[0]
            unsure["quantity"] = _BY_A_WORD


def _find_type(
    profiles: Sequence[Profile], mapping: dict[str, str], unsure: dict[str, str]
) -> None:
    """Find a column of event types by its words, or one that says yes or no to a purchase."""
    free = [
        profile
        for profile in profiles
        if profile.name not in mapping.values()
        and profile.values
        and len(profile.values) >= _MOST * len(profile.cells)
    ]
    flags = {p.name for p in free if event_types.flag_meanings(p.name, p.values)}
    for profile in free:
        is_type = profile.distinct > 1 and event_types.looks_like_types(profile.values)
        if is_type or (profile.name in flags and event_types.is_purchase_flag(profile.name)):
            mapping["type"] = profile.name
            unsure["type"] = N_("the column was found by its values")
            return
    for profile in free:
        if 1 < profile.distinct <= _MOST_CODES and is_action_name(profile.name):
            mapping["type"] = profile.name
            unsure["type"] = _BY_A_WORD
            return
    unused = [p for p in profiles if p.name not in mapping.values()]
    others = flags or {p.name for p in unused if event_types.counts_returns(p.name)}
    others = others or {p.name for p in unused if event_types.may_undo(p.name, p.values)}
    others = others or {p.name for p in profiles if _has_credits(p, mapping)}
    others = others or {p.name for p in unused if _may_count_returns(p)}
    if others:
        doubt = _("every row is taken for a purchase, but {column} may say otherwise")
        unsure["type"] = doubt.format(column=min(others))


def _may_count_returns(profile: Profile) -> bool:
    """Return whether a column holds pieces below zero, which no sign that is read tells."""
    is_read = is_sign_name(profile.name) or is_money_name(profile.name)
    return profile.are_pieces_with_returns and not is_read


def _has_credits(profile: Profile, mapping: Mapping[str, str]) -> bool:
    """Return whether some of the prices or numbers of documents are marked as those of credits."""
    if profile.name == mapping.get("price"):
        return event_types.are_some_credits(profile.values)
    is_document = profile.name == mapping.get("session")
    return is_document and event_types.are_some_credit_notes(profile.values)


def _by_value(profiles: Sequence[Profile]) -> Roles:
    """Return the roles of columns without names: times and types by value, then ids in order."""
    rest = list(profiles)
    if len(rest) > 2 and rest[0].is_index:
        rest = rest[1:]
    mapping: dict[str, str] = {}
    unsure: dict[str, str] = {
        "user": N_("the file names no columns"),
        "product": N_("the file names no columns"),
    }
    if len(rest) < 2:
        return Roles(mapping)
    rest = _without_times(rest, mapping)
    for profile in rest:
        if event_types.looks_like_types(profile.values) and profile.distinct > 1:
            mapping["type"] = profile.name
            rest.remove(profile)
            break
    ids = [p for p in rest if not (p.is_measure or p.is_list)]
    if len(ids) > 2 and ids[0].is_part_of(ids[1]):
        mapping["session"] = ids.pop(0).name
    if not (pair := _buyer_and_product(ids, rest)):
        return Roles({})
    user, product = pair
    mapping |= {"user": user.name, "product": product.name}
    for profile in (p for p in rest if p.name not in mapping.values()):
        if "category" not in mapping and _is_category(profile, product):
            mapping["category"] = profile.name
        elif "price" not in mapping and _is_price(profile):
            mapping["price"] = profile.name
            unsure["price"] = N_("the column was found by its values")
    return Roles(mapping, unsure)


def _buyer_and_product(
    ids: Sequence[Profile], profiles: Sequence[Profile]
) -> tuple[Profile, Profile] | None:
    """Return which of some columns without names are the buyer and the product.

    None where too few are ids, or as many as three may be meant.
    """
    if len(ids) < 2 or _are_pieces(ids[1], profiles):
        return None
    user, product = ids[0], _finest(ids[1:])
    if _look_swapped(user, product):
        user, product = product, user
    others = [other for other in ids if other not in (user, product)]
    return None if any(_is_rival(other, user, product) for other in others) else (user, product)


def _is_rival(other: Profile, user: Profile, product: Profile) -> bool:
    """Return whether a column without a name has ids of its own beside the buyer and product."""
    return other.looks_like_ids and all(
        first.varies_within(second) and second.varies_within(first)
        for first, second in ((other, user), (other, product))
    )


def _look_swapped(user: Profile, product: Profile) -> bool:
    """Return whether one column's ids look like those of products, the other's like buyers'."""
    return any(
        all(map(of_products, user.values)) and all(map(of_users, product.values))
        for of_products, of_users in _LOOKS
    )


def _without_times(profiles: Sequence[Profile], mapping: dict[str, str]) -> list[Profile]:
    """Return the columns that are no times, and map the one that is the event's."""
    textual = [p for p in profiles if p.is_time and p.is_written_as_time]
    days = [p for p in profiles if p.is_time and p.is_recent and p.is_day]
    numeric = [p for p in profiles[2:] if p.is_time and p.is_recent]
    for profile in [*textual, *reversed(numeric), *days][:1]:
        mapping["time"] = profile.name
        rest = [other for other in profiles if other is not profile]
        clocks = [other for other in rest if other.is_clock] if profile.is_day else []
        if len(clocks) == 1:
            mapping["time"] = f"{profile.name}{JOIN}{clocks[0].name}"
            rest.remove(clocks[0])
        return rest
    return list(profiles)


def _are_pieces(product: Profile, profiles: Sequence[Profile]) -> bool:
    """Return whether a column without a name counts pieces, beside what seems to be their price."""
    return product.is_pieces and any(map(_is_price, profiles))


def _finest(ids: Sequence[Profile]) -> Profile:
    """Return the first column of ids, or a later one of texts whose values the first one groups."""
    first, *others = ids
    for other in others:
        is_finer = first.distinct < other.distinct < len(other.values) and other.is_text
        if is_finer and first.is_text and not first.varies_within(other):
            return other
    return first


def _is_price(profile: Profile) -> bool:
    return profile.has_fractions and profile.distinct > 10 and not profile.is_coordinate


def _is_category(profile: Profile, product: Profile) -> bool:
    """Return whether a column without a name groups the products."""
    if not profile.values or profile.has_fractions or profile.is_list:
        return False
    grouped = profile.distinct < product.distinct * _MOST_CATEGORIES
    long_ids = all(value.isdigit() and len(value) >= 4 for value in profile.values)
    return grouped and (profile.is_text or long_ids)
