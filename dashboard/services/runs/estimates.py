"""Estimate the size of a training and how long it takes, from earlier runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.services.runs import monitor
from data.home import Home
from data.preparation.steps import Step
from model.config.run_config import RunConfig
from model.config.sizing import TRAINING_SHARE

_SHAPE = ("network", "layers", "width", "loss")
_RANGE = (0.8, 1.6)


@dataclass(frozen=True)
class Estimate:
    """The estimated size and duration of a training.

    Attributes
    ----------
    targets : int
        Training targets of an epoch.
    seconds : tuple of float or None
        The least and the most seconds of the whole training; None where no comparable run has
        been trained in this home.
    run : str or None
        The run whose throughput was used.
    """

    targets: int
    seconds: tuple[float, float] | None = None
    run: str | None = None


def estimate(home: Home, dataset: str, config: RunConfig, steps: Sequence[Step]) -> Estimate:
    """Estimate a training from what its preparation leaves and the throughput of earlier runs."""
    prepared = steps[-1]
    targets = max(int(TRAINING_SHARE * prepared.targets) - prepared.users, 0)
    run = _comparable(home, dataset, config)
    speed = monitor.throughput(monitor.metrics(home, run)) if run else None
    if run is None or not speed:
        return Estimate(targets)
    speed *= run.config.get("ensemble_size", 1) / config.ensemble_size
    least, most = (epochs * targets / speed for epochs in (_fewest_epochs(config), config.epochs))
    low, high = _RANGE
    return Estimate(targets, (low * least, high * most), run.run)


def _fewest_epochs(config: RunConfig) -> int:
    """Return the epochs after which patience ends a training that never improves on its first."""
    return min(config.early_stopping + 1, config.epochs) if config.early_stopping else config.epochs


def _comparable(home: Home, dataset: str, config: RunConfig) -> Run | None:
    """Return the newest training with the same network, preferably on the same dataset."""
    settings = config.as_dict()
    runs = [
        run
        for run in Runs(home).list(kind=TRAINING)
        if run.epochs_done and all(run.config.get(key) == settings[key] for key in _SHAPE)
    ]
    return next((run for run in runs if run.dataset == dataset), runs[0] if runs else None)
