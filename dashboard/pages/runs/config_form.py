"""The form of a run's configuration, generated from the fields of its dataclass."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from dashboard import formats
from data.comma_list import write_list
from data.errors import BadInput
from data.i18n import N_, _
from data.preparation.preparation import Preparation
from data.preparation.splits import PROTOCOLS
from data.validation import Configuration, SettingSpec, validate
from model.config.run_config import RunConfig, setting_specs

Kind = Literal["number", "choice", "several", "switch", "day", "words"]

WHOLE = ""  # the key of an error that is not about a field of the form

# The settings that are shown at once; all others stand under "More settings".
COMMON = frozenset(
    {
        "protocol",
        "horizon_days",
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
        "moment",
        "preparation.history_types",
        "preparation.target_types",
        "preparation.require_brand",
        "preparation.require_category",
        "preparation.category_prefix",
        "preparation.min_user_events",
    }
)
CHOICE_NAMES = {
    "protocol": PROTOCOLS,
    "moment": {
        "auto": N_("By protocol and history"),
        "event": N_("Just before the event"),
        "session": N_("Before its session"),
        "basket": N_("Before its basket"),
    },
    "loss": {
        "full_softmax": N_("Full softmax: every product"),
        "sampled_softmax": N_("Sampled softmax: sampled negatives"),
    },
    "schedule": {
        "constant": N_("Constant"),
        "cosine": N_("Cosine"),
        "plateau": N_("Halved on a plateau"),
    },
    "features": {
        "product": N_("Product"),
        "category": N_("Category"),
        "brand": N_("Brand"),
        "price": N_("Price"),
        "category_1": N_("First level of the category"),
        "category_2": N_("Second level of the category"),
        "relative_price": N_("Price relative to its category"),
        "type": N_("Event type"),
        "hour": N_("Hour"),
        "weekday": N_("Weekday"),
        "gap": N_("Time since the previous event"),
    },
}
"""Names of the choices of each setting; a choice without one is named as a network is."""
SPECIAL_VALUES = {
    "preparation.max_user_events": {0: N_("no limit")},
    "weight_averaging": {0: N_("off")},
    "gradient_clipping": {0: N_("off")},
    "early_stopping": {0: N_("off")},
    "cpus": {0: N_("two, or as many as there are")},
    "gpus": {-1: N_("one where there is any")},
    "memory": {0: N_("none is reserved")},
}
"""What values of numbers stand for that are no number of anything."""
NEEDS = {"horizon_days": ("protocol", "horizon")}
"""Settings that have an effect with one value of another setting alone."""


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
class CheckedForm:
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
    """Return every field of the form, in the order of the class, preparation in its place."""
    return [
        Setting(
            key=key,
            label=spec.label,
            explanation=spec.help,
            group=spec.group,
            kind=_kind(spec),
            choices=tuple(spec.choices or ()),
            hint=hint(key, spec),
        )
        for key, spec in setting_specs().items()
    ]


def grouped() -> list[tuple[str, list[Setting]]]:
    """Return the fields by group, groups in the order of their first field."""
    groups: dict[str, list[Setting]] = {}
    for setting in settings():
        groups.setdefault(setting.group, []).append(setting)
    return list(groups.items())


def check(base: RunConfig, values: Mapping[str, Any]) -> CheckedForm:
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
        return CheckedForm(None, errors, {})
    try:
        config = base.override(settings)
    except BadInput as error:
        field = error.field if error.field in settings else WHOLE
        return CheckedForm(None, {field or WHOLE: str(error)}, {})
    before, after = base.as_dict(), config.as_dict()
    return CheckedForm(config, {}, {key: after[key] for key in after if after[key] != before[key]})


def problem(key: str, value: Any) -> str:
    """Return a sentence on why a value is not allowed; empty where it is.

    Examples
    --------
    >>> problem("epochs", "5")
    ''
    >>> problem("dropout", "2")
    'dropout cannot be “2”: it takes a number from 0 to 0.9.'
    """
    owner, name = _place(key)
    try:
        validate(owner, name, value)
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
        return write_list(value, ", ")
    return "" if value is None else str(value)


def choice_name(setting: Setting, choice: str) -> str:
    """Return the name of a choice of a setting; a network has that of its registry."""
    names = CHOICE_NAMES.get(setting.key, {})
    return _(names[choice]) if choice in names else formats.network(choice)


def applies(key: str, values: Mapping[str, Any]) -> bool:
    """Return whether a setting has an effect beside the values of the others.

    Examples
    --------
    >>> applies("horizon_days", {"protocol": "temporal"}), applies("epochs", {})
    (False, True)
    """
    other, value = NEEDS.get(key, ("", None))
    return values.get(other) == value


def as_text(value: Any) -> str:
    """Return a value of a configuration as text that ``RunConfig.override`` reads again.

    Examples
    --------
    >>> as_text(["product", "price"]), as_text(True), as_text(None), as_text(0.1)
    ('product,price', 'true', '', '0.1')
    """
    if isinstance(value, list | tuple):
        return write_list(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def hint(key: str, spec: SettingSpec) -> str:
    """Return the range of a number, and what special values of it stand for; empty for others."""
    if spec.low is None:
        return ""
    special = SPECIAL_VALUES.get(key, {})
    return "; ".join(
        [spec.allowed(), *(f"{value}: {_(words)}" for value, words in special.items())]
    )


def _kind(spec: SettingSpec) -> Kind:
    if spec.choices is not None:
        return "several" if spec.kind is tuple else "choice"
    kinds: dict[type, Kind] = {bool: "switch", date: "day", int: "number", float: "number"}
    return kinds.get(spec.kind, "words")


def _place(key: str) -> tuple[type[Configuration], str]:
    prefix = Preparation.key_prefix
    if key.startswith(prefix):
        return Preparation, key.removeprefix(prefix)
    return RunConfig, key
