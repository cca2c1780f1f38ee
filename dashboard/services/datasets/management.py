"""The datasets as a collection: what each holds at a glance, and new names and ends for them."""

from typing import Any

from dashboard.jobs.runs_table import Runs
from dashboard.services.datasets.imports import IMPORT
from data.datasets.store import Dataset, Store
from data.errors import BadInput
from data.home import Home
from data.i18n import _


def overview(home: Home) -> list[dict[str, Any]]:
    """Return a row for each dataset: its name, counts, first and last event, when imported."""
    return [_row(dataset) for dataset in Store(home).list()]


def rename(home: Home, old: str, new: str) -> None:
    """Give a dataset another name; its runs follow it.

    Raises
    ------
    BadInput
        If there is no such dataset, the new name cannot be used, is taken or is being imported,
        or a run works on the dataset.
    """
    Store(home).check_name(new)
    for name in (old, new):
        _check_idle(home, name)
    Store(home).rename(old, new)
    Runs(home).rename_dataset(old, new)


def delete(home: Home, name: str) -> None:
    """Delete a dataset; runs that were trained on it stay.

    Raises
    ------
    BadInput
        Where there is no such dataset, or a run works on it.
    """
    _check_idle(home, name)
    Store(home).delete(name)


def _check_idle(home: Home, name: str) -> None:
    runs = Runs(home).list(dataset=name)
    busy = [run.run for run in runs if run.active or (run.kind == IMPORT and not run.ended)]
    if busy:
        raise BadInput(
            _("Dataset {name} is in use by {runs}; stop that first.").format(
                name=name, runs=", ".join(busy)
            )
        )


def _row(dataset: Dataset) -> dict[str, Any]:
    summary = dataset.manifest.summary
    shown = ("rows_read", "rows_rejected", "purchases", "users", "products")
    return {
        "name": dataset.name,
        **{key: summary[key] for key in shown},
        "first_event": summary["first_event"],
        "last_event": summary["last_event"],
        "imported": dataset.manifest.created,
        "synthetic": dataset.manifest.synthetic,
    }
