"""What the home page knows: datasets, the latest runs, the worker, and how far one has come."""

from dataclasses import dataclass
from typing import Any

from dashboard.jobs.lease import WorkerStatus
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run import Run
from dashboard.services.datasets import management
from dashboard.services.runs import monitor
from dashboard.services.runs.evaluation import evaluation, has_model, test_metrics
from data.home import Home

LATEST = 6
FIGURE = "hr@10"


@dataclass(frozen=True)
class Latest:
    """A run as the home page shows it.

    Attributes
    ----------
    run : Run
    share : float or None
        How much of it is done, while it works.
    model : bool
        Whether it can recommend.
    hit_rate, popular : float or None
        The share of test targets among the first ten, of what it serves and of popularity.
    """

    run: Run
    share: float | None
    model: bool
    hit_rate: float | None
    popular: float | None


@dataclass(frozen=True)
class Content:
    """What there is.

    Attributes
    ----------
    datasets : list of dict
        A row each (``services.library``).
    latest : list of Latest
        Trainings and what still works, the newest first.
    models : list of Latest
        Every training that can recommend, the newest first.
    worker : WorkerStatus
    """

    datasets: list[dict[str, Any]]
    latest: list[Latest]
    models: list[Latest]
    worker: WorkerStatus

    @property
    def busy(self) -> bool:
        """Whether something still waits or works."""
        return any(not one.run.ended for one in self.latest)

    @property
    def best(self) -> Latest | None:
        """The model with the highest hit rate; None before one was judged."""
        judged = [one for one in self.models if one.hit_rate is not None]
        return max(judged, key=lambda one: one.hit_rate or 0.0, default=None)

    def mark(self) -> str:
        """Return a text that changes whenever the page must be drawn anew."""
        runs = [
            (
                one.run.run,
                one.run.state.value,
                one.run.epochs_done,
                one.run.label,
                one.hit_rate,
                None if one.share is None else round(one.share, 3),
            )
            for one in self.latest
        ]
        names = [row["name"] for row in self.datasets]
        return f"{names} {runs} {self.worker.alive}"


def content(home: Home) -> Content:
    """Return what the home page shows."""
    table = monitor.table(home)
    runs = table.list()
    trainings = [_latest(home, run) for run in runs if run.kind == TRAINING]
    others = [_latest(home, run) for run in runs if run.kind != TRAINING and not run.ended]
    shown = sorted([*trainings, *others], key=lambda one: one.run.created, reverse=True)
    return Content(
        datasets=management.overview(home),
        latest=shown[:LATEST],
        models=[one for one in trainings if one.model],
        worker=table.lease.status(),
    )


def _latest(home: Home, run: Run) -> Latest:
    judged = evaluation(home, run.run).get("models", ())
    metrics = {model["name"]: model["metrics"] for model in judged}
    return Latest(
        run=run,
        share=None if run.ended else monitor.share_done(run),
        model=has_model(run, monitor.table(home)),
        hit_rate=test_metrics(home, run.run).get(FIGURE),
        popular=metrics.get("popularity", {}).get(FIGURE),
    )
