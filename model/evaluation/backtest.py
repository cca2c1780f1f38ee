"""Rolling backtest: runs whose training data end at several moments, judged on what came after.

All runs are judged on the same targets, so that the accuracy of a model can be followed over the
weeks, and that of an older model can be compared with that of a newer one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from data.datasets.dataset import Dataset
from data.errors import BadInput
from data.i18n import _
from data.preparation.sequences import Longs, to_microseconds
from data.preparation.splits import DAY
from model.evaluation.later_comparison import pool
from model.evaluation.later_targets import Period, RankedTargets, judge_later, period_days
from model.metrics.held_out import Figures, HeldOutTargets
from model.phases import OnShare, ignore_share
from model.run_folder import RunFolder


def cut_days(first: datetime, last: datetime, cuts: int, unit: int) -> list[date]:
    """Return the last day of the training data of each run, ascending.

    The cuts are equally far from each other and from the end of the log, a multiple of ``unit``
    days, and the first half of the log is before the first one where that is possible.

    Parameters
    ----------
    first, last : datetime
        Time of the first and the last event.
    cuts : int
    unit : int
        Days of a period.

    Raises
    ------
    BadInput
        Where the log is too short.

    Examples
    --------
    >>> days = cut_days(datetime(2024, 1, 1), datetime(2024, 3, 1), 3, 7)
    >>> [str(day) for day in days]
    ['2024-02-08', '2024-02-15', '2024-02-22']
    """
    days = (last.date() - first.date()).days
    most = days // unit - 1
    if most < 1:
        raise BadInput(
            _("A log of {days} days is too short for a backtest, which takes {least} days.").format(
                days=days, least=2 * unit
            )
        )
    if not 1 <= cuts <= most:
        raise BadInput(
            _("A log of {days} days has room for 1 to {most} cuts, not for {cuts}.").format(
                days=days, most=most, cuts=cuts
            )
        )
    step = max(days // 2 // cuts // unit, 1) * unit
    return [last.date() - timedelta(days=step * number + 1) for number in range(cuts, 0, -1)]


def backtest(
    runs: Sequence[Path],
    dataset: Dataset,
    last_days: Sequence[date],
    on_progress: OnShare = ignore_share,
) -> dict[str, Any]:
    """Judge runs of one configuration, trained until several days, on all that came after each.

    Parameters
    ----------
    runs : sequence of Path
        Folders of the runs, in the order of ``last_days``.
    dataset : Dataset
    last_days : sequence of date
        Last day of the data of each run (its setting ``preparation.last``).
    on_progress : callable
        Called after every batch with the share that is done.

    Returns
    -------
    dict
        ``protocol, period_days``; ``cuts``, for each run ``{run, last_day, from, until, targets,
        buyers, unknown_products, models}`` of the time until the next cut, or of as many days after
        the last one; ``points``, for each run and each period after its cut the same, with ``age``
        in periods in place of ``last_day``; ``ages``, for each age that several models reach on the
        same targets ``{days, targets, buyers, loss, ci95}``: by metric, how much less a model finds
        in the periods until the next cut than one whose data end at the begin of these periods.
    """
    folders = [RunFolder(path) for path in runs]
    config = folders[0].config()
    unit = period_days(config)
    starts = [_midnight_after(day) for day in last_days]
    step = starts[1] - starts[0] if len(starts) > 1 else unit * DAY
    end = starts[-1] + step
    days = np.array([end - start for start in starts])
    shares = np.append(0, np.cumsum(days) / days.sum())
    judged: list[_CutTargets] = []
    cuts: list[dict[str, Any]] = []
    points: list[dict[str, Any]] = []
    for number, (folder, start) in enumerate(zip(folders, starts, strict=True)):
        run, periods = {"run": folder.path.name}, _periods(start, end, unit)
        own, (until_next, *weeks) = _judge(
            folder,
            dataset,
            [Period(start, start + step), *periods],
            _between(on_progress, *shares[number : number + 2]),
        )
        judged.append(own)
        cuts.append(run | {"last_day": last_days[number].isoformat()} | until_next)
        points += [
            run | {"age": age} | entry for age, entry in enumerate(weeks) if entry["targets"]
        ]
    return {
        "protocol": config.protocol,
        "period_days": unit,
        "cuts": cuts,
        "points": points,
        "ages": [_loss_at_age(judged, starts, step, number) for number in range(1, len(judged))],
    }


@dataclass(frozen=True)
class _CutTargets:
    """What runs are compared by; ``RankedTargets`` hold the whole log of each run, too.

    Attributes
    ----------
    target : int64 array [targets]
        Index of the event in the log, which is the same for all runs.
    times : int64 array [targets]
    held_out : HeldOutTargets
    rank : int64 array [targets]
        By the served model.
    """

    target: Longs
    times: Longs
    held_out: HeldOutTargets
    rank: Longs

    @classmethod
    def of(cls, targets: RankedTargets) -> "_CutTargets":
        test = targets.task.split.test
        held_out = HeldOutTargets.of(targets.task, test)
        return cls(test, targets.times, held_out, targets.ranks[0])

    def figures(self, other: "_CutTargets", window: Period) -> Figures:
        """Return the figures of targets of a window that another run was judged on, too."""
        common = np.isin(self.target, other.target)
        return self.held_out.figures(self.rank, common & window.holds(self.times))


def _judge(
    folder: RunFolder, dataset: Dataset, periods: Sequence[Period], on_progress: OnShare
) -> tuple[_CutTargets, list[dict[str, Any]]]:
    """Return the targets and ranks that a run is compared by, and its figures in some periods."""
    targets = judge_later(folder, dataset, on_progress)
    entries = [period.as_dict() | targets.figures(period) for period in periods]
    return _CutTargets.of(targets), entries


def _between(on_progress: OnShare, first: float, last: float) -> OnShare:
    """Return a callback that reports the share of a part of the work as a share of all of it."""
    return lambda share: on_progress(float(first + (last - first) * share))


def _loss_at_age(
    judged: Sequence[_CutTargets], starts: Sequence[int], step: int, number: int
) -> dict[str, Any]:
    """Return how much less models find than those that are ``number`` cuts younger."""
    losses = []
    for old, new, start in zip(judged, judged[number:], starts[number:], strict=False):
        window = Period(start, start + step)
        losses.append(new.figures(old, window).minus(old.figures(new, window)))
    pooled = pool(losses)
    return {
        "days": number * step // DAY,
        "targets": int(pooled.events.sum()),
        "buyers": len(np.unique(pooled.user)),
        "loss": pooled.means,
        "ci95": pooled.intervals,
    }


def _periods(start: int, end: int, days: int) -> list[Period]:
    step = days * DAY
    return [Period(begin, begin + step) for begin in range(start, end - step + 1, step)]


def _midnight_after(day: date) -> int:
    return to_microseconds(datetime.combine(day, time.min, tzinfo=UTC) + timedelta(days=1))
