"""Exports: a run as a bundle, and ranked lists for every buyer as a file."""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.jobs.run_handle import RunHandle, open_run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.staged_folders import fetch_run
from dashboard.jobs.states import State
from dashboard.services.recommendations.placements import apply_placement
from dashboard.services.recommendations.run_jobs import SCORING
from data.checksums import is_there, verified
from data.datasets.store import Store
from data.errors import BadInput, damaged_unless_read
from data.home import Home
from data.i18n import _


@dataclass(frozen=True)
class ScoredLists:
    """Ranked lists that were written.

    Attributes
    ----------
    buyers : int
    placement : dict or None
        The placement whose rules applied, as ``AppliedRules.as_dict`` has it, and ``left_out``: how
        many products of the model's own lists each rule has kept out.
    """

    buyers: int
    placement: dict[str, Any] | None = None


def export(home: Home, run: str, out: Path, placement: str = "") -> dict[str, Any]:
    """Write the bundle of a run into a folder and return the content of ``bundle.json``.

    With a placement of the run's dataset it applies its rules.

    Raises
    ------
    BadInput
        Where the run has no model, the folder is not empty, or there is no such placement.
    """
    from model.serving.bundle import export as write_bundle

    handle = _with_model(home, run)
    if not placement:
        return write_bundle(handle.fetch(), out)
    place = apply_placement(handle, Store(home).open(handle.run.dataset), placement)
    return write_bundle(handle.fetch(), out, rules=place.tables, placement=place.as_dict())


def bundle_archive(home: Home, run: str, folder: Path, placement: str = "") -> Path:
    """Write the bundle of a run as a ZIP file into a folder, and return the file.

    Parameters
    ----------
    home : Home
        Home of the run.
    run : str
        Name of the run.
    folder : Path
        Empty temporary folder; the caller removes it.
    placement : str, optional
        A placement of the run's dataset, whose rules the bundle applies.

    Raises
    ------
    BadInput
        If there is no such run or placement, or the run has no model.
    """
    export(home, run, folder / run, placement)
    return Path(shutil.make_archive(str(folder / run), "zip", folder, run))


def score(
    home: Home,
    run: str,
    file: Path,
    *,
    k: int = 20,
    exclude_seen: bool = False,
    placement: str = "",
    on_progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> ScoredLists:
    """Write ranked lists for every buyer of the run's dataset.

    Finished parts wait in a folder beside the file, and another call after one that was killed does
    not compute them again.

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
    placement : str, optional
        A placement of the run's dataset, whose rules apply.
    on_progress : callable
        Called with the number of buyers done and of all buyers.

    Raises
    ------
    BadInput
        Where the run has no model, its dataset is gone or has no such placement, or the file cannot
        be written there.
    """
    from model.serving.batch_scoring import score as score_buyers

    handle = _with_model(home, run)
    left_out = Counter[str]()
    with Store(home).reading(handle.run.dataset) as dataset:
        place = apply_placement(handle, dataset, placement) if placement else None
        buyers = score_buyers(
            handle.fetch(),
            dataset,
            file,
            k=k,
            exclude_seen=exclude_seen,
            rules=place.tables if place else None,
            kept=file.with_name(f"{file.name}.parts"),
            on_progress=on_progress,
            on_left_out=left_out.update,
        )
    if place is None:
        return ScoredLists(buyers)
    return ScoredLists(buyers, place.as_dict() | {"left_out": dict(left_out)})


def lists_file(home: Home, job: str) -> Path:
    """Return the file that a finished scoring job has written.

    Raises
    ------
    BadInput
        Where there is no such job, or it has not finished.
    Damaged
        Where the file is not as it was written.
    """
    run = Runs(home).get(job)
    file = fetch_run(home, job) / f"lists.{run.config.get('format')}"
    if run.kind != SCORING or run.state is not State.FINISHED or not is_there(file):
        raise BadInput(_("{job} has no finished lists.").format(job=job))
    with damaged_unless_read(
        _("The lists of {job} are damaged; write them again.").format(job=job)
    ):
        return verified(file)


def _with_model(home: Home, run: str) -> RunHandle:
    handle = open_run(home, run)
    handle.require_model()
    return handle
