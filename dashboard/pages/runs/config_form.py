"""The form of a run's configuration, generated from the fields of its dataclass."""

import dataclasses
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from dashboard import formats
from data.errors import BadInput
from data.i18n import N_, _
from data.preparation.preparation import Preparation
from model.config.fields import allowed, read
from model.config.run_config import NESTED, RunConfig

Kind = Literal["number", "choice", "several", "switch", "day", "words"]

WHOLE = ""  # the key of an error that is not about a field of the form
PREPARATION_GROUP = N_("Preparation")

# The settings that are shown at once; all others stand under "More settings".
COMMON = frozenset(
    {
        "protocol",
        "sequence_length",
        "features",
        "network",
        "width",
        "dropout",
        "loss",
        "epochs",
        "batch_size",
        "learning_rate",
        "early_stopping",
        "preparation.event_types",
        "preparation.require_brand",
        "preparation.require_category",
        "preparation.category_prefix",
        "preparation.min_user_events",
    }
)
CHOICE_NAMES = {
    "temporal": N_("Temporal: learn from the past, judge on the future"),
    "leave-one-out": N_("Leave one out: the last event of each buyer"),
    "paper": N_("As in the paper"),
    "full_softmax": N_("Full softmax: every product"),
    "sampled_softmax": N_("Sampled softmax: some products"),
    "constant": N_("Constant"),
    "cosine": N_("Cosine"),
    "plateau": N_("Halved on a plateau"),
    "product": N_("Product"),
    "category": N_("Category"),
    "brand": N_("Brand"),
    "price": N_("Price"),
    "category_1": N_("First level of the category"),
    "category_2": N_("Second level of the category"),
    "relative_price": N_("Price beside its category"),
    "type": N_("Event type"),
    "hour": N_("Hour"),
    "weekday": N_("Weekday"),
    "gap": N_("Time since the event before"),
}


@dataclass(frozen=True)
class Setting:
    """One field of the form.

    Attributes
    ----------
    key : str
        Flat key of the configuration, such as ``preparation.min_user_events``.
    label, explanation, group : str
        Marked for translation; translate them where they are shown.
    kind : str
        Type of the control.
    choices : tuple of str
        The allowed values of a choice.
    hint : str
        The range of a number, in the language of this context.
    """

    key: str
    label: str
    explanation: str
    group: str
    kind: Kind
    choices: tuple[str, ...]
    hint: str

    @property
    def common(self) -> bool:
        """Whether it is shown at once, not under "More settings"."""
        return self.key in COMMON


@dataclass(frozen=True)
class Checked:
    """The checked values of a form.

    Attributes
    ----------
    config : RunConfig or None
        The configuration; None where a value is not allowed.
    errors : dict
        A sentence for each field that is wrong; under ``WHOLE`` where it is about no field.
    changed : dict
        The keys that differ from the base configuration, with their new values.
    """

    config: RunConfig | None
    errors: dict[str, str]
    changed: dict[str, Any]


def settings() -> list[Setting]:
    """Return every field of the form, in the order of the dataclasses."""
    fields: list[Setting] = []
    for field in dataclasses.fields(RunConfig):
        if field.name == NESTED:
            fields += _of(Preparation, f"{NESTED}.")
        else:
            fields += _of(RunConfig, "", field.name)
    return fields


def grouped() -> list[tuple[str, list[Setting]]]:
    """Return the fields by group, groups in the order of their first field."""
    groups: dict[str, list[Setting]] = {}
    for setting in settings():
        groups.setdefault(setting.group, []).append(setting)
    return list(groups.items())


def check(base: RunConfig, values: Mapping[str, Any]) -> Checked:
    """Check the values of a form, each by itself and then all together.

    Parameters
    ----------
    base : RunConfig
        The configuration that the form started from.
    values : mapping
        From flat keys to the values of the controls; None is an empty control.
    """
    settings = {key: "" if value is None else value for key, value in values.items()}
    errors = {key: message for key, value in settings.items() if (message := problem(key, value))}
    if errors:
        return Checked(None, errors, {})
    try:
        config = base.override(settings)
    except BadInput as error:
        field = error.field if error.field in settings else WHOLE
        return Checked(None, {field or WHOLE: str(error)}, {})
    before, after = base.as_dict(), config.as_dict()
    return Checked(config, {}, {key: after[key] for key in after if after[key] != before[key]})


def problem(key: str, value: Any) -> str:
    """Return a sentence on why a value is not allowed; empty where it is.

    Examples
    --------
    >>> problem("epochs", "5")
    ''
    >>> problem("dropout", "2")
    'dropout cannot be “2.0”: it takes a number from 0.0 to 0.9.'
    """
    owner, name = _place(key)
    try:
        read(owner, name, value, shown_as=key)
    except BadInput as error:
        return str(error)
    return ""


def control_value(setting: Setting, value: Any) -> Any:
    """Return a value of ``RunConfig.as_dict`` as the field's control holds it."""
    if setting.kind == "several":
        return list(value or ())
    if setting.kind == "switch":
        return bool(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def choice_name(choice: str) -> str:
    """Return the name of a choice in the form."""
    if choice in CHOICE_NAMES:
        return _(CHOICE_NAMES[choice])
    return formats.network(choice)


def as_text(value: Any) -> str:
    """Return a value of a configuration as text that ``RunConfig.override`` reads again.

    Examples
    --------
    >>> as_text(["product", "price"]), as_text(True), as_text(None), as_text(0.1)
    ('product,price', 'true', '', '0.1')
    """
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _of(owner: type, prefix: str, only: str | None = None) -> list[Setting]:
    hints = typing.get_type_hints(owner)
    return [
        Setting(
            key=prefix + field.name,
            label=field.metadata["label"],
            explanation=field.metadata["help"],
            group=field.metadata.get("group", PREPARATION_GROUP),
            kind=_kind(hints[field.name], field.metadata),
            choices=tuple(field.metadata.get("choices", ())),
            hint=_hint(hints[field.name], field.metadata),
        )
        for field in dataclasses.fields(owner)
        if only is None or field.name == only
    ]


def _kind(hint: Any, metadata: Mapping[str, Any]) -> Kind:
    parts = _parts(hint)
    if bool in parts:
        return "switch"
    if date in parts:
        return "day"
    if "choices" in metadata:
        return "several" if tuple in parts else "choice"
    return "number" if int in parts or float in parts else "words"


def _hint(hint: Any, metadata: Mapping[str, Any]) -> str:
    return allowed(metadata, _parts(hint)) if "low" in metadata else ""


def _parts(hint: Any) -> tuple[Any, ...]:
    """Return the plain types of an annotation."""
    parts: Sequence[Any] = typing.get_args(hint) if typing.get_origin(hint) is not tuple else ()
    return tuple(typing.get_origin(part) or part for part in (parts or (hint,)))


def _place(key: str) -> tuple[type, str]:
    head, dot, tail = key.partition(".")
    return (Preparation, tail) if dot and head == NESTED else (RunConfig, key)
