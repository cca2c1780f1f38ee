"""A run beside the model in service of its dataset, on purchases that neither was trained on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dashboard import formats
from dashboard.figures.curves import metric_name
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import RunHandle, open_run
from dashboard.services.recommendations.run_jobs import jobs_of_run, queue_job, result_of_job
from dashboard.services.runs import model_in_service
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from model.metrics.protocol_metrics import metrics_of
from model.run_files import COMPARISON

KIND = "compare"
"""Kind of the jobs."""
Comparison = Mapping[str, Any]
"""``run``, ``in_service``, and what ``later_comparison.compare_later`` returns."""


def compare(home: Home, run: str) -> Comparison:
    """Compare a run with the model in service of its dataset.

    Raises
    ------
    BadInput
        Where the run is unknown, has no model or is in service, none is in service, or the two have
        no such targets.
    """
    from model.evaluation.later_comparison import compare_later

    candidate, in_service = _pair(home, run)
    with Store(home).reading(candidate.run.dataset) as dataset:
        compared = compare_later(open_run(home, in_service).fetch(), candidate.fetch(), dataset)
    return {"run": run, "in_service": in_service, **compared}


def start(home: Home, run: str) -> str:
    """Queue this comparison and return the name of the job.

    Raises
    ------
    BadInput
        As ``compare``; whether there are such targets is found by the job.
    """
    _candidate, in_service = _pair(home, run)
    return queue_job(home, run, KIND, {"run": run, "in_service": in_service})


def newest_job(home: Home, run: str, in_service: str) -> Run | None:
    """Return the newest comparison of two runs, under way or ended; None where there was none."""
    jobs = jobs_of_run(home, run, KIND)
    return next((job for job in jobs if job.config["in_service"] == in_service), None)


def result(home: Home, job: str) -> Comparison:
    """Return the result of a finished job.

    Raises
    ------
    Damaged
        Where its file cannot be read.
    """
    return result_of_job(home, job, COMPARISON)


def _pair(home: Home, run: str) -> tuple[RunHandle, str]:
    """Return a run with a model, and the name of the one in service beside it."""
    candidate = open_run(home, run)
    candidate.require_model()
    in_service = model_in_service.chosen_run(home, None, candidate.run.dataset)
    if run == in_service:
        raise BadInput(_("Run {run} is in service already.").format(run=run))
    return candidate, in_service


def in_words(comparison: Comparison) -> str:
    """Return one sentence on a candidate beside the model in service."""
    metric = metrics_of(comparison["protocol"]).compared[0]
    difference = comparison["difference"][metric]
    if difference["low"] > 0:
        verdict = _("{run} is better than {in_service}")
    elif difference["high"] < 0:
        verdict = _("{run} is worse than {in_service}")
    else:
        verdict = _("No significant difference between {run} and {in_service}")
    return _(
        "{verdict}: {metric} {new}, not {old}, on the same {targets} targets of {buyers} buyers"
        " since {day} (95% interval of the difference {low} to {high})."
    ).format(
        verdict=verdict.format(run=comparison["run"], in_service=comparison["in_service"]),
        metric=metric_name(metric),
        new=formats.number(comparison["new"][metric], 4),
        old=formats.number(comparison["old"][metric], 4),
        targets=formats.number(comparison["targets"]),
        buyers=formats.number(comparison["buyers"]),
        day=formats.day(datetime.fromisoformat(comparison["from"])),
        low=formats.number(difference["low"], 4),
        high=formats.number(difference["high"], 4),
    )
