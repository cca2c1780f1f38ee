"""The configuration of the filters that are applied to a log before training, and its presets."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any

from data.datasets.store import Dataset
from data.errors import BadInput
from data.events import PURCHASE
from data.i18n import N_, _


def _about(label: str, help: str, **bounds: Any) -> dict[str, Any]:
    """Return what a form, the command line and the documentation say about a field."""
    return {"label": label, "help": help, **bounds}


@dataclass(frozen=True)
class Preparation:
    """The steps from a log to the events that a model learns from.

    Every field carries ``label``, ``help`` and, where they apply, ``low`` and ``high`` in its
    metadata, marked for translation.
    """

    event_types: tuple[str, ...] = field(
        default=(PURCHASE,),
        metadata=_about(
            N_("Event types"),
            N_("Only events of these types are kept; none named keeps every type."),
        ),
    )
    first: date | None = field(
        default=None,
        metadata=_about(N_("First day"), N_("Events before this day (UTC) are left out.")),
    )
    last: date | None = field(
        default=None,
        metadata=_about(N_("Last day"), N_("Events after this day (UTC) are left out.")),
    )
    require_brand: bool = field(
        default=False,
        metadata=_about(
            N_("Brand must be present"), N_("Leave out events whose product has no brand.")
        ),
    )
    require_category: bool = field(
        default=False,
        metadata=_about(
            N_("Category must be present"),
            N_("Leave out events whose product has no category."),
        ),
    )
    category_prefix: str = field(
        default="",
        metadata=_about(
            N_("Category begins with"),
            N_("Keep only categories that begin with this text, such as electronics."),
        ),
    )
    drop_duplicates: bool = field(
        default=False,
        metadata=_about(
            N_("Drop exact duplicates"),
            N_("Of rows that are equal in every column only the first is kept."),
        ),
    )
    merge_session_repeats: bool = field(
        default=False,
        metadata=_about(
            N_("Merge repeats within a session"),
            N_("Several units of a product bought in a row in one session count as one purchase."),
        ),
    )
    max_user_events: int = field(
        default=0,
        metadata=_about(
            N_("Most events per buyer"),
            N_("Leave out buyers with more events than this, who may be resellers; 0: no limit."),
            low=0,
            high=1_000_000,
        ),
    )
    min_product_events: int = field(
        default=1,
        metadata=_about(
            N_("Least events per product"),
            N_("Leave out products with fewer events than this."),
            low=1,
            high=1000,
        ),
    )
    min_user_events: int = field(
        default=2,
        metadata=_about(
            N_("Least events per buyer"),
            N_(
                "Leave out buyers with fewer events than this; a next purchase needs one before it."
            ),
            low=1,
            high=1000,
        ),
    )

    def __post_init__(self) -> None:
        """Check the bounds; a value outside them raises BadInput."""
        for setting in fields(self):
            if "low" not in setting.metadata:
                continue
            value, low, high = (
                getattr(self, setting.name),
                setting.metadata["low"],
                setting.metadata["high"],
            )
            if not (isinstance(value, int) and low <= value <= high):
                raise BadInput(
                    _("{field} is {value}; it must be a whole number from {low} to {high}.").format(
                        field=f"preparation.{setting.name}", value=value, low=low, high=high
                    ),
                    f"preparation.{setting.name}",
                )
        if self.first and self.last and self.first > self.last:
            raise BadInput(
                _("The first day of a preparation must not be after its last day."),
                "preparation.first",
            )

    def suited_to(self, types: Sequence[str]) -> "Preparation":
        """Return the preparation with event types that a dataset has.

        Where none of the chosen types is among them, the most frequent one takes their place.

        Parameters
        ----------
        types : sequence of str
            The dataset's event types, the most frequent first.

        Examples
        --------
        >>> Preparation().suited_to(("view", "cart")).event_types
        ('view',)
        """
        if not types or not self.event_types or set(self.event_types) & set(types):
            return self
        return replace(self, event_types=(types[0],))

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values; days are ISO texts."""
        values = asdict(self)
        values["event_types"] = list(self.event_types)
        return values | {
            name: day.isoformat() for name in ("first", "last") if (day := values[name])
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Preparation":
        """Make a preparation from JSON values; an unknown field or a bad day raises BadInput."""
        known = {setting.name for setting in fields(cls)}
        for name in values:
            if name not in known:
                raise BadInput(
                    _("There is no field {field}; the fields are: {known}.").format(
                        field=f"preparation.{name}", known=", ".join(sorted(known))
                    ),
                    f"preparation.{name}",
                )
        given = dict(values)
        if "event_types" in given:
            given["event_types"] = tuple(given["event_types"])
        for name in ("first", "last"):
            if name in given:
                given[name] = _day(f"preparation.{name}", given[name])
        return cls(**given)


def _day(name: str, value: Any) -> date | None:
    if value is None or value == "" or isinstance(value, date):
        return value or None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise BadInput(
            _("{field} is {value}; write a day as 2019-11-30.").format(field=name, value=value),
            name,
        ) from error


PREPARATIONS = {
    "paper": Preparation(require_brand=True, require_category=True),
    "all_purchases": Preparation(),
    "once_per_session": Preparation(merge_session_repeats=True),
    "every_event": Preparation(event_types=()),
}
"""Preparations with a name; ``paper`` is the paper's: brand and category present, two purchases."""

PREPARATION_LABELS = {
    "paper": N_("As in the paper: brand and category present"),
    "all_purchases": N_("All purchases of buyers with two or more"),
    "once_per_session": N_("All purchases, repeats within a session merged"),
    "every_event": N_("Every event, views and carts too"),
}


def presets(dataset: Dataset) -> dict[str, Preparation]:
    """Return the named preparations, with event types that a dataset has."""
    return {name: preset.suited_to(dataset.types) for name, preset in PREPARATIONS.items()}
