"""The datasets of a home: their key figures and statistics, new names, and deletion."""

from dataclasses import dataclass
from typing import Any

from dashboard.jobs.runs_table import Runs
from dashboard.services.datasets.imports import IMPORT
from data.datasets import renaming
from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.exploration.statistics import Filters, Statistics
from data.home import Home
from data.i18n import _

_TABLE_COLUMNS = ("rows_read", "rows_rejected", "purchases", "users", "products")


@dataclass(frozen=True)
class FilterValues:
    """Values that the filters offer, most frequent first."""

    categories: list[str]
    brands: list[str]


def names(home: Home) -> list[str]:
    """Return the names of the datasets in alphabetical order."""
    return [dataset.name for dataset in Store(home).list()]


def damaged(home: Home) -> dict[str, str]:
    """Return the datasets that cannot be opened, name → sentence; they can be deleted."""
    return Store(home).damaged()


def open_dataset(home: Home, name: str) -> Dataset:
    """Return a dataset.

    Raises
    ------
    BadInput
        If there is no such dataset.
    """
    return Store(home).open(name)


def summary(home: Home, name: str) -> dict[str, Any]:
    """Return the key figures of a dataset, as ``vitrina stats`` prints them.

    Raises
    ------
    BadInput
        If there is no such dataset.
    """
    return key_figures(open_dataset(home, name))


def summaries(home: Home) -> list[dict[str, Any]]:
    """Return the key figures of every dataset."""
    return [key_figures(dataset) for dataset in Store(home).list()]


def key_figures(dataset: Dataset) -> dict[str, Any]:
    """Return the key figures of an open dataset.

    ``time`` says how times were read, ``"row order"`` where no column orders the events; null for a
    dataset of an earlier version. ``side_tables`` says of the tables of products and buyers how
    they match the log.
    """
    summary = dataset.manifest.summary
    time = summary.get("understood", {}).get("time")
    has_no_order = dataset.manifest.time_from_order and "time" not in dataset.manifest.mapping
    return {
        "name": dataset.name,
        "synthetic": dataset.manifest.synthetic,
        "time": "row order" if has_no_order else time,
        "side_tables": {},
        **summary,
    }


def table(home: Home) -> list[dict[str, Any]]:
    """Return one row per dataset: name, counts, first and last event, time of the import."""
    return [_table_row(dataset) for dataset in Store(home).list()]


def statistics(home: Home, name: str) -> Statistics:
    """Return the statistics of a dataset, cached in the home.

    Raises
    ------
    BadInput
        If there is no such dataset.
    """
    return Statistics(Store(home).open(name), home.cache)


def filter_values(home: Home, name: str, limit: int) -> FilterValues:
    """Return the most frequent categories and brands of a dataset, at most ``limit`` of each."""
    figures = statistics(home, name)
    categories = figures.categories(Filters())["category"].dropna()
    brands = figures.brands(Filters())["brand"].dropna()
    return FilterValues(categories.tolist()[:limit], brands.tolist()[:limit])


def rename(home: Home, old: str, new: str) -> None:
    """Rename a dataset, also in the runs that belong to it.

    Raises
    ------
    BadInput
        If there is no such dataset, the new name cannot be used, is taken or is being imported,
        or a run uses the dataset.
    """
    Store(home).check_name(new)

    def rename_folder() -> None:
        for name in (old, new):
            _check_unused(home, name)
        Store(home).rename(old, new)

    Runs(home).rename_dataset(old, new, rename_folder)
    renaming.conclude(Store(home).folder(new))


def delete(home: Home, name: str) -> None:
    """Delete a dataset; the runs that were trained on it remain.

    Raises
    ------
    BadInput
        If there is no such dataset, or a run uses it.
    """
    _check_unused(home, name)
    Store(home).delete(name)


def _check_unused(home: Home, name: str) -> None:
    runs = Runs(home).list(dataset=name)
    busy = [run.run for run in runs if run.active or (run.kind == IMPORT and not run.ended)]
    if busy:
        raise BadInput(
            _("Dataset {name} is in use by {runs}; stop that first.").format(
                name=name, runs=", ".join(busy)
            )
        )


def _table_row(dataset: Dataset) -> dict[str, Any]:
    summary = dataset.manifest.summary
    return {
        "name": dataset.name,
        **{key: summary[key] for key in _TABLE_COLUMNS},
        "first_event": summary["first_event"],
        "last_event": summary["last_event"],
        "imported": dataset.manifest.created,
        "synthetic": dataset.manifest.synthetic,
    }
