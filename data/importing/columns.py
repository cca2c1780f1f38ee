"""The mapping from columns of a file to columns of an event: guess, preview, corrections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.errors import BadInput
from data.events import NAMES
from data.i18n import _
from data.importing.column_sql import MISSING, ColumnSql
from data.importing.companions import LOG
from data.importing.dialect import Dialect, sniff
from data.importing.roles import JOIN, Roles, roles
from data.importing.staging import is_unpacked, size_of, staged
from data.importing.understanding import understanding
from data.progress import never

_ALIASES = {"item": "product", "event": "type", "timestamp": "time", "customer": "user"}
_LARGEST_UNPACKED = 64 << 20


@dataclass(frozen=True)
class Preview:
    """What a person sees before an import.

    Attributes
    ----------
    columns : tuple of str
        The file's columns; ``"1"``, ``"2"``, … where it names none.
    rows : tuple of tuple of str
        Its first rows.
    mapping : dict
        Event column → column of the file, as guessed.
    understood : dict
        How the file is read, as ``understanding`` says; ``problem`` alone, a sentence, where a
        person has to decide; empty where the buyer or the product is not found.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    mapping: dict[str, str]
    understood: dict[str, Any] = field(default_factory=dict)


def preview(path: Path, folder: Path) -> Preview | None:
    """Return a file's first rows and what its columns seem to be.

    Of an archive, a workbook or a folder, the first part that holds a log is looked at.

    Parameters
    ----------
    path : Path
    folder : Path
        Receives what has to be unpacked for a look, and is empty again afterwards.

    Returns
    -------
    Preview or None
        None where the file is too large to be unpacked for a look.

    Raises
    ------
    BadInput
        Where the file is none that can be read.
    """
    if size_of(path) > _LARGEST_UNPACKED and is_unpacked(path):
        return None
    first: Preview | None = None
    for member in staged([path], folder, never, preferred=LOG):
        part = _preview(sniff(member.path))
        if {"user", "product"} <= part.mapping.keys():
            return part
        first = first or part
    return first


def _preview(dialect: Dialect) -> Preview:
    guessed = guess(dialect)
    understood: dict[str, Any] = {}
    if {"user", "product"} <= guessed.mapping.keys():
        try:
            columns = ColumnSql.of(dialect, guessed.mapping)
            understood = understanding(dialect, columns, guessed.unsure)
        except BadInput as error:
            understood = {"problem": str(error)}
    return Preview(dialect.columns, dialect.sample[:20], guessed.mapping, understood)


def guess(dialect: Dialect) -> Roles:
    """Return what the columns of a file are taken for, by their names and values."""
    return roles(dialect.columns, dialect.sample, MISSING)


def resolve(dialect: Dialect, corrections: Mapping[str, str] | None, file: str) -> Roles:
    """Return the mapping that an import uses: the guess with a person's corrections.

    Raises
    ------
    BadInput
        Where an event column or a file's column is unknown, or no column holds the buyer or the
        product.
    """
    guessed = guess(dialect)
    mapping, unsure = dict(guessed.mapping), dict(guessed.unsure)
    for key, column in (corrections or {}).items():
        name = _ALIASES.get(key, key)
        if name not in NAMES:
            raise BadInput(
                _("{name} is not a column of an event; the columns are: {known}.").format(
                    name=key, known=", ".join(NAMES)
                )
            )
        if column and not _has(dialect, column):
            raise BadInput(
                _("{file} has no column {name}; its columns are: {known}.").format(
                    file=file, name=column, known=_shortly(dialect.columns)
                )
            )
        mapping = {k: v for k, v in mapping.items() if v != column or k == name}
        mapping[name] = column
        unsure.pop(name, None)
    mapping = {name: column for name, column in mapping.items() if column}
    missing = [name for name in ("user", "product") if name not in mapping]
    if missing:
        raise BadInput(
            _(
                "{file} has no column that looks like the {missing}; its columns are: {known}. "
                "Name it with --map {example}, or the line of the header with --header-line."
            ).format(
                file=file,
                missing=_(" or the ").join(missing),
                known=_shortly(dialect.columns),
                example=",".join(f"{name}=COLUMN" for name in missing),
            )
        )
    return Roles({name: mapping[name] for name in NAMES if name in mapping}, unsure)


def _has(dialect: Dialect, column: str) -> bool:
    """Tell whether a file has a column, or both columns of ``DAY+CLOCK``."""
    if column in dialect.columns:
        return True
    parts = column.split(JOIN)
    return len(parts) == 2 and all(part in dialect.columns for part in parts)


def _shortly(columns: Sequence[str]) -> str:
    shown = ", ".join(column[:40] for column in columns[:12])
    return shown + ", …" if len(columns) > 12 else shown
