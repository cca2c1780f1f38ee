"""The evaluation of a run on its test targets, beside the baselines."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import in_words
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.i18n import _

_EVALUATIONS = 64


def evaluate(home: Home, name: str, exclude_seen: bool = False) -> dict[str, Any]:
    """Evaluate a trained run and the baselines, under the protocol that it was trained under.

    Raises
    ------
    BadInput
        Where the run has no model yet, or its dataset does not exist any more.
    """
    from model.evaluation.evaluate import evaluate_run

    runs = Runs(home)
    run = runs.get(name)
    require_model(run, runs)
    dataset = Store(home).open(run.dataset)
    return evaluate_run(runs.folder(name), dataset, exclude_seen=exclude_seen) | {"run": name}


def evaluation(home: Home, run: str) -> dict[str, Any]:
    """Return the stored evaluation of a run; empty before there is one."""
    file = home.runs / run / "evaluation.json"
    try:
        return _read(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return {}


def served_model(evaluation: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the entry of the model that a run serves; None before there is one.

    A run with a blend has two of kind ``network``; the blend, which it serves, stands first.

    Examples
    --------
    >>> both = [{"name": "blend", "kind": "network"}, {"name": "gru", "kind": "network"}]
    >>> served_model({"models": both})["name"], served_model({})
    ('blend', None)
    """
    models: Iterable[Mapping[str, Any]] = evaluation.get("models", ())
    return next((model for model in models if model["kind"] == "network"), None)


def test_metrics(home: Home, run: str) -> dict[str, Any]:
    """Return the test metrics of the model that a run serves; empty before it is evaluated."""
    model = served_model(evaluation(home, run))
    return dict(model["metrics"]) if model else {}


def has_model(run: Run, runs: Runs) -> bool:
    """Return whether a run has a model that can predict."""
    return (runs.folder(run.run) / "model.onnx").exists()


def require_model(run: Run, runs: Runs) -> None:
    """Raise BadInput where a run has no model that can predict."""
    if not has_model(run, runs):
        raise BadInput(
            _("Run {run} has no model yet (it is {state}); choose a finished one.").format(
                run=run.run, state=in_words(run.state)
            )
        )


@lru_cache(maxsize=_EVALUATIONS)
def _read(file: Path, _changed: int) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8")))
