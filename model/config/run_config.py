"""The configuration of a run: settings that are checked, changed by name and kept as JSON."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.errors import BadInput
from data.i18n import _
from data.preparation.preparation import PREPARATIONS, Preparation
from model.config.fields import read
from model.config.settings import FEATURES, Settings
from model.registry import NETWORKS, resolve

NESTED = "preparation"


@dataclass(frozen=True)
class RunConfig(Settings):
    """Everything that decides what a run learns.

    Examples
    --------
    >>> RunConfig().override({"epochs": "3", "features": "product,price"}).features
    ('product', 'price')
    >>> RunConfig().override({"dropout": "2"})
    Traceback (most recent call last):
        ...
    data.errors.BadInput: dropout cannot be “2.0”: it takes a number from 0.0 to 0.9.
    """

    def __post_init__(self) -> None:
        for one in dataclasses.fields(self):
            if one.name != NESTED:
                read(RunConfig, one.name, getattr(self, one.name))
        self._check_together()

    def _check_together(self) -> None:
        """Raise BadInput where settings make no sense together."""
        if check := NETWORKS[self.network].check:
            resolve(check)(self)
        kept = self.preparation
        if 0 < kept.max_user_events < kept.min_user_events:
            raise BadInput(
                _(
                    "preparation.max_user_events cannot be “{value}”: it takes 0 or a whole number"
                    " from preparation.min_user_events ({least})."
                ).format(value=kept.max_user_events, least=kept.min_user_events),
                "preparation.max_user_events",
            )
        if not self.features:
            raise BadInput(
                _("features cannot be empty: it takes some of {choices}.").format(
                    choices=", ".join(FEATURES)
                ),
                "features",
            )
        if self.tied_embeddings and "product" not in self.features:
            raise BadInput(
                _("tied_embeddings cannot be “true” while features leaves out “product”."),
                "tied_embeddings",
            )
        if self.repeat_head and "product" not in self.features:
            raise BadInput(
                _("repeat_head cannot be “true” while features leaves out “product”."),
                "repeat_head",
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
        return (*self.features, *NETWORKS[self.network].columns)

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values, flat: ``preparation.min_user_events`` and so on."""
        flat: dict[str, Any] = {}
        for one in dataclasses.fields(self):
            value = getattr(self, one.name)
            if one.name == NESTED:
                for inner in dataclasses.fields(value):
                    flat[f"{NESTED}.{inner.name}"] = _plain(getattr(value, inner.name))
            else:
                flat[one.name] = _plain(value)
        return flat

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> "RunConfig":
        """Return the configuration that ``as_dict`` wrote; what is missing keeps its default."""
        return cls().override(settings)

    def override(self, changes: Mapping[str, Any]) -> "RunConfig":
        """Return this configuration with some settings changed.

        Parameters
        ----------
        changes : mapping
            From flat keys to text or JSON values. ``preparation`` alone takes the name of one
            of ``PREPARATIONS``.

        Raises
        ------
        BadInput
            For an unknown key and for a value that is not allowed; names the field, the value
            and what is allowed.
        """
        preparation = self.preparation
        if NESTED in changes:
            preparation = _named_preparation(changes[NESTED])
        outer: dict[str, Any] = {}
        inner: dict[str, Any] = {}
        for key, value in changes.items():
            if key == NESTED:
                continue
            head, _dot, tail = key.partition(".")
            if head == NESTED and tail in names(Preparation):
                inner[tail] = read(Preparation, tail, value, shown_as=key)
            elif key in names(RunConfig):
                outer[key] = read(RunConfig, key, value)
            else:
                raise BadInput(_unknown(key), key)
        prepared = dataclasses.replace(preparation, **inner)
        return dataclasses.replace(self, preparation=prepared, **outer)


def names(owner: type) -> tuple[str, ...]:
    """Return the names of a dataclass's fields."""
    return tuple(one.name for one in dataclasses.fields(owner))


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


def _unknown(key: str) -> str:
    known = list(RunConfig().as_dict())
    return _("There is no setting “{key}”; the settings are {known}.").format(
        key=key, known=", ".join(known)
    )


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
