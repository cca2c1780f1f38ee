"""The column whose sign tells a return from a purchase."""

from collections.abc import Mapping, Sequence

from data.i18n import _
from data.importing import prices
from data.importing.column_words import is_money_name, is_sign_name
from data.importing.profile import Profile


def sign_column(
    columns: Sequence[str], sample: Sequence[Sequence[str]], mapping: Mapping[str, str]
) -> str:
    """Return the column whose sign tells returns from purchases; empty where there is none.

    It has pluses and minuses, or money that is above zero in most rows.

    Parameters
    ----------
    columns : sequence of str
        The names of the columns.
    sample : sequence of sequence of str
        The first rows as they are written: ``-``, a missing value elsewhere, may be a sign here.
    mapping : mapping
        Event column → column of the file.
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


def doubt_of_sign(sign: str, profiles: Sequence[Profile]) -> dict[str, str]:
    """Return that rows with a minus are taken for returns, where the first rows have some."""
    profile = next(p for p in profiles if p.name == sign)
    is_seen = any(map("-".__eq__, map(prices.signed, profile.values)))
    if profile.values == profile.cells and not is_seen:
        return {}
    doubt = _("rows with a minus in {column} are taken for returns").format(column=sign)
    return {"type": doubt}
