"""What the rules of a placement change on the test targets of a run, computed by a job."""

from collections.abc import Mapping
from typing import Any

from dashboard import formats
from dashboard.jobs.placements import Placement
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import open_run
from dashboard.jobs.runs_table import Runs
from dashboard.services.recommendations.run_jobs import (
    jobs_of_run,
    placement_config,
    queue_job,
    result_of_job,
)
from data.home import Home
from data.i18n import _
from model.run_files import EFFECT

KIND = "effect"
"""Kind of the jobs."""

Effect = Mapping[str, Any]
"""What ``model.evaluation.rule_effect.rule_effect`` returns."""


def start(home: Home, run: str, placement: str) -> str:
    """Queue the effect of a placement's rules on a run and return the name of the job.

    Raises
    ------
    BadInput
        Where there is no such run or placement, the run has no model, or its dataset is gone.
    """
    place = Runs(home).placements.get(open_run(home, run).run.dataset, placement)
    return queue_job(home, run, KIND, {"run": run, "placement": placement_config(place)})


def newest_job(home: Home, run: str, placement: Placement) -> Run | None:
    """Return the newest job on a version of a placement and a run; None where there was none."""
    version = placement_config(placement)
    jobs = jobs_of_run(home, run, KIND)
    return next((job for job in jobs if job.config["placement"] == version), None)


def result(home: Home, job: str) -> Effect:
    """Return the effect that a finished job has computed.

    Raises
    ------
    Damaged
        Where its file cannot be read.
    """
    return result_of_job(home, job, EFFECT)


def in_words(effect: Effect) -> str:
    """Return one sentence on what rules cost or bring, and what they change."""
    difference = effect["difference"]["ndcg@10"]
    if not effect["left_out"]:
        return _("The rules change no list of the {lists} on the test targets.").format(
            lists=formats.number(effect["lists"])
        )
    if difference["high"] < 0:
        verdict = _("The rules cost accuracy")
    elif difference["low"] > 0:
        verdict = _("The rules make the lists more accurate")
    else:
        verdict = _("The rules make no significant difference in accuracy")
    return _("{verdict}: NDCG@10 {change} (95% interval {low} to {high}).").format(
        verdict=verdict,
        change=_signed(difference["value"]),
        low=_signed(difference["low"]),
        high=_signed(difference["high"]),
    )


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + formats.number(value, 4)
