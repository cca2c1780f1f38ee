"""Validated configuration classes: types that read text, and errors that name the setting.

A configuration is a frozen Pydantic dataclass that inherits from ``Configuration``. Its fields have
the types below, which accept what a person types as well as JSON values, and are declared with
``setting``, so that forms, the command line and documentation can describe them.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.dataclasses import dataclass
from pydantic_core import ArgsKwargs, core_schema

from data.comma_list import read_list, write_list
from data.errors import BadInput
from data.i18n import _

TRUE = frozenset({"true", "yes", "on", "1"})
FALSE = frozenset({"false", "no", "off", "0"})
NULL = frozenset({"", "none", "null"})


def _require(condition: bool, value: Any) -> None:
    """Raise the ValueError that Pydantic turns into a validation error."""
    if not condition:
        raise ValueError(value)


def _read_bool(value: Any) -> bool:
    word = str(value).strip().lower()
    _require(word in TRUE | FALSE, value)
    return word in TRUE


def _read_float(value: Any) -> float:
    _require(isinstance(value, str | int | float) and not isinstance(value, bool), value)
    return float(value)


def _read_int(value: Any) -> int:
    number = _read_float(value)
    _require(math.isfinite(number) and number == int(number), value)
    return int(number)


def _read_text(value: Any) -> str:
    _require(isinstance(value, str), value)
    return str(value).strip()


def _read_list(value: Any) -> tuple[str, ...]:
    _require(isinstance(value, str | list | tuple), value)
    words = read_list(value) if isinstance(value, str) else value
    return tuple(dict.fromkeys(word for word in (str(word).strip() for word in words) if word))


def _read_day(value: Any) -> date | None:
    if value is None or (isinstance(value, str) and value.strip().lower() in NULL):
        return None
    return value if isinstance(value, date) else date.fromisoformat(str(value).strip())


Bool = Annotated[bool, BeforeValidator(_read_bool)]
Float = Annotated[float, BeforeValidator(_read_float)]
Int = Annotated[int, BeforeValidator(_read_int)]
Text = Annotated[str, BeforeValidator(_read_text)]
TextList = Annotated[tuple[str, ...], BeforeValidator(_read_list)]
"""Reads ``a, "b, c"`` as well as a JSON list; a text without a comma is a list of one item."""
OptionalDay = Annotated[date | None, BeforeValidator(_read_day)]


@dataclasses.dataclass(frozen=True)
class OneOf:
    """Annotation of a text, or a list of texts, that must be among some choices.

    The choices are looked at when a value is validated: they may be a registry.
    """

    choices: Collection[str]

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, value: Any) -> Any:
        items = value if isinstance(value, tuple) else (value,)
        _require(all(item in self.choices for item in items), value)
        return value


def setting(
    default: Any,
    *,
    label: str,
    help: str,
    group: str = "",
    low: float | None = None,
    high: float | None = None,
) -> Any:
    """Declare a field of a configuration.

    Parameters
    ----------
    default : object
    label, help, group : str
        Marked for translation by the caller, and translated where they are shown.
    low, high : float, optional
        Smallest and largest number that the field takes.
    """
    return Field(
        default,
        title=label,
        description=help,
        ge=low,
        le=high,
        json_schema_extra={"group": group, "low": low, "high": high},
    )


@dataclasses.dataclass(frozen=True)
class SettingSpec:
    """What a form or a sentence needs to know of a field of a configuration.

    Attributes
    ----------
    key : str
        Flat key, such as ``preparation.min_user_events``.
    label, help, group : str
        Marked for translation.
    kind : type
        bool, int, float, str, tuple (a list of texts) or date.
    low, high : float or None
        Bounds of a number.
    choices : collection of str, optional
        Allowed texts.
    """

    key: str
    label: str
    help: str
    group: str
    default: Any
    kind: type
    low: float | None
    high: float | None
    choices: Collection[str] | None

    def allowed(self) -> str:
        """Return in words, in the language of this context, which values the field takes."""
        if self.choices is not None:
            template = _("one of {choices}")
            if self.kind is tuple:
                template = _("some of {choices}, separated by commas")
            return template.format(choices=", ".join(self.choices))
        if self.low is not None and self.high is not None:
            kind = _("a whole number") if self.kind is int else _("a number")
            return _("{kind} from {low} to {high}").format(
                kind=kind, low=_decimal(self.low), high=_decimal(self.high)
            )
        kinds = {
            bool: _("true or false"),
            date: _("a date such as 2019-11-30"),
            int: _("a whole number"),
            float: _("a number"),
            tuple: _("texts, separated by commas"),
        }
        return kinds.get(self.kind, _("a text"))


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Configuration:
    """Base of configuration classes; a wrong value raises BadInput however one is made.

    Attributes
    ----------
    key_prefix : str
        What precedes the names of the class's fields in flat keys.
    """

    key_prefix: ClassVar[str] = ""

    @model_validator(mode="wrap")
    @classmethod
    def _raise_bad_input(cls, values: Any, handler: Callable[[Any], Self]) -> Self:
        try:
            return handler(values)
        except ValidationError as error:
            arguments = values.kwargs if isinstance(values, ArgsKwargs) else values
            refusal = _first_error(cls, error, arguments)
        # Not raised in ``except``: Pydantic's error as a cause makes uncollectable cycles.
        raise refusal

    @classmethod
    def keys(cls) -> list[str]:
        """Return every flat key."""
        return [spec.key for spec in specs(cls).values()]


def validate(owner: Any, name: str, value: Any) -> Any:
    """Return a text or JSON value as a field of ``owner``, a configuration class, holds it.

    Raises
    ------
    BadInput
        Where the field does not take the value; names the field, the value and what it takes.
    """
    try:
        return _adapter(owner, name).validate_python(value)
    except ValidationError:
        pass  # raised below, as in ``Configuration``
    raise not_allowed(specs(owner)[name], value)


def not_allowed(spec: SettingSpec, value: Any) -> BadInput:
    """Return the error for a value that a setting does not take."""
    text = write_list(value) if isinstance(value, tuple | list) else value
    return BadInput(
        _("{field} cannot be “{value}”: it takes {allowed}.").format(
            field=spec.key, value=text, allowed=spec.allowed()
        ),
        spec.key,
    )


def specs(owner: Any) -> dict[str, SettingSpec]:
    """Return the specification of each field that ``setting`` declared, by name."""
    result = {}
    for name, field in owner.__pydantic_fields__.items():
        extra = field.json_schema_extra
        if not isinstance(extra, dict):
            continue
        result[name] = SettingSpec(
            key=owner.key_prefix + name,
            label=field.title or name,
            help=field.description or "",
            group=str(extra["group"]),
            default=field.default,
            kind=_kind(field.annotation),
            low=extra["low"],
            high=extra["high"],
            choices=next(
                (item.choices for item in field.metadata if isinstance(item, OneOf)), None
            ),
        )
    return result


def as_json(value: Any) -> Any:
    """Return a field's value as JSON has it: a list for a tuple, an ISO text for a day."""
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


@cache
def _adapter(owner: Any, name: str) -> TypeAdapter[Any]:
    field = owner.__pydantic_fields__[name]
    return TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]


def _first_error(owner: Any, error: ValidationError, values: Any) -> BadInput:
    """Return the first error of a validation, with the value as it was passed in."""
    details = error.errors(include_url=False)[0]
    name = str(details["loc"][0]) if details["loc"] else ""
    if name not in specs(owner):
        key = owner.key_prefix + name
        return BadInput(
            _("There is no setting “{key}”; the settings are {known}.").format(
                key=key, known=", ".join(owner.keys())
            ),
            key,
        )
    value = values.get(name, details["input"]) if isinstance(values, dict) else details["input"]
    return not_allowed(specs(owner)[name], value)


def _kind(annotation: Any) -> type:
    """Return the plain type of an annotation: ``date | None`` gives ``date``."""
    if isinstance(annotation, types.UnionType):
        annotation = next(part for part in typing.get_args(annotation) if part is not type(None))
    return typing.get_origin(annotation) or annotation  # type: ignore[no-any-return]


def _decimal(bound: float) -> str:
    """Return a number without an exponent, and a whole one without decimals."""
    return format(Decimal(repr(bound)).normalize(), "f")
