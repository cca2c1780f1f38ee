"""Settings as dataclass fields: read from text, checked against what their metadata allows."""

import dataclasses
import types
import typing
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from data.errors import BadInput
from data.i18n import _

YES = frozenset({"true", "yes", "on", "1"})
NO = frozenset({"false", "no", "off", "0"})
NOTHING = frozenset({"", "none", "null"})


def setting(
    default: Any,
    *,
    label: str,
    help: str,
    group: str,
    low: float | None = None,
    high: float | None = None,
    choices: Collection[str] | None = None,
) -> Any:
    """Return a dataclass field that a form, the command line and a check can all read.

    Texts are marked with ``N_`` by the caller and translated where they are shown.
    """
    limits = {"low": low, "high": high, "choices": choices}
    held = {name: limit for name, limit in limits.items() if limit is not None}
    return dataclasses.field(
        default=default, metadata={"label": label, "help": help, "group": group, **held}
    )


def read(owner: type, name: str, value: Any, *, shown_as: str | None = None) -> Any:
    """Turn a text or JSON value into what the field of a dataclass holds, and check it.

    Parameters
    ----------
    owner : type
        The dataclass.
    name : str
        The field's name.
    value : object
        Text as typed by a person, or a value of the right type already.
    shown_as : str, optional
        What the field is called in an error, where it is nested.

    Raises
    ------
    BadInput
        Where the value has another type or lies outside of what is allowed; names the field,
        the value and what is allowed.
    """
    field = next(field for field in dataclasses.fields(owner) if field.name == name)
    kinds = _kinds(_hints(owner)[name])
    shown_as = shown_as or name
    try:
        result = _convert(kinds, value)
    except (ValueError, TypeError, OverflowError) as error:
        sentence = _refusal(shown_as, value, allowed(field.metadata, kinds))
        raise BadInput(sentence, shown_as) from error
    check(field.metadata, kinds, shown_as, result)
    return result


def check(metadata: Mapping[str, Any], kinds: tuple[Any, ...], name: str, value: Any) -> None:
    """Raise BadInput where a value of the right type is not allowed."""
    choices, low = metadata.get("choices"), metadata.get("low")
    values = value if isinstance(value, tuple) else (value,)
    wrong = choices is not None and any(one not in choices for one in values)
    if low is not None and isinstance(value, int | float):
        wrong = not low <= value <= metadata["high"]
    if wrong:
        raise BadInput(_refusal(name, value, allowed(metadata, kinds)), name)


def allowed(metadata: Mapping[str, Any], kinds: tuple[Any, ...]) -> str:
    """Say in words which values a field takes."""
    if metadata.get("choices"):
        listed = ", ".join(metadata["choices"])
        several = _("some of {choices}, separated by commas")
        return (several if tuple in kinds else _("one of {choices}")).format(choices=listed)
    if "low" in metadata:
        kind = _("a whole number") if int in kinds else _("a number")
        return _("{kind} from {low} to {high}").format(
            kind=kind, low=_plain(metadata["low"]), high=_plain(metadata["high"])
        )
    names = {
        bool: _("true or false"),
        date: _("a date such as 2019-11-30"),
        int: _("a whole number"),
        float: _("a number"),
    }
    return next((names[kind] for kind in kinds if kind in names), _("a text"))


def _plain(limit: float) -> str:
    """Write a number without an exponent."""
    return format(Decimal(repr(limit)), "f")


def _refusal(name: str, value: Any, allowed_values: str) -> str:
    shown = ",".join(map(str, value)) if isinstance(value, tuple | list) else value
    return _("{field} cannot be “{value}”: it takes {allowed}.").format(
        field=name, value=shown, allowed=allowed_values
    )


@cache
def _hints(owner: type) -> dict[str, Any]:
    return typing.get_type_hints(owner)


def _kinds(hint: Any) -> tuple[Any, ...]:
    """Return the plain types of an annotation: ``int | None`` gives ``(int, NoneType)``."""
    parts = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return tuple(typing.get_origin(part) or part for part in parts)


def _convert(kinds: tuple[Any, ...], value: Any) -> Any:
    if type(None) in kinds and (value is None or str(value).strip().lower() in NOTHING):
        return None
    kind = next(kind for kind in kinds if kind is not type(None))
    return _READERS[kind](value)


def _boolean(value: Any) -> bool:
    word = str(value).strip().lower()
    if word not in YES | NO:
        raise ValueError(word)
    return word in YES


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError(value)
    number = float(value)
    if number != int(number):
        raise ValueError(value)
    return int(number)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError(value)
    return float(value)


def _names(value: Any) -> tuple[str, ...]:
    words = value.split(",") if isinstance(value, str) else value
    found = tuple(dict.fromkeys(str(word).strip() for word in words))
    return tuple(word for word in found if word)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value).strip())


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value.strip()


_READERS: dict[Any, Any] = {
    bool: _boolean,
    int: _whole,
    float: _number,
    str: _text,
    tuple: _names,
    date: _day,
}
