"""Columns that have a value in the first row of an order alone, which holds for its other rows."""

from collections.abc import Mapping, Sequence

from data.importing.profile import Profile
from data.importing.type_column import looks_like_types

_KEYS = ("session", "user", "time")
_FEW_ROWS = 3


def forward_filled(profiles: Sequence[Profile], mapping: Mapping[str, str]) -> dict[str, Profile]:
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
    columns = {}
    for profile in profiles:
        empty = [place for place, cell in enumerate(profile.cells) if not cell]
        if profile.name == mapping.get("user") and not all(
            (session and session[place]) or (time and not time[place]) for place in empty
        ):
            continue
        is_key = profile in keys or looks_like_types(profile.values)
        if is_key and len(empty) >= _FEW_ROWS and all(goes_on[place] for place in empty):
            columns[profile.name] = Profile(profile.name, _filled_cells(profile.cells))
    return columns


def _filled_cells(cells: Sequence[str]) -> list[str]:
    """Return cells with that above in the place of empty ones."""
    filled: list[str] = []
    for cell in cells:
        filled.append(cell or (filled[-1] if filled else ""))
    return filled
