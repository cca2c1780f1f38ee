"""Runs of equal settings: they differ in the seed, and their figures have a mean."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.jobs.run import Run

_LEFT_OUT = ("seed", "cpus", "gpus", "memory", "worker_label")
"""Settings in which runs of a group may differ: the seed, and which machine they ask for."""


@dataclass(frozen=True)
class Spread:
    """The mean of some values and their standard deviation; None of fewer than two."""

    mean: float
    deviation: float | None


def equal_settings(runs: Iterable[Run]) -> list[list[Run]]:
    """Return the runs in groups of one dataset and one configuration but for the seed.

    Groups and their runs are in the order of the runs.
    """
    groups: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        settings = {key: value for key, value in run.config.items() if key not in _LEFT_OUT}
        key = run.dataset, json.dumps(settings, sort_keys=True)
        groups.setdefault(key, []).append(run)
    return list(groups.values())


def spread(values: Sequence[float | None]) -> Spread | None:
    """Return mean and deviation (n - 1) of the values that are known; None where none is.

    Examples
    --------
    >>> spread([0.2, None, 0.4])
    Spread(mean=0.30000000000000004, deviation=0.14142135623730953)
    >>> spread([None]), spread([0.5])
    (None, Spread(mean=0.5, deviation=None))
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return None
    deviation = float(np.std(known, ddof=1)) if len(known) > 1 else None
    return Spread(float(np.mean(known)), deviation)
