"""The configuration of a run: validated settings, changed by flat key and stored as JSON."""

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic.dataclasses import dataclass

from data.errors import BadInput
from data.i18n import _
from data.preparation.preparation import EVENT_TYPES, PREPARATIONS, Preparation
from data.validation import SettingSpec, as_json, specs
from model.config.settings import FEATURES, Settings
from model.registry import NETWORKS, resolve

NESTED = "preparation"
READ_PRODUCTS = ("tied_embeddings", "repeat_head", "transition_head")
"""Switches of parts that read the products of a history."""


@dataclass(frozen=True)
class RunConfig(Settings):
    """Everything that decides what a run learns, and what is reserved for its training.

    Examples
    --------
    >>> RunConfig().override({"epochs": "3", "features": "product,price"}).features
    ('product', 'price')
    >>> RunConfig().override({"dropout": "2"})
    Traceback (most recent call last):
        ...
    data.errors.BadInput: dropout cannot be “2”: it takes a number from 0 to 0.9.
    """

    def __post_init__(self) -> None:
        """Raise BadInput where settings make no sense together."""
        if check := NETWORKS[self.network].check:
            resolve(check)(self)
        if self.protocol == "basket" and self.moment == "event":
            raise BadInput(
                _(
                    "moment cannot be “event” under protocol basket:"
                    " it takes auto, session or basket."
                ),
                "moment",
            )
        preparation = self.preparation
        if 0 < preparation.max_user_events < preparation.min_user_events:
            raise BadInput(
                _(
                    "preparation.max_user_events cannot be “{value}”: it takes 0 or a whole number"
                    " from preparation.min_user_events ({least})."
                ).format(value=preparation.max_user_events, least=preparation.min_user_events),
                "preparation.max_user_events",
            )
        if not self.features:
            raise BadInput(
                _("features cannot be empty: it takes some of {choices}.").format(
                    choices=", ".join(FEATURES)
                ),
                "features",
            )
        for name in READ_PRODUCTS:
            if getattr(self, name) and "product" not in self.features:
                raise BadInput(
                    _("{setting} cannot be “true” while features leaves out “product”.").format(
                        setting=name
                    ),
                    name,
                )
        if self.blend and not self.compare_baselines:
            raise BadInput(
                _("compare_baselines cannot be “false” with a blend, which consists of baselines."),
                "compare_baselines",
            )
        if self.loss == "sampled_softmax" and self.label_smoothing:
            raise BadInput(
                _(
                    "label_smoothing cannot be “{value}” with a sampled softmax:"
                    " set it to 0 or loss to full_softmax."
                ).format(value=self.label_smoothing),
                "label_smoothing",
            )
        if self.warmup > self.epochs:
            raise BadInput(
                _("warmup cannot be “{value}”: there are only {epochs} epochs.").format(
                    value=self.warmup, epochs=self.epochs
                ),
                "warmup",
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the network reads of each event: the features, then the network's own."""
        return tuple(dict.fromkeys((*self.features, *NETWORKS[self.network].columns)))

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values by flat key."""
        own = {name: as_json(getattr(self, name)) for name in specs(RunConfig)}
        nested = {
            Preparation.key_prefix + name: value
            for name, value in self.preparation.as_dict().items()
        }
        return {key: (own | nested)[key] for key in setting_specs()}

    @classmethod
    def keys(cls) -> list[str]:
        """Return every flat key, those of the preparation included."""
        return list(setting_specs())

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> "RunConfig":
        """Return the configuration that ``as_dict`` wrote; a missing key keeps its default."""
        return cls().override(settings)

    def override(self, changes: Mapping[str, Any]) -> "RunConfig":
        """Return this configuration with some settings changed.

        Parameters
        ----------
        changes : mapping
            From flat keys, such as ``preparation.min_user_events``, to text or JSON values; the
            prefix may be left out. ``preparation`` alone takes the name of one of
            ``PREPARATIONS``.

        Raises
        ------
        BadInput
            For an unknown key and for a value that is not allowed; names the key, the value and
            what is allowed.
        """
        own = dict(changes)
        preparation = self.preparation
        if NESTED in own:
            preparation = _named_preparation(own.pop(NESTED))
        nested = {
            field: own.pop(key) for key in changes if (field := preparation_field(key)) is not None
        }
        preparation = preparation.override(nested)
        return dataclasses.replace(self, preparation=preparation, **own)


def preparation_field(key: str) -> str | None:
    """Return the field of the preparation that a flat key names, with or without its prefix.

    Examples
    --------
    >>> preparation_field("target_types"), preparation_field("preparation.first")
    ('target_types', 'first')
    >>> preparation_field("epochs") is None
    True
    """
    prefix = Preparation.key_prefix
    if key.startswith(prefix):
        return key.removeprefix(prefix)
    return key if key in {*specs(Preparation), EVENT_TYPES} else None


@cache
def setting_specs() -> dict[str, SettingSpec]:
    """Return every setting of a run by flat key, those of the preparation in its place."""
    own = specs(RunConfig)
    result: dict[str, SettingSpec] = {}
    for field in dataclasses.fields(RunConfig):
        group = specs(Preparation).values() if field.name == NESTED else [own[field.name]]
        result |= {spec.key: spec for spec in group}
    return result


def differences(config: RunConfig, other: RunConfig) -> dict[str, tuple[Any, Any]]:
    """Return the flat keys whose values differ, with both values."""
    left, right = config.as_dict(), other.as_dict()
    return {key: (left[key], right[key]) for key in left if left[key] != right[key]}


def _named_preparation(name: Any) -> Preparation:
    if not isinstance(name, str) or name not in PREPARATIONS:
        raise BadInput(
            _("preparation cannot be “{value}”: it takes one of {choices}.").format(
                value=name, choices=", ".join(PREPARATIONS)
            ),
            NESTED,
        )
    return PREPARATIONS[name]
