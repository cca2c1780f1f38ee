"""How a trained model does on what happened after its training, and how the log drifted since.

The model is judged week by week of event time, from the begin of its own test part to the end of
the log, under the protocol of its training and beside popularity that was fitted on the same past.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.datasets.store import Dataset
from data.errors import BadInput
from data.i18n import _
from data.preparation.prepare import Prepared, prepare
from data.preparation.sequences import Bools, Floats, Ints, Longs, encoded_as, to_microseconds
from data.preparation.splits import BY_TIME, DAY, split_later
from model.baselines.base import Recommender
from model.baselines.tuning import fit
from model.config.run_config import RunConfig
from model.evaluation.evaluate import predict_targets
from model.kernels.malloc import keep_freed
from model.metrics.bootstrap import change_interval
from model.metrics.held_out import Figures, HeldOutTargets
from model.metrics.protocol_metrics import metrics_of
from model.run_files import DRIFT, RECORD
from model.run_folder import RunFolder
from model.sequences.features import event_columns
from model.sequences.histories import EventColumns
from model.sequences.split_data import SplitData, split_dataset
from model.serving.onnx_model import load_recommenders

WEEK = 7
"""Days of a period; under ``horizon`` it has the days of the horizon."""
POPULARITY = "popularity"
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
        return {"from": _iso(self.start), "until": _iso(self.stop)}


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
            "unknown_products": _share(~self.is_known[chosen]),
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


def assess_drift(
    folder: Path, dataset: Dataset, on_progress: Callable[[], object] = lambda: None
) -> dict[str, Any]:
    """Judge a trained run on the events since its training, and write ``drift.json``.

    Parameters
    ----------
    folder : Path
        The run's folder.
    dataset : Dataset
        The dataset of the run, to which events were added since.
    on_progress : callable
        Called after every batch.

    Returns
    -------
    dict
        ``run, dataset, dataset_version, protocol, trained_until``; ``before``, the figures of the
        run's test part, and ``since``, those of all that came later, each with ``from, until,
        targets, buyers, unknown_products, models[{name, kind, metrics, ci95, behind95}]`` and the
        drift (see ``drift_of``); ``weeks``, the same for each week, with ``since``: whether it came
        after the training; ``change``, see ``change``.

    Raises
    ------
    BadInput
        Where the run was not trained under a protocol by time, the log has no times or was
        replaced, or nothing that can be judged was added.
    """
    run = RunFolder(folder)
    past, later = judge(run, dataset, on_progress)
    config = run.config()
    before = Period(int(past.times.min()), training_end(past.task, config))
    since = Period(before.stop, int(later.times.max()) + 1)
    events = _LoggedTargets.of(later_events(config, dataset), past.task)
    mix = events.categories(before)

    def entry(targets: RankedTargets, period: Period) -> dict[str, Any]:
        return period.as_dict() | targets.figures(period) | drift_of(events, period, mix)

    weeks = []
    for period in periods(before, since.stop, period_days(config)):
        targets = later if period.start >= since.start else past
        if period.holds(targets.times).any():
            weeks.append({"since": targets is later} | entry(targets, period))
    result = {
        "run": run.path.name,
        "dataset": dataset.name,
        "dataset_version": dataset.fingerprint,
        "protocol": config.protocol,
        "trained_until": _iso(before.stop),
        "before": entry(past, before),
        "since": entry(later, since),
        "weeks": weeks,
        "change": change(past, later),
    }
    run.write_json(DRIFT, result)
    return result


def has_fallen(drift: Mapping[str, Any]) -> bool:
    """Return whether a model finds significantly less than before, or is not ahead of popularity.

    Parameters
    ----------
    drift : mapping
        What ``assess_drift`` returned.
    """
    metric = metrics_of(drift["protocol"]).compared[0]
    lead = drift["since"]["models"][1]["behind95"][metric][0]
    return bool(drift["change"]["high"] < 0 or lead <= 0)


def judge(
    run: RunFolder, dataset: Dataset, on_progress: Callable[[], object] = lambda: None
) -> tuple[RankedTargets, RankedTargets]:
    """Rank the test targets of a run, and all targets that came after its training.

    Raises
    ------
    BadInput
        As ``assess_drift``.
    """
    past, later = rank_parts(run, dataset, on_progress)
    if later is None:
        stop = training_end(past.task, run.config())
        raise BadInput(
            _(
                "Dataset {name} has no purchase to judge after {day}, when the training data"
                " ended; add later files: vitrina import FILE --name {name} --append."
            ).format(name=dataset.name, day=_iso(stop)[:10])
        )
    return past, later


def rank_parts(
    run: RunFolder, dataset: Dataset, on_progress: Callable[[], object] = lambda: None
) -> tuple[RankedTargets, RankedTargets | None]:
    """Rank as ``judge`` does; None where nothing that can be judged came after the training."""
    keep_freed()
    config = run.config()
    _check(config, run, dataset)
    past = split_dataset(config, training_dataset(run, dataset))
    run.check_catalogue(past.sequences)
    models: list[Recommender] = [load_recommenders(run)[0], fit(POPULARITY, past)]
    later = later_targets(past, config, dataset)
    return (
        _ranked(past, models, on_progress),
        _ranked(later, models, on_progress) if len(later.split.test) else None,
    )


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


def _ranked(
    task: SplitData, models: list[Recommender], on_progress: Callable[[], object]
) -> RankedTargets:
    predictions = predict_targets(
        task, task.split.test, models, on_progress=lambda _share: on_progress()
    )
    return RankedTargets(task, models, [prediction.rank for prediction in predictions])


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
                " later files instead: vitrina import FILE --name {name} --append."
            ).format(name=dataset.name, run=run.path.name)
        )
    return dataset.with_sources(len(trained))


def later_events(config: RunConfig, dataset: Dataset) -> Prepared:
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
    columns = EventColumns(
        event_columns(sequences, config.columns)
        | {"lag": np.arange(len(sequences)) - parts.ends, "asking_time": parts.asking_time}
    )
    return SplitData(sequences, parts, columns)


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


def change(past: RankedTargets, later: RankedTargets) -> dict[str, Any]:
    """Return how the share of targets among the first ten changed, and what the change consists of.

    A product that training did not see is never found, so that the share is that of known products
    times the share found of these. The decomposition of the difference of two such products into
    the contribution of either factor, at the mean of the other, is that of Kitagawa (1955).

    Returns
    -------
    dict
        ``before`` and ``now``, the two shares; ``value, low, high``: their difference with its 95 %
        interval; ``unknown_products`` and
        ``known_products``, whose sum is the value: what is due to a changed share of unknown
        products, and to known products being found more or less often.
    """
    shares, rates = zip(
        *((1 - _share(~one.is_known), _share(one.hits[one.is_known])) for one in (past, later)),
        strict=True,
    )
    hits = np.concatenate([past.hits, later.hits])
    user = pd.factorize(np.concatenate([past.users, later.users]))[0].astype(np.int32)
    is_later = np.arange(len(hits)) >= len(past.hits)
    low, high = change_interval(hits.astype(np.float32), user, is_later)
    before, now = _share(past.hits), _share(later.hits)
    return {
        "before": before,
        "now": now,
        "value": now - before,
        "low": low,
        "high": high,
        "unknown_products": (shares[1] - shares[0]) * (rates[0] + rates[1]) / 2,
        "known_products": (rates[1] - rates[0]) * (shares[0] + shares[1]) / 2,
    }


def compare_later(
    old: Path, new: Path, dataset: Dataset, on_progress: Callable[[], object] = lambda: None
) -> dict[str, Any]:
    """Compare a newer run with an older one on the same targets, which neither was trained on.

    They are the targets after the training of the older run that are test targets of the newer one
    or came after it.

    Parameters
    ----------
    old, new : Path
        Folders of the runs.
    dataset : Dataset
        The dataset of both.
    on_progress : callable
        Called after every batch.

    Returns
    -------
    dict
        ``protocol, from, until, targets, buyers``; ``old`` and ``new``, the metrics of each;
        ``difference``, by metric ``{value, low, high}``: new minus old, with the paired 95 %
        interval over buyers.

    Raises
    ------
    BadInput
        As ``assess_drift``, and where the runs have other protocols or no target in common.
    """
    folders = [RunFolder(path) for path in (old, new)]
    protocols = {folder.config().protocol for folder in folders}
    older = judge(folders[0], dataset, on_progress)[1]
    newer = [part for part in rank_parts(folders[1], dataset, on_progress) if part is not None]
    pairs = [_common_figures(older, part) for part in newer if len(protocols) == 1]
    pairs = [pair for pair in pairs if len(pair[0].user)]
    if not pairs:
        raise BadInput(
            _(
                "Runs {old} and {new} have no target in common that neither was trained on: their"
                " protocols or preparations differ."
            ).format(old=old.name, new=new.name)
        )
    ours, theirs = (pool([pair[which] for pair in pairs]) for which in (0, 1))
    difference = theirs.minus(ours)
    rows = np.concatenate([_common_rows(older, part) for part in newer])
    times = older.times[np.isin(older.rows, rows)]
    return {
        "protocol": protocols.pop(),
        **Period(int(times.min()), int(times.max()) + 1).as_dict(),
        "targets": int(ours.events.sum()),
        "buyers": len(np.unique(ours.user)),
        "old": ours.means,
        "new": theirs.means,
        "difference": {
            name: {"value": value, "low": low, "high": high}
            for name, value in difference.means.items()
            for low, high in [difference.intervals[name]]
        },
    }


def _common_figures(old: RankedTargets, new: RankedTargets) -> tuple[Figures, Figures]:
    """Return the figures of two models on the targets that both were judged on."""
    rows = _common_rows(old, new)
    ours, theirs = (
        HeldOutTargets.of(part.task, part.task.split.test).figures(
            part.ranks[0], np.isin(part.rows, rows)
        )
        for part in (old, new)
    )
    return ours, dataclasses.replace(theirs, user=ours.user)


def _common_rows(old: RankedTargets, new: RankedTargets) -> Longs:
    return np.intersect1d(old.rows, new.rows)


def pool(figures: Sequence[Figures]) -> Figures:
    """Return the figures of all cases of several parts of the log, whose users are the same."""
    return Figures(
        {
            name: np.concatenate([part.per_case[name] for part in figures])
            for name in figures[0].per_case
        },
        np.concatenate([part.user for part in figures]),
        np.concatenate([part.events for part in figures]),
    )


@dataclass(frozen=True)
class _LoggedTargets:
    """All events of the types that are predicted, whether or not they can be judged."""

    time: Longs
    user: Any
    product: Any
    category: Any
    price: Floats
    user_known: Bools
    product_known: Bools

    @classmethod
    def of(cls, prepared: Prepared, training: SplitData) -> "_LoggedTargets":
        events = prepared.events[prepared.events["target"].to_numpy(dtype=bool)]
        sequences = training.sequences
        buyers = sequences.users[np.unique(sequences.user[training.split.visible])]
        return cls(
            time=events["time"].to_numpy().astype("datetime64[us]").astype(np.int64),
            user=pd.factorize(events["user"])[0],
            product=pd.factorize(events["product"])[0],
            category=events["category"]
            .fillna("")
            .str.split(".", n=1)
            .str[0]
            .to_numpy(dtype=object),
            price=events["price"].to_numpy(dtype=np.float32),
            user_known=events["user"].isin(buyers).to_numpy(),
            product_known=events["product"].isin(sequences.products.ids).to_numpy(),
        )

    def categories(self, period: Period) -> "pd.Series[float]":
        """Return the share of each first level of categories among the targets of a period."""
        chosen = self.category[period.holds(self.time)]
        return pd.Series(chosen).value_counts(normalize=True)


def drift_of(
    events: _LoggedTargets, period: Period, mix: "pd.Series[float]"
) -> dict[str, float | None]:
    """Return how the targets of a period differ from those that the training saw.

    Returns
    -------
    dict
        ``unknown_buyers`` and ``new_products``: shares of the distinct buyers and products of the
        period that are in no training event. ``median_price``: None without prices.
        ``category_distance``: total variation distance, from 0 to 1, between the shares of the
        categories of the period and ``mix``; None without categories.
    """
    chosen = period.holds(events.time)
    prices = events.price[chosen]
    prices = prices[np.isfinite(prices)]
    shares = pd.concat([events.categories(period), mix], axis=1).fillna(0.0)
    distance = float(np.abs(shares.iloc[:, 0] - shares.iloc[:, 1]).sum() / 2)
    has_categories = set(shares.index) != {""}
    return {
        "unknown_buyers": _distinct_share(events.user[chosen], ~events.user_known[chosen]),
        "new_products": _distinct_share(events.product[chosen], ~events.product_known[chosen]),
        "median_price": float(np.median(prices)) if len(prices) else None,
        "category_distance": distance if has_categories else None,
    }


def _distinct_share(ids: Ints, chosen: Bools) -> float:
    return len(np.unique(ids[chosen])) / max(len(np.unique(ids)), 1)


def _share(chosen: Bools) -> float:
    return float(chosen.mean()) if len(chosen) else 0.0


def _iso(time: int) -> str:
    return pd.Timestamp(time, unit="us", tz="UTC").isoformat()
