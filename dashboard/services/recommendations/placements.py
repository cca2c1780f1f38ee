"""Placements: named places of a dataset with rules, and what the rules do to a list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.jobs.placement_rules import resolved_rules
from dashboard.jobs.placements import Placement
from dashboard.jobs.run_handle import RunHandle
from dashboard.jobs.runs_table import Runs
from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput, Damaged, VitrinaError
from data.home import Home
from data.i18n import N_, _
from model.serving.rules.checks import check_rules
from model.serving.rules.resolve import ResolvedRules
from model.serving.rules.rules_numpy import RuleTables
from model.serving.rules.settings import Rules

RULE_NAMES = {
    "stock": N_("not in stock"),
    "never_categories": N_("of a category that is never shown"),
    "never_brands": N_("of a brand that is never shown"),
    "recent": N_("bought in the last days"),
    "price": N_("outside the price band"),
    "max_per_brand": N_("enough of its brand"),
    "max_per_category": N_("enough of its category"),
    "moved": N_("others were moved up"),
    "new": N_("new"),
    "boost_list": N_("boosted"),
    "pinned": N_("pinned"),
}
"""What a person reads of each rule beside a product."""


@dataclass(frozen=True)
class AppliedRules:
    """Rules on the catalogue of a run.

    Attributes
    ----------
    placement : Placement
        The version that applies; number 0 of no name for rules that are saved nowhere.
    rules : Rules
    resolved : ResolvedRules
    """

    placement: Placement
    rules: Rules
    resolved: ResolvedRules

    @property
    def tables(self) -> RuleTables:
        """The rules as tables over the catalogue."""
        return self.resolved.tables

    def as_dict(self) -> dict[str, Any]:
        """Return the version that applies, as JSON values."""
        return {
            "name": self.placement.name,
            "number": self.placement.number,
            "rules": self.rules.as_dict(),
            "unknown": self.resolved.unknown,
        }


def apply_placement(handle: RunHandle, dataset: Dataset, name: str) -> AppliedRules:
    """Return the rules of a placement on the catalogue of a run.

    Raises
    ------
    BadInput
        Where the run's dataset has no such placement, or what its rules name cannot be read.
    Damaged
        Where this version cannot read its rules.
    """
    placement = Runs(handle.home).placements.get(dataset.name, name)
    rules = read_rules(placement)
    return AppliedRules(placement, rules, resolved_rules(handle, dataset, rules))


def apply_rules(handle: RunHandle, dataset: Dataset, rules: Mapping[str, Any]) -> AppliedRules:
    """Return rules that are saved nowhere on the catalogue of a run.

    Parameters
    ----------
    handle, dataset
    rules : mapping
        Text or JSON values by setting.

    Raises
    ------
    BadInput
        Where a value is not allowed, the rules name what the dataset does not have, or a file of
        the server, which whoever may set a placement may read.
    """
    own = Rules.from_dict(rules)
    if own.stock_file:
        raise BadInput(
            _("Rules of a request name no file of the server; send the ids as stock_list."),
            "stock_file",
        )
    check_rules(own, dataset)
    unsaved = Placement(dataset.name, "", 0, own.as_dict(), None, 0.0)
    return AppliedRules(unsaved, own, resolved_rules(handle, dataset, own))


def read_rules(placement: Placement) -> Rules:
    """Return the rules of a version of a placement; no rule where the version removed it.

    Raises
    ------
    Damaged
        Where this version cannot read them.
    """
    try:
        return Rules.from_dict(placement.rules or {})
    except (VitrinaError, TypeError) as error:
        raise Damaged(
            _(
                "The rules of placement {name} of dataset {dataset} are damaged; set them anew."
            ).format(name=placement.name, dataset=placement.dataset)
        ) from error


def placements(home: Home, dataset: str | None = None) -> list[Placement]:
    """Return the placements of a dataset, or of all, by dataset and name."""
    return Runs(home).placements.current(dataset)


def history(home: Home, dataset: str, name: str) -> list[Placement]:
    """Return every version of a placement, the newest first.

    Raises
    ------
    BadInput
        Where the dataset never had a placement of this name.
    """
    runs = Runs(home)
    versions = runs.placements.history(dataset, name)
    if not versions:
        runs.placements.get(dataset, name)  # says so
    return versions


def set_rules(
    home: Home,
    dataset: str,
    name: str,
    rules: Mapping[str, Any],
    *,
    user: str | None = None,
    seen: int | None = None,
) -> Placement:
    """Replace the rules of a placement; a new name makes a new placement.

    Parameters
    ----------
    home, dataset, name
    rules : mapping
        Text or JSON values by setting.
    user : str, optional
        Who does it.
    seen : int, optional
        Number of the version that the user has seen, 0 for none.

    Raises
    ------
    BadInput
        Where a value is not allowed, the rules name what the dataset does not have, or there is a
        newer version.
    """
    checked = Rules.from_dict(rules)
    check_rules(checked, Store(home).open(dataset))
    return Runs(home).placements.set(dataset, name, checked.as_dict(), user=user, seen=seen)


def remove(
    home: Home, dataset: str, name: str, *, user: str | None = None, seen: int | None = None
) -> Placement:
    """Remove a placement, and take its own model, where it has one, out of service.

    Raises
    ------
    BadInput
        Where the dataset has no such placement, or there is a newer version.
    """
    runs = Runs(home)
    removed = runs.placements.remove(dataset, name, user=user, seen=seen)
    newest = runs.promotions.newest(dataset, name)
    if newest is not None and newest.run is not None:
        runs.promotions.withdraw(dataset, placement=name, user=user)
    return removed
