"""How a trained model does on what happened after its training, and how the log drifted since."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.datasets.dataset import Dataset
from data.preparation.prepare import PreparedEvents
from data.preparation.sequences import Bools, Floats, Ints, Longs
from model.evaluation.later_targets import (
    Period,
    RankedTargets,
    iso,
    judge,
    later_events,
    period_days,
    periods,
    share,
    training_end,
)
from model.metrics.bootstrap import change_interval
from model.metrics.protocol_metrics import metrics_of
from model.run_files import DRIFT
from model.run_folder import RunFolder
from model.sequences.split_data import SplitData


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
        "trained_until": iso(before.stop),
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
        *(
            (1 - share(~period.is_known), share(period.hits[period.is_known]))
            for period in (past, later)
        ),
        strict=True,
    )
    hits = np.concatenate([past.hits, later.hits])
    user = pd.factorize(np.concatenate([past.users, later.users]))[0].astype(np.int32)
    is_later = np.arange(len(hits)) >= len(past.hits)
    low, high = change_interval(hits.astype(np.float32), user, is_later)
    before, now = share(past.hits), share(later.hits)
    return {
        "before": before,
        "now": now,
        "value": now - before,
        "low": low,
        "high": high,
        "unknown_products": (shares[1] - shares[0]) * (rates[0] + rates[1]) / 2,
        "known_products": (rates[1] - rates[0]) * (shares[0] + shares[1]) / 2,
    }


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
    def of(cls, prepared: PreparedEvents, training: SplitData) -> "_LoggedTargets":
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
