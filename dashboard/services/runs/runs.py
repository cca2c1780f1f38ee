"""Runs: start a training, follow it, end it, and say what came of it."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dashboard.jobs.archive import archive as write_archive
from dashboard.jobs.failures import explain
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import in_words
from dashboard.jobs.supervise import ensure_worker
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from model.config.presets import preset as named_preset
from model.config.run_config import RunConfig

TRAINING = "train"
FOLLOW_SECONDS = 0.2


def configure(preset: str, changes: Mapping[str, Any] | None = None) -> RunConfig:
    """Return a preset's configuration with some settings changed.

    Raises
    ------
    BadInput
        For an unknown preset or setting, and for a value that is not allowed.
    """
    return named_preset(preset).override(changes or {})


def start_training(
    home: Home,
    dataset: str,
    *,
    preset: str = "best",
    changes: Mapping[str, Any] | None = None,
    label: str = "",
) -> str:
    """Queue a training and return the run's name.

    Raises
    ------
    BadInput
        Where the dataset, the preset or a setting cannot be used; nothing is queued then.
    """
    config = configure(preset, changes)
    Store(home).open(dataset)
    return Runs(home).create(TRAINING, dataset, config.as_dict(), preset=preset, label=label)


def leave_running(home: Home) -> None:
    """See to it that somebody carries out what is queued, also after this process has ended."""
    ensure_worker(home, until_idle=True)


def follow(home: Home, run: str) -> Iterator[dict[str, Any]]:
    """Yield each finished epoch of a run until the run has ended.

    A worker is started where none is alive.
    """
    leave_running(home)
    table = Runs(home)
    shown = 0
    while True:
        ended = table.get(run).ended
        history = table.metrics.history(run)
        yield from history[shown:]
        shown = max(shown, len(history))
        if ended:
            return
        time.sleep(FOLLOW_SECONDS)


def stop(home: Home, run: str) -> None:
    """Ask a run to stop; one that is only queued is stopped at once."""
    Runs(home).request_stop(run)


def resume(home: Home, run: str) -> None:
    """Queue a stopped, failed or interrupted run again; it goes on from its last whole epoch."""
    Runs(home).resume(run)


def delete(home: Home, run: str) -> None:
    """Delete a run that is not active: its row, its metrics and its folder."""
    Runs(home).deletion.delete(run)


def archive(home: Home, run: str, out: Path) -> Path:
    """Write the whole record of a run as one ZIP file, and return the file.

    Raises
    ------
    BadInput
        Where there is no such run, or no such folder to write into.
    """
    if not out.parent.is_dir():
        raise BadInput(_("There is no folder {folder}; make it first.").format(folder=out.parent))
    return write_archive(Runs(home), run, out)


def records(home: Home) -> list[dict[str, Any]]:
    """Return the record of every training, the newest first, without histories."""
    return [_brief(run) for run in Runs(home).list(kind=TRAINING)]


def record(home: Home, run: str) -> dict[str, Any]:
    """Return everything that is known about a training, as ``vitrina show`` prints it.

    Raises
    ------
    BadInput
        Where there is no such run.
    """
    table = Runs(home)
    found = table.get(run)
    return _brief(found) | {
        "config": found.config,
        "history": table.metrics.history(run),
        "test": test_figures(table, run),
    }


def test_figures(table: Runs, run: str) -> dict[str, Any]:
    """Return the test figures of what a run serves, its blend if it has one; or an empty dict."""
    file = table.folder(run) / "evaluation.json"
    if not file.exists():
        return {}
    model = served(json.loads(file.read_text(encoding="utf-8")))
    return dict(model["metrics"]) if model else {}


def served(evaluation: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what an evaluation says of the model that a run serves; None before there is any.

    A run with a blend has two of kind ``network``; the blend, which it serves, stands first.

    Examples
    --------
    >>> both = [{"name": "blend", "kind": "network"}, {"name": "gru", "kind": "network"}]
    >>> served({"models": both})["name"], served({})
    ('blend', None)
    """
    models: Iterable[Mapping[str, Any]] = evaluation.get("models", ())
    return next((model for model in models if model["kind"] == "network"), None)


def failure(home: Home, run: str) -> str:
    """Say in one sentence why a run did not finish, and what to do."""
    found = Runs(home).get(run)
    explanation = explain(found.reason) if found.reason else None
    parts = [found.message or (explanation.title if explanation else "")]
    parts.append(explanation.advice if explanation else "")
    return _("Run {run} is {state}: {why}").format(
        run=run, state=in_words(found.state), why=" ".join(part for part in parts if part)
    )


def evaluate(home: Home, run: str, exclude_seen: bool = False) -> dict[str, Any]:
    """Put a trained run beside the baselines, under the protocol that it was trained under.

    Raises
    ------
    BadInput
        Where the run has no model yet, or its dataset is gone.
    """
    from model.evaluation.evaluate import evaluate_run

    table = Runs(home)
    found = table.get(run)
    require_model(found, table)
    dataset = Store(home).open(found.dataset)
    return evaluate_run(table.folder(run), dataset, exclude_seen=exclude_seen) | {"run": run}


def has_model(run: Run, table: Runs) -> bool:
    """Tell whether a run has a model that can predict."""
    return (table.folder(run.run) / "model.onnx").exists()


def require_model(run: Run, table: Runs) -> None:
    """Raise BadInput where a run has no model that could predict."""
    if not has_model(run, table):
        raise BadInput(
            _("Run {run} has no model yet (it is {state}); choose a finished one.").format(
                run=run.run, state=in_words(run.state)
            )
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
