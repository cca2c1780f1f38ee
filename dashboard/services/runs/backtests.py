"""Rolling backtests: queue one, and read from its result how often training again pays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from dashboard import formats
from dashboard.jobs.backtest import FILE
from dashboard.jobs.queue import BACKTESTING
from dashboard.jobs.run_handle import open_run, run_folder
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.supervisor import start_worker
from dashboard.jobs.training_series import Trial
from dashboard.services.runs.overfitting import Tone
from data.checksums import verified
from data.datasets.store import Store
from data.errors import BadInput, damaged_unless_read
from data.file_cache import FileCache
from data.files import read_json
from data.home import Home
from data.i18n import _
from data.preparation.splits import BY_TIME
from model.config.run_config import RunConfig
from model.metrics.protocol_metrics import metrics_of

MAX_CUTS = 24


@dataclass(frozen=True)
class BacktestResult:
    """The trainings of a backtest so far, and how they did.

    Attributes
    ----------
    trials : tuple of Trial
        In the order of their cuts.
    judged : mapping
        What ``model.evaluation.backtest.backtest`` returned; empty before all have finished.
    """

    trials: tuple[Trial, ...] = ()
    judged: Mapping[str, Any] = field(default_factory=dict)


def start(home: Home, dataset: str, config: RunConfig, *, preset: str, cuts: int) -> str:
    """Queue a backtest and return its name.

    Parameters
    ----------
    config : RunConfig
        The settings of all trainings.
    preset : str
        The preset that the configuration started from; it is only recorded.
    cuts : int
        How many trainings there will be.

    Raises
    ------
    BadInput
        Where the protocol is not by time, or the log has no times or is too short; nothing is
        queued then.
    """
    from model.evaluation.backtest import cut_days
    from model.evaluation.later_targets import period_days

    summary = Store(home).open(dataset).manifest.summary
    if config.protocol not in BY_TIME:
        raise BadInput(
            _("A backtest takes a protocol by time ({protocols}), not {protocol}.").format(
                protocols=", ".join(BY_TIME), protocol=config.protocol
            )
        )
    if config.preparation.last is not None:
        raise BadInput(
            _("A backtest chooses the last days of its trainings: leave preparation.last out.")
        )
    if cuts > MAX_CUTS:
        raise BadInput(
            _("A backtest takes at most {most} cuts, not {cuts}.").format(most=MAX_CUTS, cuts=cuts)
        )
    if summary["first_event"] is None:
        raise BadInput(
            _("Dataset {name} has no times, so that it has no weeks.").format(name=dataset)
        )
    first, last = (datetime.fromisoformat(summary[end]) for end in ("first_event", "last_event"))
    days = cut_days(first, last, cuts, period_days(config))
    if not config.blend:  # it shows popularity alone, and the others take most of the time
        config = replace(config, compare_baselines=False)
    plan = {
        "preset": preset,
        "config": config.as_dict(),
        "last_days": [day.isoformat() for day in days],
        "trials": cuts,
    }
    return Runs(home).create(BACKTESTING, dataset, plan, preset=preset)


def start_of_run(home: Home, run: str, cuts: int) -> str:
    """Queue a backtest of the settings of a run, on all days of its dataset, and start a worker."""
    handle = open_run(home, run)
    preparation = replace(handle.config.preparation, last=None)
    config = replace(handle.config, preparation=preparation)
    preset = handle.run.preset or ""
    name = start(home, handle.run.dataset, config, preset=preset, cuts=cuts)
    start_worker(home)
    return name


def result(home: Home, name: str) -> BacktestResult:
    """Return the trainings of a backtest so far, and how they did."""
    sentence = _("{file} of run {run} is damaged; start it again.")
    with damaged_unless_read(sentence.format(file=FILE, run=name)):
        try:
            return _RESULTS.get(run_folder(home, name) / FILE)
        except FileNotFoundError:
            return BacktestResult()


def finding(judged: Mapping[str, Any]) -> str:
    """Return in a sentence after how many days training again pays."""
    metric = metrics_of(judged["protocol"]).hits
    ages = judged["ages"]
    if not ages:
        return _("One cut says nothing of the age of a model; take two or more.")
    old = _telling_age(ages, metric)
    low, high = old["ci95"][metric]
    if low > 0:
        words = _(
            "Training again pays after {days} days: a model of that age finds {points} points less"
            " than a new one on the same targets (95% interval {low} to {high})."
        )
    elif high < 0:
        low, high = -high, -low
        words = _(
            "Training again does not pay: a model that is {days} days older finds {points} points"
            " more than a new one on the same targets (95% interval {low} to {high})."
        )
    else:
        words = _(
            "Training again gains nothing that is clear, even after {days} days: {points} points on"
            " the same targets (95% interval {low} to {high})."
        )
    gain = old["loss"][metric]
    return words.format(
        days=old["days"],
        points=formats.points(abs(gain) if low > 0 else gain),
        low=formats.points(low),
        high=formats.points(high),
    )


def tone(judged: Mapping[str, Any]) -> Tone:
    """Return "attention" where a model should be trained more often, or none was judged."""
    if not judged["ages"]:
        return "attention"
    metric = metrics_of(judged["protocol"]).hits
    low, high = _telling_age(judged["ages"], metric)["ci95"][metric]
    return "good" if low <= 0 <= high else "attention"


def _telling_age(ages: Sequence[Mapping[str, Any]], metric: str) -> Mapping[str, Any]:
    """Return the first age at which a model is clearly worse than a new one, else the last one."""
    return next((age for age in ages if age["ci95"][metric][0] > 0), ages[-1])


def _read(file: Path) -> BacktestResult:
    content = read_json(verified(file))
    trials = tuple(Trial(**trial) for trial in content.pop("trials"))
    if content:
        content["protocol"], content["points"][0]["models"], content["ages"]
        if "cuts" not in content:
            raise BadInput(_("This backtest was judged by an earlier version; start it again."))
        content["cuts"][0]["last_day"]
    return BacktestResult(trials, content)


_RESULTS = FileCache(_read, size=32)
