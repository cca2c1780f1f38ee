"""Datasets: what there is, what is in one, and new ones."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from dashboard.services.datasets.imports import check_not_importing
from data.datasets.store import Dataset, Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.kaggle import local
from data.importing.request import ImportRequest
from data.progress import OnProgress, ignore_progress

DEMO = "demo"


def names(home: Home) -> list[str]:
    """Return the names of the datasets, in alphabetical order."""
    return [dataset.name for dataset in Store(home).list()]


def open_dataset(home: Home, name: str) -> Dataset:
    """Return the dataset of that name.

    Raises
    ------
    BadInput
        Where there is none.
    """
    return Store(home).open(name)


def figures(dataset: Dataset) -> dict[str, Any]:
    """Return the key figures of a dataset that is open already."""
    return {
        "name": dataset.name,
        "synthetic": dataset.manifest.synthetic,
        **dataset.manifest.summary,
    }


def summary(home: Home, name: str) -> dict[str, Any]:
    """Return the key figures of a dataset, those that ``vitrina stats`` prints."""
    return figures(open_dataset(home, name))


def summaries(home: Home) -> list[dict[str, Any]]:
    """Return the key figures of every dataset."""
    return [figures(dataset) for dataset in Store(home).list()]


def import_files(
    home: Home, request: ImportRequest, *, on_progress: OnProgress = ignore_progress
) -> dict[str, Any]:
    """Import files as a dataset, in this process, and return its key figures.

    Parameters
    ----------
    home : Home
        Receives the dataset.
    request : ImportRequest
        Its files may be Kaggle's, too.
    on_progress : callable
        As for `data.importing.ingest.ingest`.

    Raises
    ------
    BadInput
        Where a file, the name or the mapping cannot be used, or the dataset is being imported;
        nothing is left behind.
    """
    Store(home).check_name(request.name)
    check_not_importing(home, request.name)
    request = replace(request, files=local(request.files))
    return figures(ingest(Store(home), request, on_progress=on_progress))


def write_demo(out: Path, buyers: int | None = None, seed: int = 0) -> None:
    """Write the synthetic purchases of the demo shop as CSV in the Kaggle columns."""
    from data.demo import generator

    generator.write(out, buyers=buyers or generator.BUYERS, seed=seed)


def make_demo(home: Home, buyers: int | None = None, seed: int = 0) -> dict[str, Any]:
    """Make the demo shop a dataset and return its key figures; an earlier demo shop is replaced.

    Raises
    ------
    BadInput
        Where a dataset of real purchases has the demo shop's name.
    """
    store = Store(home)
    made = any(dataset.name == DEMO and dataset.manifest.synthetic for dataset in store.list())
    with tempfile.TemporaryDirectory(dir=home.uploads) as folder:
        out = Path(folder) / "demo.csv"
        write_demo(out, buyers, seed)
        mode = "replace" if made else "new"
        return import_files(home, ImportRequest([out], DEMO, mode=mode, synthetic=True))
