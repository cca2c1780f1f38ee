"""The content of the home page: datasets, latest runs, models and the worker."""

from dataclasses import dataclass
from typing import Any

from dashboard.jobs.lease import WorkerStatus
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import RunHandle, handles
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import TableError
from dashboard.services.datasets import library, samples
from dashboard.services.runs import monitor
from data.home import Home
from data.preparation.splits import SETS

LATEST = 6
METRIC = "hr@10"


@dataclass(frozen=True)
class RunSummary:
    """A run as the home page shows it.

    Attributes
    ----------
    run : Run
    share : float or None
        How much of it is done; None once it has ended, and where it is unknown.
    has_model : bool
        Whether it can recommend.
    hit_rate, popularity : float or None
        HR@10 on the test targets of the model that it serves, and of the popularity baseline.
    problem : str
        One sentence on an evaluation that is damaged; empty where it is not.
    """

    run: Run
    share: float | None
    has_model: bool
    hit_rate: float | None
    popularity: float | None
    problem: str = ""


@dataclass(frozen=True)
class Overview:
    """The content of the home page.

    Attributes
    ----------
    datasets : list of dict
        One row for each dataset.
    latest : list of RunSummary
        Trainings and the other runs that have not ended, newest first.
    models : list of RunSummary
        Every training that has a model, newest first.
    worker : WorkerStatus
    sample_offered : bool
        Whether a real log can be imported that comes with a package.
    problems : list of str
        One sentence on each dataset and run that is damaged, and on the table of runs.
    """

    datasets: list[dict[str, Any]]
    latest: list[RunSummary]
    models: list[RunSummary]
    worker: WorkerStatus
    sample_offered: bool
    problems: list[str]

    @property
    def busy(self) -> bool:
        """Whether a run is queued or active."""
        return any(not summary.run.ended for summary in self.latest)

    @property
    def best(self) -> RunSummary | None:
        """The model with the highest hit rate of single targets; None before one was evaluated.

        A set has more targets to hit, so that its hit rate is no measure for them.
        """
        evaluated = [
            summary
            for summary in self.models
            if summary.hit_rate is not None and summary.run.protocol not in SETS
        ]
        return max(evaluated, key=lambda summary: summary.hit_rate or 0.0, default=None)

    def mark(self) -> str:
        """Return a text that changes whenever the page must be drawn again."""
        runs = [
            (
                summary.run.run,
                summary.run.state.value,
                summary.run.epochs_done,
                summary.run.label,
                summary.hit_rate,
                summary.problem,
                None if summary.share is None else round(summary.share, 3),
            )
            for summary in self.latest
        ]
        names = [row["name"] for row in self.datasets]
        return f"{names} {runs} {self.worker.alive} {self.problems}"


def overview(home: Home) -> Overview:
    """Return the content of the home page; without runs where their table cannot be read."""
    problems = list(library.damaged(home).values())
    try:
        table = Runs(home)
        runs, worker = table.list(), table.lease.status()
        shown = handles(home, [run for run in runs if run.kind == TRAINING or not run.ended])
        problems += table.damaged()
    except TableError as error:
        shown, worker = [], WorkerStatus(False, None, None)
        problems.append(str(error))
    trainings = [_summary(handle) for handle in shown if handle.run.kind == TRAINING]
    others = [_summary(handle) for handle in shown if handle.run.kind != TRAINING]
    latest = sorted([*trainings, *others], key=lambda summary: summary.run.created, reverse=True)
    return Overview(
        datasets=library.table(home),
        latest=latest[:LATEST],
        models=[summary for summary in trainings if summary.has_model],
        worker=worker,
        sample_offered=samples.is_offered(home),
        problems=problems,
    )


def _summary(handle: RunHandle) -> RunSummary:
    run = handle.run
    problem = handle.problem
    models = () if problem else handle.evaluation.get("models", ())
    baselines = {model["name"]: model["metrics"] for model in models}
    return RunSummary(
        run=run,
        share=None if run.ended else monitor.share_done(run),
        has_model=handle.has_model,
        hit_rate=None if problem else handle.test_metrics.get(METRIC),
        popularity=baselines.get("popularity", {}).get(METRIC),
        problem=problem,
    )
