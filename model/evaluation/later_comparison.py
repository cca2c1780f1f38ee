"""Comparison of a newer run with an older one on targets that neither was trained on."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.datasets.dataset import Dataset
from data.errors import BadInput
from data.i18n import _
from data.preparation.sequences import Longs
from model.evaluation.later_targets import Period, RankedTargets, judge_later, rank_parts
from model.metrics.held_out import Figures, HeldOutTargets
from model.run_folder import RunFolder


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
        As ``later_targets.judge_later``, and where the runs have other protocols or no target in
        common.
    """
    folders = [RunFolder(path) for path in (old, new)]
    protocols = {folder.config().protocol for folder in folders}
    older = judge_later(folders[0], dataset, lambda _share: on_progress())
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
