"""The configuration of the filters that are applied to a log before training, and its presets."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic.dataclasses import dataclass

from data.datasets.store import Dataset
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


@dataclass(frozen=True)
class Preparation(Configuration):
    """Filters that are applied to a log, in the order of the fields, before a model is trained.

    Raises
    ------
    BadInput
        Where a value is not allowed, or the last day is before the first.
    """

    key_prefix: ClassVar[str] = "preparation."

    event_types: TextList = setting(
        (PURCHASE,),
        label=N_("Event types"),
        help=N_("Keep only events of these types; an empty list keeps every type."),
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
        help=N_("Count consecutive purchases of one product in one session as one purchase."),
        group=_GROUP,
    )
    max_user_events: Int = setting(
        0,
        label=N_("Maximum events per buyer"),
        help=N_("Drop buyers with more events than this, who may be resellers; 0: no limit."),
        group=_GROUP,
        low=0,
        high=1_000_000,
    )
    min_product_events: Int = setting(
        1,
        label=N_("Minimum events per product"),
        help=N_("Drop products with fewer events than this."),
        group=_GROUP,
        low=1,
        high=1000,
    )
    min_user_events: Int = setting(
        2,
        label=N_("Minimum events per buyer"),
        help=N_("Drop buyers with fewer events than this; predicting a purchase needs one before."),
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
        return dataclasses.replace(self, event_types=(types[0],))

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
        return cls(**values)


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
