"""Samples: real logs that come with an optional package, imported as datasets."""

from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard.jobs.runs_table import Runs
from dashboard.services.datasets.imports import IMPORT, check_not_importing, import_files
from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.home import Home
from data.importing import complete_journey
from data.progress import OnProgress, ignore_progress


def is_offered(home: Home) -> bool:
    """Return whether the Complete Journey can be imported and is not there yet."""
    return complete_journey.is_installed() and complete_journey.NAME not in Store(home).names()


def make(
    home: Home,
    name: str = complete_journey.NAME,
    mode: str = "new",
    *,
    on_progress: OnProgress = ignore_progress,
) -> Dataset:
    """Import the Complete Journey in this process, and return the dataset.

    Raises
    ------
    BadInput
        If its package is not installed, or the name is malformed, taken or being imported.
    """
    store = Store(home)
    store.check_name(name)
    if mode == "new":
        store.check_free(name)
    with TemporaryDirectory(dir=home.uploads) as folder:
        request = complete_journey.request(Path(folder), name, mode)
        return import_files(home, request, on_progress=on_progress)


def start(home: Home) -> str:
    """Queue the import of the Complete Journey, and return the run.

    Raises
    ------
    BadInput
        If the dataset exists or is being imported.
    """
    name = complete_journey.NAME
    Store(home).check_free(name)
    check_not_importing(home, name)
    return Runs(home).create(IMPORT, name, {"sample": name})
