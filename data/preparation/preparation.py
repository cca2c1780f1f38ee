"""The configuration of the filters that are applied to a log before training, and its presets."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic.dataclasses import dataclass

from data.datasets.dataset import Dataset
from data.errors import BadInput
from data.events import PURCHASE
from data.i18n import N_, _
from data.validation import (
    Bool,
    Configuration,
    Int,
    OptionalDay,
    Text,
    TextList,
    as_json,
    setting,
    specs,
)

_GROUP = N_("Preparation")
EVENT_TYPES = "event_types"
"""Field of earlier versions: the types of both history and targets."""


@dataclass(frozen=True)
class Preparation(Configuration):
    """Filters that are applied to a log, in the order of the fields, before a model is trained.

    A history holds events of ``history_types``; a target, which is predicted, is one of
    ``target_types``, and targets are part of later histories. What selects buyers counts targets,
    so that the buyers are the same whatever a history holds. What selects products counts events
    of every type: how often a product is bought in all of the log is not known beforehand.

    Raises
    ------
    BadInput
        Where a value is not allowed, a type that is predicted is not in the history, or the last
        day is before the first.
    """

    key_prefix: ClassVar[str] = "preparation."

    history_types: TextList = setting(
        (),
        label=N_("Event types in the history"),
        help=N_(
            "Keep only events of these types, those that are predicted among them; an empty list"
            " keeps every type."
        ),
        group=_GROUP,
    )
    target_types: TextList = setting(
        (PURCHASE,),
        label=N_("Event types that are predicted"),
        help=N_("The next event of these types is predicted; an empty list: of every type."),
        group=_GROUP,
    )
    first: OptionalDay = setting(
        None,
        label=N_("First day"),
        help=N_("Drop events before this day (UTC)."),
        group=_GROUP,
    )
    last: OptionalDay = setting(
        None,
        label=N_("Last day"),
        help=N_("Drop events after this day (UTC)."),
        group=_GROUP,
    )
    require_brand: Bool = setting(
        False,
        label=N_("Brand must be present"),
        help=N_("Drop events whose product has no brand."),
        group=_GROUP,
    )
    require_category: Bool = setting(
        False,
        label=N_("Category must be present"),
        help=N_("Drop events whose product has no category."),
        group=_GROUP,
    )
    category_prefix: Text = setting(
        "",
        label=N_("Category begins with"),
        help=N_("Keep only products whose category begins with this text, such as electronics."),
        group=_GROUP,
    )
    drop_duplicates: Bool = setting(
        False,
        label=N_("Drop exact duplicates"),
        help=N_("Of rows that are equal in every column, keep only the first."),
        group=_GROUP,
    )
    merge_session_repeats: Bool = setting(
        False,
        label=N_("Merge repeats within a session"),
        help=N_(
            "Count consecutive purchases of one product in one session as one purchase; events of"
            " other types likewise."
        ),
        group=_GROUP,
    )
    max_user_events: Int = setting(
        0,
        label=N_("Maximum events per buyer"),
        help=N_(
            "Drop buyers with more events of the predicted types than this, who may be resellers;"
            " 0: no limit."
        ),
        group=_GROUP,
        low=0,
        high=1_000_000,
    )
    min_product_events: Int = setting(
        1,
        label=N_("Minimum events per product"),
        help=N_("Drop products with fewer events of any type than this."),
        group=_GROUP,
        low=1,
        high=1000,
    )
    min_user_events: Int = setting(
        2,
        label=N_("Minimum events per buyer"),
        help=N_(
            "Drop buyers with fewer events of the predicted types than this; predicting a purchase"
            " needs one before."
        ),
        group=_GROUP,
        low=1,
        high=1000,
    )

    def __post_init__(self) -> None:
        if self.first and self.last and self.first > self.last:
            raise BadInput(
                _("The first day of a preparation must not be after its last day."),
                "preparation.first",
            )
        history, targets = set(self.history_types), set(self.target_types)
        if history and not (targets and targets <= history):
            raise BadInput(
                _(
                    "preparation.history_types cannot be “{value}”: it takes every type that is"
                    " predicted, too ({targets})."
                ).format(
                    value=", ".join(self.history_types),
                    targets=", ".join(self.target_types) or _("every type"),
                ),
                "preparation.history_types",
            )

    @property
    def predicts_all(self) -> bool:
        """Whether every event that the preparation keeps is a target."""
        return not self.target_types or set(self.history_types) == set(self.target_types)

    @property
    def predicted_types(self) -> tuple[str, ...]:
        """The types of the targets where histories hold others, too; else none."""
        return () if self.predicts_all else self.target_types

    def suited_to(self, types: Sequence[str]) -> "Preparation":
        """Return the preparation with a target type that a dataset has.

        Where none of the target types is among them, the most frequent one takes their place, in
        the history, too, where that holds nothing else; any other history holds every type.

        Parameters
        ----------
        types : sequence of str
            The dataset's event types, the most frequent first.

        Examples
        --------
        >>> Preparation().suited_to(("view", "cart")).target_types
        ('view',)
        """
        if not types or not self.target_types or set(self.target_types) & set(types):
            return self
        target = (types[0],)
        history = target if self.predicts_all else ()
        return dataclasses.replace(self, history_types=history, target_types=target)

    def override(self, changes: Mapping[str, Any]) -> "Preparation":
        """Return the preparation with some fields changed.

        ``event_types``, which earlier versions had, sets both ``history_types`` and
        ``target_types``.

        Raises
        ------
        BadInput
            For an unknown field and for a value that is not allowed.

        Examples
        --------
        >>> Preparation().override({"event_types": "view"}).history_types
        ('view',)
        """
        fields = dict(changes)
        if EVENT_TYPES in fields:
            types = fields.pop(EVENT_TYPES)
            fields = {"history_types": types, "target_types": types} | fields
        return dataclasses.replace(self, **fields)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values; days are ISO texts."""
        return {name: as_json(getattr(self, name)) for name in specs(Preparation)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Preparation":
        """Return the preparation that ``as_dict`` wrote; a missing field keeps its default.

        Raises
        ------
        BadInput
            For an unknown field and for a value that is not allowed.
        """
        return cls().override(values)


_PURCHASES = Preparation(history_types=(PURCHASE,))
PREPARATIONS = {
    "paper": dataclasses.replace(_PURCHASES, require_brand=True, require_category=True),
    "all_purchases": _PURCHASES,
    "once_per_session": dataclasses.replace(_PURCHASES, merge_session_repeats=True),
    "all_types": Preparation(),
    "every_event": Preparation(target_types=()),
}
"""Preparations with a name; ``paper`` is the paper's: brand and category present, two purchases.

Those of purchases have purchases alone in the history; ``all_types`` predicts purchases from events
of every type, and ``every_event`` predicts events of every type."""

PREPARATION_LABELS = {
    "paper": N_("Paper: brand and category present"),
    "all_purchases": N_("All purchases of buyers with two or more"),
    "once_per_session": N_("All purchases, repeats within a session merged"),
    "all_types": N_("Purchases, from events of every type"),
    "every_event": N_("Every event, views and carts too"),
}


def presets(dataset: Dataset) -> dict[str, Preparation]:
    """Return the named preparations, with target types that a dataset has."""
    return {name: preset.suited_to(dataset.types) for name, preset in PREPARATIONS.items()}
