"""The demo shop as a job, so that a page can ask for it and go on."""

from dashboard.jobs.runs_table import Runs
from dashboard.services.datasets.imports import IMPORT, check_not_importing
from dashboard.services.datasets.library import DEMO
from data.datasets.store import Store
from data.home import Home


def start_demo(home: Home, buyers: int | None = None, seed: int = 0) -> str:
    """Queue the making of the demo shop's synthetic purchases and return the run.

    Parameters
    ----------
    home : Home
        Where the dataset will be.
    buyers : int, optional
        How many buyers the shop has; the usual number where it is left out.
    seed : int
        Of the random choices.

    Raises
    ------
    BadInput
        If the dataset exists or is being made already.
    """
    Store(home).check_free(DEMO)
    check_not_importing(home, DEMO)
    return Runs(home).create(IMPORT, DEMO, {"demo": {"buyers": buyers, "seed": seed}})
