"""Imports of purchase logs: as a queued job or in this process, and their progress."""

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard.jobs.failures import explain
from dashboard.jobs.import_files import share_files
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.services.datasets import uploads
from data.bounded_process import BoundedProcess
from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.i18n import N_, _
from data.importing import kaggle
from data.importing.allowed_paths import allowed
from data.importing.ingest import ingest
from data.importing.preview import Preview, preview
from data.importing.request import ImportRequest
from data.progress import OnProgress, ignore_progress

IMPORT = "import"
"""Kind of the runs that import."""

FOLDERS = "VITRINA_FOLDERS"
"""Environment variable: folders whose files the page may import by path, separated as in PATH."""

_STAGES = {"reading": N_("Reading the files"), "summarising": N_("Computing the statistics")}
_RECENT_SECONDS = 600

BOUNDED = BoundedProcess()
"""Where files are looked into before they are imported: they may be made to take all memory."""
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Import:
    """Progress of an import.

    Attributes
    ----------
    run : str
        Name of the run.
    dataset : str
        Name of the dataset that it imports.
    state : State
        State of the run.
    stage : str
        Current stage, translated.
    share : float or None
        Fraction of the bytes that were read, from 0 to 1.
    rows : int
        Rows read so far.
    speed : float or None
        Rows per second.
    left : float or None
        Estimated seconds left.
    problem : str
        Why it failed and what to do; empty unless it failed.
    """

    run: str
    dataset: str
    state: State
    stage: str
    share: float | None
    rows: int
    speed: float | None
    left: float | None
    problem: str

    @property
    def active(self) -> bool:
        """Whether it is queued or running."""
        return self.state in {State.QUEUED, State.STARTING, State.RUNNING, State.STOPPING}


def import_folders(named: Sequence[Path], is_private: bool) -> tuple[Path, ...]:
    """Return the folders whose files the page may import by path.

    Parameters
    ----------
    named : sequence of Path
        Those of ``--allow-path``; without any, those of ``VITRINA_FOLDERS``.
    is_private : bool
        Whether only this machine reaches the server: the current folder is allowed then where none
        was named. Others could read every file in it.
    """
    variable = os.environ.get(FOLDERS, "").split(os.pathsep)
    paths = list(named) or [Path(part) for part in variable if part]
    if not paths and is_private:
        paths = [Path.cwd()]
    return tuple(folder.resolve() for folder in paths)


def file_at(path: str, folders: Sequence[Path]) -> Path:
    """Return the file of the server, or the Kaggle reference, that a person typed as a path.

    Raises
    ------
    BadInput
        If there is no such file in one of the allowed folders.
    """
    if kaggle.is_remote(path.strip()):
        kaggle.parse(path)
        return Path(path.strip())
    return allowed(path.strip(), folders)


def preview_files(home: Home, request: ImportRequest) -> Preview | None:
    """Return how the first file of a request is read; None for a large archive or one at Kaggle.

    Raises
    ------
    BadInput
        If it cannot be read.
    """
    if kaggle.is_remote(request.files[0]):
        return None
    with TemporaryDirectory(dir=home.cache) as folder:
        return BOUNDED.call(preview, request, Path(folder))


def check_file(home: Home, path: str, folders: Sequence[Path]) -> Path:
    """Return an uploaded file, one in an allowed folder, or a Kaggle reference.

    The path comes back from the browser, so it is checked again.

    Raises
    ------
    BadInput
        If it is none of these.
    """
    file = Path(path)
    if file.is_relative_to(home.uploads.resolve()):
        return uploads.find(home, path)
    return file_at(path, folders)


def suggest_name(file: Path) -> str:
    """Return a valid dataset name made from the name of a file.

    Examples
    --------
    >>> suggest_name(Path("2019 Nov.csv.gz"))
    '2019-Nov'
    """
    stem = _NOT_IN_NAMES.sub("-", file.name.partition(".")[0]).strip("-_.")
    return stem[:60]


def start(home: Home, request: ImportRequest) -> str:
    """Queue an import and return its run.

    Parameters
    ----------
    home : Home
        Home that receives the dataset.
    request : ImportRequest
        Files and how to read them; the files may be Kaggle references.

    Raises
    ------
    BadInput
        If the name cannot be used, is taken or is being imported, or if there is no file or no
        dataset to append to.
    """
    store, name = Store(home), request.name
    if not request.files:
        raise BadInput(_("Choose a file to import first."))
    if not name:
        raise BadInput(_("Give the dataset a name."))
    store.check_name(name)
    if request.mode == "new":
        store.check_free(name)
    elif request.mode == "append":
        store.open(name)
    check_not_importing(home, name)
    shared = share_files(home, [*request.files, request.products, request.buyers])
    return Runs(home).create(IMPORT, name, request.as_config() | shared)


def import_files(
    home: Home, request: ImportRequest, *, on_progress: OnProgress = ignore_progress
) -> Dataset:
    """Import files as a dataset in this process, and return the dataset.

    Parameters
    ----------
    home : Home
        Home that receives the dataset.
    request : ImportRequest
        Files and how to read them; the files may be Kaggle references.
    on_progress : callable
        See `data.importing.ingest.ingest`.

    Raises
    ------
    BadInput
        If a file, the name or the mapping cannot be used, or the dataset is being imported.
        Nothing is left behind.
    """
    Store(home).check_name(request.name)
    check_not_importing(home, request.name)
    request = replace(request, files=kaggle.local(request.files))
    return ingest(Store(home), request, on_progress=on_progress)


def check_not_importing(home: Home, name: str) -> None:
    """Refuse a second import of a dataset, whether a job or a command does the first.

    Raises
    ------
    BadInput
        If an import of this dataset is queued or running.
    """
    if any(run.dataset == name and not run.ended for run in Runs(home).list(kind=IMPORT)):
        raise BadInput(_("Dataset {name} is being imported already.").format(name=name))
    Store(home).check_not_importing(name)


def current(home: Home) -> list[Import]:
    """Return the imports that are queued or running, and those of the last ten minutes."""
    recent = time.time() - _RECENT_SECONDS
    runs = Runs(home).list(kind=IMPORT)
    return [_progress(run) for run in runs if not run.ended or (run.finished or 0) > recent]


def cancel(home: Home, run: str) -> None:
    """Request an import to stop; nothing of it remains."""
    Runs(home).request_stop(run)


def dismiss(home: Home, run: str) -> None:
    """Delete the run of an import that has ended."""
    Runs(home).deletion.delete(run)


def _progress(run: Run) -> Import:
    done, total = run.progress.get("bytes_done", 0), run.progress.get("bytes_total", 0)
    seconds, rows = run.progress.get("seconds", 0.0), run.progress.get("rows", 0)
    share = done / total if total else None
    return Import(
        run=run.run,
        dataset=run.dataset,
        state=run.state,
        stage=_stage(run),
        share=share,
        rows=rows,
        speed=rows / seconds if seconds and rows else None,
        left=seconds * (1 - share) / share if share and share > 0.02 else None,
        problem=_problem(run),
    )


def _stage(run: Run) -> str:
    stage = run.progress.get("stage")
    if not stage:
        return _("Starting")
    return _(_STAGES[stage]) if stage in _STAGES else str(stage)


def _problem(run: Run) -> str:
    if run.state not in {State.FAILED, State.INTERRUPTED}:
        return ""
    explanation = explain(run.reason)
    return run.message or f"{explanation.title}. {explanation.advice}"
