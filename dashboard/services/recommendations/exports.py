"""Exports: a run as a bundle, and ranked lists for every buyer as a file."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dashboard.jobs.run_handle import RunHandle, open_run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.services.recommendations.run_jobs import SCORING
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.i18n import _


def export(home: Home, run: str, out: Path) -> dict[str, Any]:
    """Write the bundle of a run into a folder and return the content of ``bundle.json``.

    Raises
    ------
    BadInput
        Where the run has no model, or the folder is not empty.
    """
    from model.serving.bundle import export as write_bundle

    return write_bundle(_with_model(home, run).folder, out)


def bundle_archive(home: Home, run: str, folder: Path) -> Path:
    """Write the bundle of a run as a ZIP file into a folder, and return the file.

    Parameters
    ----------
    home : Home
        Home of the run.
    run : str
        Name of the run.
    folder : Path
        Empty temporary folder; the caller removes it.

    Raises
    ------
    BadInput
        If there is no such run, or it has no model.
    """
    export(home, run, folder / run)
    return Path(shutil.make_archive(str(folder / run), "zip", folder, run))


def score(
    home: Home,
    run: str,
    file: Path,
    *,
    k: int = 20,
    exclude_seen: bool = False,
    on_progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> int:
    """Write ranked lists for every buyer of the run's dataset; return the number of buyers.

    Parameters
    ----------
    home, run
        The run to score with.
    file : Path
        The file to write, ``.parquet`` or ``.csv``.
    k : int
        Length of a list.
    exclude_seen : bool
        Whether products of the buyer's history are left out.
    on_progress : callable
        Called with the number of buyers done and of all buyers.

    Raises
    ------
    BadInput
        Where the run has no model, its dataset is gone, or the file cannot be written there.
    """
    from model.serving.batch_scoring import score as score_buyers

    handle = _with_model(home, run)
    dataset = Store(home).open(handle.run.dataset)
    return score_buyers(
        handle.folder, dataset, file, k=k, exclude_seen=exclude_seen, on_progress=on_progress
    )


def lists_file(home: Home, job: str) -> Path:
    """Return the file that a finished scoring job has written.

    Raises
    ------
    BadInput
        Where there is no such job, or it has not finished.
    """
    runs = Runs(home)
    run = runs.get(job)
    file = runs.folder(job) / f"lists.{run.config.get('format')}"
    if run.kind != SCORING or run.state is not State.FINISHED or not file.exists():
        raise BadInput(_("{job} has no finished lists.").format(job=job))
    return file


def _with_model(home: Home, run: str) -> RunHandle:
    handle = open_run(home, run)
    handle.require_model()
    return handle
