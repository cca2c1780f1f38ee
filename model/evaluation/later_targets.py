"""The targets that came after the training of a run, ranked by its model beside popularity.

A run is judged week by week of event time, from the begin of its own test part to the end of the
log, under the protocol of its training and beside popularity that was fitted on the same past.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

from data.datasets.dataset import Dataset
from data.errors import BadInput
from data.i18n import _
from data.preparation.prepare import PreparedEvents, prepare
from data.preparation.sequences import Bools, Longs, encoded_as, to_microseconds
from data.preparation.splits import BY_TIME, DAY, split_later
from model.baselines.base import Recommender
from model.baselines.tuning import POPULARITY, fit
from model.config.run_config import RunConfig
from model.evaluation.evaluate import predict_targets
from model.kernels.malloc import keep_freed
from model.metrics.held_out import HeldOutTargets
from model.phases import OnShare, ignore_share
from model.run_files import RECORD
from model.run_folder import RunFolder
from model.sequences.split_data import SplitData, split_dataset, with_columns
from model.serving.onnx_model import load_recommenders

WEEK = 7
"""Days of a period; under ``horizon`` it has the days of the horizon."""
DEPTH = 10
"""Length of the lists in which a target is found or not."""


@dataclass(frozen=True)
class Period:
    """A half-open period of event time, microseconds."""

    start: int
    stop: int

    def holds(self, times: Longs) -> Bools:
        """Return which times lie in the period."""
        return (times >= self.start) & (times < self.stop)

    def as_dict(self) -> dict[str, str]:
        """Return both ends as ISO 8601, UTC."""
        return {"from": iso(self.start), "until": iso(self.stop)}


@dataclass(frozen=True)
class RankedTargets:
    """Targets of one part of the log with the ranks that the models gave them.

    Attributes
    ----------
    task : SplitData
    models : sequence of Recommender
        The served model first.
    ranks : list of int64 array [targets]
        Of each model for the test targets of ``task``.
    """

    task: SplitData
    models: Sequence[Recommender]
    ranks: list[Longs]

    @property
    def times(self) -> Longs:
        """Time of each target, microseconds."""
        return self.task.sequences.time[self.task.split.test]

    @property
    def rows(self) -> Longs:
        """Row of each target in the dataset."""
        return self.task.sequences.row[self.task.split.test]

    @property
    def is_known(self) -> Bools:
        """The targets whose product the training saw."""
        return self.task.answers(self.task.split.test) >= 0

    @property
    def hits(self) -> Bools:
        """The targets among the first ten of the served model."""
        return self.is_known & (self.ranks[0] <= DEPTH)

    @property
    def users(self) -> Any:
        """Id of the user of each target."""
        sequences = self.task.sequences
        return sequences.users[sequences.user[self.task.split.test]]

    def figures(self, period: Period) -> dict[str, Any]:
        """Return the metrics of every model on the targets of a period."""
        chosen = period.holds(self.times)
        targets = HeldOutTargets.of(self.task, self.task.split.test)
        per_model = [targets.figures(rank, chosen) for rank in self.ranks]
        return {
            "targets": int(chosen.sum()),
            "buyers": len(np.unique(targets.user[chosen])),
            "unknown_products": share(~self.is_known[chosen]),
            "models": [
                {
                    "name": model.name,
                    "kind": model.kind,
                    "metrics": figures.means,
                    "ci95": figures.intervals,
                    "behind95": per_model[0].minus(figures).intervals,
                }
                for model, figures in zip(self.models, per_model, strict=True)
            ],
        }


def judge(
    run: RunFolder, dataset: Dataset, on_progress: Callable[[], object] = lambda: None
) -> tuple[RankedTargets, RankedTargets]:
    """Rank the test targets of a run, and all targets that came after its training.

    Raises
    ------
    BadInput
        As ``assess_drift``.
    """
    parts = _Parts.of(run, dataset)
    parts.require_later(run, dataset)
    return parts.ranked(parts.past, _without_share(on_progress)), parts.ranked(
        parts.later, _without_share(on_progress)
    )


def judge_later(
    run: RunFolder, dataset: Dataset, on_progress: OnShare = ignore_share
) -> RankedTargets:
    """Rank all targets that came after the training of a run, and not those of its test part.

    Raises
    ------
    BadInput
        As ``assess_drift``.
    """
    parts = _Parts.of(run, dataset)
    parts.require_later(run, dataset)
    return parts.ranked(parts.later, on_progress)


def rank_parts(
    run: RunFolder, dataset: Dataset, on_progress: Callable[[], object] = lambda: None
) -> tuple[RankedTargets, RankedTargets | None]:
    """Rank as ``judge`` does; None where nothing that can be judged came after the training."""
    parts = _Parts.of(run, dataset)
    past = parts.ranked(parts.past, _without_share(on_progress))
    has_later = len(parts.later.split.test) > 0
    return past, parts.ranked(parts.later, _without_share(on_progress)) if has_later else None


@dataclass(frozen=True)
class _Parts:
    """The two parts of the log on which a run is judged, and its models, the served one first."""

    past: SplitData
    later: SplitData
    models: Sequence[Recommender]

    @classmethod
    def of(cls, run: RunFolder, dataset: Dataset) -> "_Parts":
        keep_freed()
        config = run.config()
        _check(config, run, dataset)
        past = split_dataset(config, training_dataset(run, dataset), run.buyer_attributes)
        run.check_catalogue(past.sequences)
        models = [load_recommenders(run)[0], fit(POPULARITY, past)]
        return cls(past, later_targets(past, config, dataset), models)

    def require_later(self, run: RunFolder, dataset: Dataset) -> None:
        if len(self.later.split.test):
            return
        stop = training_end(self.past, run.config())
        raise BadInput(
            _(
                "Dataset {name} has no purchase to judge after {day}, when the training data"
                " ended; add later files: `vitrina import FILE --name {name} --append`."
            ).format(name=dataset.name, day=iso(stop)[:10])
        )

    def ranked(self, task: SplitData, on_progress: OnShare) -> RankedTargets:
        predictions = predict_targets(task, task.split.test, self.models, on_progress=on_progress)
        return RankedTargets(task, self.models, [prediction.rank for prediction in predictions])


def _without_share(on_progress: Callable[[], object]) -> OnShare:
    return lambda _share: on_progress()


def _check(config: RunConfig, run: RunFolder, dataset: Dataset) -> None:
    if config.protocol not in BY_TIME:
        raise BadInput(
            _(
                "Run {run} was trained under protocol {protocol}, which does not split by time;"
                " what came later can be judged of runs under: {protocols}."
            ).format(run=run.path.name, protocol=config.protocol, protocols=", ".join(BY_TIME))
        )
    if dataset.manifest.time_from_order:
        raise BadInput(
            _("Dataset {name} has no times, so that it has no weeks.").format(name=dataset.name)
        )


def training_dataset(run: RunFolder, dataset: Dataset) -> Dataset:
    """Return a dataset as it was when a run was trained on it.

    Raises
    ------
    BadInput
        Where its first files are no longer those of the training.
    """
    trained = [source["sha256"] for source in run.read_json(RECORD)["dataset"]["sources"]]
    sources = [source.sha256 for source in dataset.manifest.sources]
    if sources[: len(trained)] != trained:
        raise BadInput(
            _(
                "Dataset {name} was replaced since run {run} was trained; train a new run, and add"
                " later files instead: `vitrina import FILE --name {name} --append`."
            ).format(name=dataset.name, run=run.path.name)
        )
    return dataset.with_sources(len(trained))


def later_events(config: RunConfig, dataset: Dataset) -> PreparedEvents:
    """Return the prepared events of the whole log, those after the last day of the training too."""
    return prepare(dataset, dataclasses.replace(config.preparation, last=None))


def later_targets(past: SplitData, config: RunConfig, dataset: Dataset) -> SplitData:
    """Return the targets after a training, with the vocabularies of that training."""
    prepared = later_events(config, dataset)
    sequences = encoded_as(past.sequences, prepared)
    stop, end = training_end(past, config), int(sequences.time.max()) + 1
    step = period_days(config) * DAY
    moment = past.split.moment
    if config.protocol == "horizon":
        moment = config.moment
        end = stop + (end - stop) // step * step  # the last days are no whole period
    starts = np.arange(stop, max(end, stop + 1), step)
    parts = split_later(prepared, config.protocol, moment, starts, end)
    return with_columns(sequences, prepared, parts, config, past.buyer_attributes)


def training_end(past: SplitData, config: RunConfig) -> int:
    """Return when the data of a training end, microseconds: after its last target or last day."""
    last = past.sequences.time[past.sequences.is_target].max()
    if config.preparation.last is None:
        return int(last) + 1
    day = datetime.combine(config.preparation.last, time.min, tzinfo=UTC) + timedelta(days=1)
    return max(int(last) + 1, to_microseconds(day))


def period_days(config: RunConfig) -> int:
    """Return the days of a period: a week, or the horizon."""
    return config.horizon_days if config.protocol == "horizon" else WEEK


def periods(before: Period, end: int, days: int) -> list[Period]:
    """Return the periods from the begin of the test part to a time, whole ones around its end.

    Examples
    --------
    >>> day = DAY
    >>> [(p.start // day, p.stop // day) for p in periods(Period(0, 10 * day), 18 * day, 7)]
    [(0, 3), (3, 10), (10, 17), (17, 24)]
    """
    step = days * DAY
    first = -(-(before.stop - before.start) // step)
    last = -(-(end - before.stop) // step)
    starts = [before.stop + number * step for number in range(-first, last)]
    return [Period(max(start, before.start), start + step) for start in starts]


def share(chosen: Bools) -> float:
    """Return the share of true values; 0 of none."""
    return float(chosen.mean()) if len(chosen) else 0.0


def iso(time: int) -> str:
    """Return microseconds since 1970 as ISO 8601, UTC."""
    return pd.Timestamp(time, unit="us", tz="UTC").isoformat()
