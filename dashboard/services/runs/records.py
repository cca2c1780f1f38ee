"""The records of runs as the command line and the programming interface print them."""

from pathlib import Path
from typing import Any

from dashboard.jobs.archive import archive as write_archive
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import open_run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import in_words
from dashboard.services.runs import monitor
from data.errors import BadInput
from data.home import Home
from data.i18n import _


def records(home: Home) -> list[dict[str, Any]]:
    """Return the record of every training, the newest first, without histories."""
    return [_brief(run) for run in Runs(home).list(kind=TRAINING)]


def record(home: Home, name: str) -> dict[str, Any]:
    """Return the record of a run with configuration, history and test metrics.

    Raises
    ------
    BadInput
        Where there is no such run.
    """
    handle = open_run(home, name)
    return _brief(handle.run) | {
        "config": handle.run.config,
        "history": Runs(home).metrics.history(name),
        "test": {} if handle.problem else dict(handle.test_metrics),
        "problem": handle.problem or None,
    }


def damaged(home: Home) -> list[str]:
    """Return a sentence on each damaged row of the table, and on folders without a row."""
    return Runs(home).damaged()


def archive(home: Home, run: str, out: Path) -> Path:
    """Write everything that is stored about a run into a ZIP file, and return the file.

    Raises
    ------
    BadInput
        Where there is no such run, or no such folder to write into.
    """
    if not out.parent.is_dir():
        raise BadInput(_("There is no folder {folder}; make it first.").format(folder=out.parent))
    open_run(home, run).fetch()
    return write_archive(Runs(home), run, out)


def failure(home: Home, name: str) -> str:
    """Return one sentence on why a run did not finish, and what to do."""
    run = Runs(home).get(name)
    explanation = monitor.explanation(run)
    parts = [run.message or (explanation.title if explanation else "")]
    parts.append(explanation.advice if explanation else "")
    return _("Run {run} is {state}: {why}").format(
        run=name, state=in_words(run.state), why=" ".join(part for part in parts if part)
    )


def _brief(run: Run) -> dict[str, Any]:
    return {
        "run": run.run,
        "state": str(run.state),
        "pid": run.pid if run.active else None,
        "preset": run.preset,
        "dataset": run.dataset,
        "label": run.label,
        "parameters": run.parameters,
        "epochs_done": run.epochs_done,
        "created": run.created,
        "started": run.started,
        "finished": run.finished,
        "message": run.message,
    }
