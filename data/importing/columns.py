"""The mapping from columns of a file to columns of an event: the guess and its corrections."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from data.errors import BadInput
from data.events import NAMES
from data.i18n import _
from data.importing.column_inference import infer_columns
from data.importing.column_names import roles_of
from data.importing.column_sql import ColumnSql
from data.importing.dialect import Dialect
from data.importing.missing_values import MISSING
from data.importing.request import ImportRequest
from data.importing.role_inference import infer_roles
from data.importing.roles import Roles
from data.importing.time_names import JOIN

_ALIASES = {"item": "product", "event": "type", "timestamp": "time", "customer": "user"}


def guess(dialect: Dialect) -> Roles:
    """Return the roles of the columns of a file, by their names and values."""
    if dialect.names_columns:
        return infer_roles(dialect.columns, dialect.sample, MISSING)
    guessed = infer_roles(dialect.columns[: dialect.width], dialect.sample, MISSING)
    names = {
        role: name for name in dialect.columns[dialect.width :] for role in sorted(roles_of(name))
    }
    return replace(guessed, mapping=names | guessed.mapping)


def corrected(dialect: Dialect, corrections: Mapping[str, str] | None, file: str) -> Roles:
    """Return the roles of the columns of a file, with a person's corrections.

    Raises
    ------
    BadInput
        Where an event column or a file's column is unknown.
    """
    guessed = guess(dialect)
    mapping, unsure, times = dict(guessed.mapping), dict(guessed.unsure), guessed.times
    for key, column in (corrections or {}).items():
        name = _ALIASES.get(key, key)
        if name not in NAMES:
            raise BadInput(
                _("{name} is not a column of an event; the columns are: {known}.").format(
                    name=key, known=", ".join(NAMES)
                )
            )
        if column and not has_column(dialect, column):
            raise BadInput(
                _("{file} has no column {name}; its columns are: {known}.").format(
                    file=file, name=column, known=shortly(dialect.columns)
                )
            )
        if name == "time" and column != mapping.get("time", ""):
            times = ()
        mapping = {k: v for k, v in mapping.items() if v != column or k == name}
        mapping[name] = column
        unsure.pop(name, None)
    mapping = {name: mapping[name] for name in NAMES if mapping.get(name)}
    sign = "" if guessed.sign in mapping.values() or mapping.get("type") else guessed.sign
    return Roles(mapping, unsure, times, sign, guessed.forward_filled)


def resolve(dialect: Dialect, corrections: Mapping[str, str] | None, file: str) -> Roles:
    """Return the mapping that an import uses: the guess with a person's corrections.

    Raises
    ------
    BadInput
        Where an event column or a file's column is unknown, no column holds the buyer or the
        product, or several columns may as well be the time and a person did not say which.
    """
    roles = corrected(dialect, corrections, file)
    corrected_names = {_ALIASES.get(name, name) for name in corrections or {}}
    if roles.times and "time" not in corrected_names:
        raise BadInput(
            _(
                "{file} has several columns of times, {columns}; say which is that of the events "
                "with --map time=COLUMN."
            ).format(file=file, columns=shortly(roles.times))
        )
    missing = [name for name in ("user", "product") if name not in roles.mapping]
    if missing:
        raise BadInput(
            _(
                "{file} has no column that looks like the {missing}; its columns are: {known}. "
                "Name it with --map {example}, or the line of the header with --header-line."
            ).format(
                file=file,
                missing=_(" or the ").join(missing),
                known=shortly(dialect.columns),
                example=",".join(f"{name}=COLUMN" for name in missing),
            )
        )
    return roles


def has_column(dialect: Dialect, column: str) -> bool:
    """Return whether a file has a column, or all columns of ``DAY+CLOCK`` or ``YEAR+MONTH+DAY``."""
    if column in dialect.columns:
        return True
    parts = column.split(JOIN)
    return 1 < len(parts) <= 6 and all(part in dialect.columns for part in parts)


def shortly(columns: Sequence[str]) -> str:
    """Return the names of columns for a sentence: the first twelve, long ones cut."""
    shown = ", ".join(column[:40] for column in columns[:12])
    return shown + ", …" if len(columns) > 12 else shown


def column_sql(dialect: Dialect, roles: Roles, request: ImportRequest) -> ColumnSql:
    """Return how the columns of a file are read: as its first rows show, and a person says.

    Raises
    ------
    BadInput
        As ``infer_columns``.
    """
    return infer_columns(
        dialect,
        roles.mapping,
        request.time_format,
        request.decimal_mark,
        types=request.types,
        guests=request.guests,
        forward_filled=roles.forward_filled,
        sign=roles.sign,
    )
