"""Imports that the browser asks for: which files may be read, and how far each import is."""

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from dashboard.jobs.failures import explain
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.services.datasets import uploads
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.i18n import N_, _
from data.importing import kaggle
from data.importing.allowed_paths import allowed
from data.importing.request import ImportRequest

IMPORT = "import"
FOLDERS = "VITRINA_FOLDERS"
"""Environment variable: the folders whose files the page may name, as a PATH is written."""

_STAGES = {"reading": N_("Reading the files"), "summarising": N_("Counting what came in")}
_RECENT_SECONDS = 600
_ODD = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Import:
    """One import as the page shows it.

    Attributes
    ----------
    run : str
        Its run.
    dataset : str
        The dataset that it makes.
    state : State
        Of the run.
    stage : str
        What it does now, in words.
    share : float or None
        How much is done, from 0 to 1.
    rows : int
        Rows read so far.
    speed : float or None
        Rows a second.
    left : float or None
        Seconds that are probably left.
    problem : str
        Why it ended badly and what to do; empty where it did not.
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
        """Whether it still waits or works."""
        return self.state in {State.QUEUED, State.STARTING, State.RUNNING, State.STOPPING}


def folders() -> tuple[Path, ...]:
    """Return the folders whose files may be named: ``VITRINA_FOLDERS``, else where it started."""
    named = [Path(part) for part in os.environ.get(FOLDERS, "").split(os.pathsep) if part]
    return tuple(folder.resolve() for folder in named or [Path.cwd()])


def named_file(path: str) -> Path:
    """Return a file of the server, or of Kaggle, by the path that a person typed.

    Raises
    ------
    BadInput
        Where there is no such file in a folder that may be read.
    """
    if kaggle.is_remote(path.strip()):
        kaggle.parse(path)
        return Path(path.strip())
    return allowed(path.strip(), folders())


def permitted(home: Home, path: str) -> Path:
    """Return a file that was uploaded to this home, lies in an allowed folder, or is Kaggle's.

    Raises
    ------
    BadInput
        Where it is none of these; what a browser sends back is checked again, not believed.
    """
    file = Path(path)
    if file.is_relative_to(home.uploads.resolve()):
        return uploads.find(home, path)
    return named_file(path)


def suggest_name(file: Path) -> str:
    """Return a name for a dataset that is made from a file.

    Examples
    --------
    >>> suggest_name(Path("2019 Nov.csv.gz"))
    '2019-Nov'
    """
    stem = _ODD.sub("-", file.name.partition(".")[0]).strip("-_.")
    return stem[:60]


def start(home: Home, request: ImportRequest) -> str:
    """Queue an import and return its run.

    Parameters
    ----------
    home : Home
        Receives the dataset.
    request : ImportRequest
        Its files may be Kaggle's, too.

    Raises
    ------
    BadInput
        Where the name cannot be used, is taken or is being imported, there is no file, or no
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
    return Runs(home).create(IMPORT, name, request.as_config())


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
    """Return the imports that wait or work, and those that ended in the last ten minutes."""
    recent = time.time() - _RECENT_SECONDS
    runs = Runs(home).list(kind=IMPORT)
    return [_view(run) for run in runs if not run.ended or (run.finished or 0) > recent]


def cancel(home: Home, run: str) -> None:
    """Ask an import to stop; nothing of it will be left."""
    Runs(home).request_stop(run)


def dismiss(home: Home, run: str) -> None:
    """Take an import that has ended off the list."""
    Runs(home).deletion.delete(run)


def _view(run: Run) -> Import:
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
