"""Roles of columns without names: times and types by their values, then ids by their order."""

import re
from collections.abc import Sequence

from data.i18n import N_
from data.importing.profile import Profile
from data.importing.roles import Roles
from data.importing.time_names import JOIN
from data.importing.type_column import looks_like_types

_LOOKS = (
    (re.compile("B0").match, re.compile("A").match),  # Amazon's products and reviewers
    (
        re.compile(r"(p|i|item|prod|product|sku)[-_ ]?\d+", re.I).fullmatch,
        re.compile(r"(u|user|c|cust|customer|buyer)[-_ ]?\d+", re.I).fullmatch,
    ),
)
"""How ids of products and of buyers look that no header names."""
_MOST_CATEGORIES = 0.5


def roles_by_value(profiles: Sequence[Profile]) -> Roles:
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
        if looks_like_types(profile.values) and profile.distinct > 1:
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
