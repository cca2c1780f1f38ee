"""The monitored figure: what decides which epoch of a training is the best one."""

from collections.abc import Iterable, Mapping
from typing import Any

METRIC = "ndcg@10"
"""The metric that is monitored, as ``model.training.epoch_metrics`` names it."""

MONITORED = f"val_{METRIC}"
"""The figure by which early stopping, the ``plateau`` schedule, checkpoints, searches and pages
compare epochs: NDCG@10 on the validation targets, without the products of the history where no
validation target is one (``model.baselines.tuning.excludes_seen``)."""

HIGHER_IS_BETTER = True
"""Direction of ``MONITORED``."""


def best_epoch(history: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the entry of the epoch with the best monitored figure.

    Every epoch that ``model.training.trainer`` completes has the figure: data without validation
    targets are refused before training starts. Entries in which it is missing or null (a history
    that was written by hand, or whose figure has not arrived yet) are never the best epoch; there
    is no other figure to fall back on.

    Parameters
    ----------
    history : iterable of mapping
        One entry an epoch.

    Returns
    -------
    dict
        A copy of the entry, of the earliest epoch among equals; empty where no entry has the
        figure.

    Examples
    --------
    >>> best_epoch([{"epoch": 1, "val_ndcg@10": 0.04}, {"epoch": 2, "val_ndcg@10": 0.05}])
    {'epoch': 2, 'val_ndcg@10': 0.05}
    >>> best_epoch([{"epoch": 1, "val_loss": 5.0}])
    {}
    """
    entries = [entry for entry in history if entry.get(MONITORED) is not None]
    sign = 1 if HIGHER_IS_BETTER else -1
    return dict(max(entries, key=lambda entry: sign * entry[MONITORED], default={}))
