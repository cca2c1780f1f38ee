"""Roles of named columns: names say them, and values confirm or refute what the names say."""

from collections.abc import Mapping, Sequence

from data.events import NAMES
from data.i18n import N_, _
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
from data.importing.flags import flag_meanings, is_purchase_flag
from data.importing.profile import Profile
from data.importing.return_marks import (
    are_some_credit_notes,
    are_some_credits,
    counts_returns,
    may_undo,
)
from data.importing.roles import Roles
from data.importing.time_columns import find_time, unread_time
from data.importing.time_inference import are_close
from data.importing.type_column import looks_like_types
from data.importing.type_words import has_purchases

_ORDER = ("time", "user", "product", "type", *NAMES[4:])
_IDS, _SURE = 1, 3
"""The last ranks of names that are marked as ids, and that are no last resort."""
_BY_A_WORD = N_("the column was found by a word of its name")
_MOST_CODES = 12  # of a column that is found by the word of an action
_MOST = 0.95  # of the cells of a column of event types


def roles_by_name(profiles: Sequence[Profile]) -> Roles:
    """Return the roles of named columns; one that nothing speaks for is left out."""
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
    rivals = find_time(usable, mapping, unsure) or namesakes
    _find_by_words(usable, mapping, unsure)
    if "time" not in mapping and (unread := unread_time(usable, mapping)):
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
        fitting.sort(key=lambda profile: not has_purchases(profile.values))
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
    if looks_like_types(profile.values):
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
    flags = {p.name for p in free if flag_meanings(p.name, p.values)}
    for profile in free:
        is_type = profile.distinct > 1 and looks_like_types(profile.values)
        if is_type or (profile.name in flags and is_purchase_flag(profile.name)):
            mapping["type"] = profile.name
            unsure["type"] = N_("the column was found by its values")
            return
    for profile in free:
        if 1 < profile.distinct <= _MOST_CODES and is_action_name(profile.name):
            mapping["type"] = profile.name
            unsure["type"] = _BY_A_WORD
            return
    unused = [p for p in profiles if p.name not in mapping.values()]
    others = flags or {p.name for p in unused if counts_returns(p.name)}
    others = others or {p.name for p in unused if may_undo(p.name, p.values)}
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
        return are_some_credits(profile.values)
    is_document = profile.name == mapping.get("session")
    return is_document and are_some_credit_notes(profile.values)
