"""Evaluate a run on its test targets, beside the baselines."""

from typing import Any

from dashboard.jobs.run_handle import open_run
from dashboard.jobs.staged_folders import changed_run
from data.datasets.store import Store
from data.home import Home


def evaluate(home: Home, name: str, exclude_seen: bool = False) -> dict[str, Any]:
    """Evaluate a trained run and the baselines, under the protocol that it was trained under.

    Raises
    ------
    BadInput
        Where the run has no model yet, or its dataset does not exist any more.
    """
    from model.evaluation.evaluate import evaluate_run

    handle = open_run(home, name)
    handle.require_model()
    with Store(home).reading(handle.run.dataset) as dataset, changed_run(home, name) as folder:
        return evaluate_run(folder, dataset, exclude_seen=exclude_seen) | {"run": name}
