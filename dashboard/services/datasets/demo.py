"""The demo shop: a dataset of synthetic purchases."""

import tempfile
from pathlib import Path

from dashboard.jobs.runs_table import Runs
from dashboard.services.datasets.imports import IMPORT, check_not_importing, import_files
from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.home import Home
from data.importing.request import ImportRequest

DEMO = "demo"
"""Name of the dataset."""


def write_csv(out: Path, buyers: int | None = None, seed: int = 0) -> None:
    """Write the synthetic purchases as CSV in the columns of the Kaggle data set.

    Parameters
    ----------
    out : Path
        File to write.
    buyers : int, optional
        Number of buyers; the generator's default if omitted.
    seed : int
        Seed of the random generator.
    """
    from data.demo import generator

    generator.write(out, buyers=buyers or generator.BUYERS, seed=seed)


def make(home: Home, buyers: int | None = None, seed: int = 0) -> Dataset:
    """Generate and import the demo shop in this process, and return the dataset.

    An earlier demo shop is replaced.

    Raises
    ------
    BadInput
        If a dataset of real purchases has the demo shop's name, or it is being imported.
    """
    store = Store(home)
    exists = any(dataset.name == DEMO and dataset.manifest.synthetic for dataset in store.list())
    check_not_importing(home, DEMO)
    with tempfile.TemporaryDirectory(dir=home.uploads) as folder:
        out = Path(folder) / "demo.csv"
        write_csv(out, buyers, seed)
        mode = "replace" if exists else "new"
        return import_files(home, ImportRequest([out], DEMO, mode=mode, synthetic=True))


def start(home: Home, buyers: int | None = None, seed: int = 0) -> str:
    """Queue the generation and import of the demo shop, and return the run.

    Parameters
    ----------
    home : Home
        Home that receives the dataset.
    buyers : int, optional
        Number of buyers; the generator's default if omitted.
    seed : int
        Seed of the random generator.

    Raises
    ------
    BadInput
        If the dataset exists or is being imported.
    """
    Store(home).check_free(DEMO)
    check_not_importing(home, DEMO)
    return Runs(home).create(IMPORT, DEMO, {"demo": {"buyers": buyers, "seed": seed}})
