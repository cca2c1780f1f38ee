"""Inference of the roles of a file's columns, by their names and the values of first rows."""

from collections.abc import Sequence
from dataclasses import replace

from data.events import NAMES
from data.i18n import N_
from data.importing.forward_filling import forward_filled
from data.importing.profile import Profile
from data.importing.roles import Roles
from data.importing.roles_by_name import roles_by_name
from data.importing.roles_by_value import roles_by_value
from data.importing.sign_column import doubt_of_sign, sign_column

_FORWARD_FILLED = N_("empty cells are taken for the value of the row above, as of one order")


def infer_roles(
    columns: Sequence[str], sample: Sequence[Sequence[str]], missing: Sequence[str]
) -> Roles:
    """Return the role of each column of a file.

    Parameters
    ----------
    columns : sequence of str
        Their names; ``"1"``, ``"2"``, … where the file names none.
    sample : sequence of sequence of str
        The first rows, one text a cell; a row may be shorter than the header.
    missing : sequence of str
        Texts that stand for a missing value.
    """
    absent = frozenset(missing)
    profiles = []
    for place, name in enumerate(columns):
        cells = [row[place].strip() if len(row) > place else "" for row in sample]
        profiles.append(Profile(name, ["" if cell in absent else cell for cell in cells]))
    named = any(name != str(place) for place, name in enumerate(columns, start=1))
    roles = roles_by_name(profiles) if named else roles_by_value(profiles)
    if named and (fills := forward_filled(profiles, roles.mapping)):
        roles = roles_by_name([fills.get(p.name, p) for p in profiles])
        doubts = {role: _FORWARD_FILLED for role, name in roles.mapping.items() if name in fills}
        roles = replace(roles, unsure=doubts | roles.unsure, forward_filled=frozenset(fills))
    if named and (sign := sign_column(columns, sample, roles.mapping)):
        roles = replace(roles, sign=sign, unsure=doubt_of_sign(sign, profiles) | roles.unsure)
    mapping = {name: roles.mapping[name] for name in NAMES if name in roles.mapping}
    return replace(roles, mapping=mapping)
