"""Take away: a run as a bundle, and ranked lists for every buyer as a file."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.services.runs.evaluation import require_model
from dashboard.services.runs.start import start_worker
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.i18n import _

SCORING, JUDGING = "score", "evaluate"
FORMATS = ("parquet", "csv")
LONGEST_LIST = 1_000


def export(home: Home, run: str, out: Path) -> dict[str, Any]:
    """Write the bundle of a run into a folder and return what ``bundle.json`` says.

    Raises
    ------
    BadInput
        Where the run has no model, or the folder is not empty.
    """
    from model.serving.bundle import export as write_bundle

    return write_bundle(_folder(home, run), out)


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
    tell: Callable[[int, int], object] = lambda _done, _all: None,
) -> int:
    """Write ranked lists for every buyer of the run's dataset; return the number of buyers.

    Raises
    ------
    BadInput
        Where the run has no model, its dataset is gone, or the file cannot be written there.
    """
    from model.serving.batch_scoring import score as score_buyers

    folder = _folder(home, run)
    dataset = Store(home).open(Runs(home).get(run).dataset)
    return score_buyers(folder, dataset, file, k=k, exclude_seen=exclude_seen, on_progress=tell)


def start_scoring(
    home: Home, run: str, *, k: int = 20, exclude_seen: bool = False, kind: str = "parquet"
) -> str:
    """Queue the scoring of every buyer and return the job's name.

    Raises
    ------
    BadInput
        For another kind of file or an impossible ``k``, and as ``score`` does.
    """
    if kind not in FORMATS or not 1 <= k <= LONGEST_LIST:
        raise BadInput(
            _("Lists hold from 1 to {most} products, as {kinds}.").format(
                most=LONGEST_LIST, kinds=" / ".join(FORMATS)
            )
        )
    config = {"run": run, "k": k, "exclude_seen": exclude_seen, "format": kind}
    return _queue(home, run, SCORING, config)


def start_judging(home: Home, run: str) -> str:
    """Queue the evaluation of a run beside the baselines and return the job's name."""
    return _queue(home, run, JUDGING, {"run": run})


def jobs(home: Home, run: str, kind: str = SCORING) -> list[Run]:
    """Return the scorings (or evaluations) of a run, the newest first."""
    return [job for job in Runs(home).list(kind=kind) if job.config.get("run") == run]


def lists_file(home: Home, job: str) -> Path:
    """Return the file that a finished scoring has written.

    Raises
    ------
    BadInput
        Where there is no such scoring, or it has not finished.
    """
    table = Runs(home)
    found = table.get(job)
    file = table.folder(job) / f"lists.{found.config.get('format')}"
    if found.kind != SCORING or found.state is not State.FINISHED or not file.exists():
        raise BadInput(_("{job} has no finished lists.").format(job=job))
    return file


def _queue(home: Home, run: str, kind: str, config: dict[str, Any]) -> str:
    table = Runs(home)
    found = table.get(run)
    require_model(found, table)
    Store(home).open(found.dataset)
    job = table.create(kind, found.dataset, config)
    start_worker(home)
    return job


def _folder(home: Home, run: str) -> Path:
    table = Runs(home)
    require_model(table.get(run), table)
    return table.folder(run)
