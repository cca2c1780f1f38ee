"""Whether a trained model still holds: judge it on what came since, and read the result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard import formats
from dashboard.jobs.queue import CHECKING
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import open_run
from dashboard.services.recommendations.run_jobs import jobs_of_run, queue_job
from dashboard.services.runs.overfitting import Tone
from data.home import Home
from data.i18n import _
from model.metrics.protocol_metrics import metrics_of

Drift = Mapping[str, Any]
"""What ``model.evaluation.drift.assess_drift`` returns."""


@dataclass(frozen=True)
class DriftReading:
    """What the later events say of a model, and what to do."""

    tone: Tone
    finding: str
    advice: str


def start(home: Home, run: str) -> str:
    """Queue the check of a trained run on later events and return the name of the job.

    Raises
    ------
    BadInput
        Where there is no such run, it has no model, or its dataset is gone.
    """
    return queue_job(home, run, CHECKING, {"run": run})


def newest_job(home: Home, run: str) -> Run | None:
    """Return the newest check of a run, under way or ended; None where there was none."""
    return next(iter(jobs_of_run(home, run, CHECKING)), None)


def result(home: Home, run: str) -> Drift:
    """Return the result of the newest check of a run that finished; empty before there is one."""
    return open_run(home, run).drift


def read(drift: Drift) -> DriftReading:
    """Return in words how the share of targets among the first ten changed since the training."""
    change = drift["change"]
    sentences = [_finding(drift)]
    if change["high"] < 0:
        sentences.append(_parts(change))
    tone, advice = _advice(drift)
    return DriftReading(tone, " ".join(sentences), advice)


def _finding(drift: Drift) -> str:
    change = drift["change"]
    if change["high"] < 0:
        words = _(
            "Since {day} it finds {points} points less than before: {now} of the targets are among"
            " its first ten, {before} in its test part (95% interval of the change {low} to {high}"
            " points)."
        )
    elif change["low"] > 0:
        words = _(
            "Since {day} it finds {points} points more than before: {now} of the targets are among"
            " its first ten, {before} in its test part (95% interval of the change {low} to {high}"
            " points)."
        )
    else:
        words = _(
            "Since {day} it finds as much as before, within chance: {now} of the targets are among"
            " its first ten, {before} in its test part (95% interval of the change {low} to {high}"
            " points)."
        )
    return words.format(
        day=formats.day(datetime.fromisoformat(drift["trained_until"])),
        points=formats.points(abs(change["value"])),
        now=formats.percent(change["now"]),
        before=formats.percent(change["before"]),
        low=formats.points(change["low"]),
        high=formats.points(change["high"]),
    )


def _parts(change: Mapping[str, float]) -> str:
    """Return a sentence on the parts of a fall: by unknown products, and by known ones."""
    unknown, known = change["unknown_products"], change["known_products"]
    if unknown < 0 < known:
        return _(
            "Products that it does not know cost {lost} points; those that it knows are found"
            " more often, which makes up for {gained}."
        ).format(lost=formats.points(-unknown), gained=formats.points(known))
    if known < 0 < unknown:
        return _("It knows more of the products than before, and finds these less often.")
    return _("{share} of that is products that it does not know.").format(
        share=formats.percent(unknown / change["value"], 0)
    )


def _advice(drift: Drift) -> tuple[Tone, str]:
    change, popularity = drift["change"], drift["since"]["models"][1]
    low, high = popularity["behind95"][metrics_of(drift["protocol"]).compared[0]]
    if high < 0:
        return "bad", _(
            "Popularity is ahead of it by now: train a new run and put it into service."
        )
    if low <= 0:
        return "bad", _(
            "It is not clearly ahead of popularity any more: train a new run and put it into"
            " service if it is better."
        )
    if change["high"] >= 0:
        return "good", _("It is clearly ahead of popularity; nothing needs to be done.")
    if change["unknown_products"] / change["value"] >= 0.5:
        return "attention", _("Train a new run: it will know the products that came since.")
    return "attention", _(
        "Train a new run, compare both on the same targets, and put the better one into service."
    )
