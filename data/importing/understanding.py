"""How a file was understood, in words: what was chosen, and what is not sure."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from data.i18n import N_, _, number
from data.importing import time_inference
from data.importing.column_inference import sample_values
from data.importing.column_sql import ColumnSql
from data.importing.dialect import Dialect
from data.importing.rejects import REASONS

_MOST_REJECTED = {"time": 0.1, "user": 1.0, "product": 1.0}
"""How a reason begins → the rejects with it for each event that are not worth a word."""
_UNSETTLED = {
    "time": N_("the first rows fit another order of day and month, too; all rows decide"),
    "price": N_("the first rows do not settle the decimal mark; all rows decide"),
}
_NUMBERS = N_("numbers are read as Tianchi and Tmall write event types: say with --type if not")
_UNKNOWN_NUMBERS = N_("the meaning of the numbers is not known: say it with --type 4=purchase")
_IMPLAUSIBLE = N_("the first ones are before 1995 or in the future: look what they count from")
_GUESTS = N_("0 is taken for guests, as so many rows have it: say with --guests if it is a buyer")
_NO_HEADER = N_("no line looks like names of columns")
_TITLES = N_("the lines before it are taken for titles")


def understanding(
    dialect: Dialect,
    columns: ColumnSql,
    unsure: Mapping[str, str] | None = None,
    given: Collection[str] = (),
) -> dict[str, Any]:
    """Return how a file is read, as JSON values.

    Parameters
    ----------
    dialect : Dialect
    columns : ColumnSql
    unsure : mapping, optional
        Event column → why another column might have been meant.
    given : collection of str
        What a person said: some of ``time``, ``price``, ``type``, ``encoding``, ``header`` and
        ``guests``.

    Returns
    -------
    dict
        ``time`` and ``price`` in words (price null where there is none), ``encoding``,
        ``compression``, ``delimiter``, ``header`` (its line, 0 for none), ``roles`` (event column
        → column of the file), ``types`` (text → type that it means), ``unsure`` (event column,
        ``encoding`` or ``header`` → why).
    """
    text = dialect.kind == "text"
    reasons = {name: _UNSETTLED[name] for name in columns.unsettled} | dict(unsure or {})
    if not columns.time.is_order:
        moments = sample_values(dialect, columns.positions["time"])
        if not time_inference.are_plausible(columns.time, moments):
            reasons["time"] = _IMPLAUSIBLE
    if any(re.fullmatch("0+", guest) for guest in columns.guests) and "guests" not in given:
        reasons["user"] = _GUESTS
    elif columns.dominant:
        reasons["user"] = _(
            "{buyer} has many times as many rows as any other: say with --guests "
            "if it stands for buyers who are not known"
        ).format(buyer=columns.dominant[:40])
    if any(code.isdigit() for code in columns.types):
        reasons.setdefault("type", _NUMBERS)
    elif columns.codes and not columns.types:
        reasons["type"] = _UNKNOWN_NUMBERS
    if text and not dialect.encoding.startswith(("utf", "ascii")):
        reasons["encoding"] = N_("told by its letters: look at names with accents")
    if text and dialect.header_line != 1:
        reasons["header"] = _TITLES if dialect.header_line else _NO_HEADER
    return {
        "time": columns.time.words(),
        "price": _price(columns),
        "encoding": dialect.encoding if text else None,
        "compression": dialect.compression,
        "delimiter": dialect.delimiter if text else None,
        "header": dialect.header_line if text else None,
        "roles": dict(columns.mapping),
        "types": dict(columns.types),
        "unsure": {name: _(reason) for name, reason in reasons.items() if name not in given},
    }


def all_rows_doubts(
    events: int,
    unreadable_prices: int,
    purchases: int | None,
    rejected: Mapping[str, int] | None = None,
    *,
    has_types: bool = True,
) -> dict[str, str]:
    """Return the doubts that all events of a log show: event column → why.

    Parameters
    ----------
    events, unreadable_prices : int
    purchases : int or None
        None where they were not counted.
    rejected : mapping, optional
        Reason → number of rows that became no events.
    has_types : bool
        Whether the log has a column of types; in others a row is a purchase or a return.
    """
    doubts = {}
    for reason, count in (rejected or {}).items():
        name = reason.split("_", maxsplit=1)[0]
        if count > events * _MOST_REJECTED.get(name, count):
            doubts[name] = _("{number} rows are rejected: {reason}").format(
                number=number(count), reason=_(REASONS[reason]).lower()
            )
    if purchases == 0:
        doubts["type"] = (
            _("no event is a purchase: say which with --type TEXT=purchase")
            if has_types
            else _("every row is a return, as its price or quantity is below zero")
        )
    if unreadable_prices * 10 > events:
        doubts["price"] = _("{number} prices cannot be read, and are missing").format(
            number=number(unreadable_prices)
        )
    return doubts


def _price(columns: ColumnSql) -> str | None:
    if "price" not in columns.positions:
        return None
    words = _price_form(columns)
    if columns.price_of_all:
        return _("{form}; of all units of a row, divided by the quantity").format(form=words)
    return words


def _price_form(columns: ColumnSql) -> str:
    if columns.price.plain:
        return _("numbers with a decimal point")
    if columns.price.decimal_mark == ",":
        return _("decimal comma; currencies and thousands separators are left out")
    return _("decimal point; currencies and thousands separators are left out")
