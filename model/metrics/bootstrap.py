"""Bootstrap confidence intervals that resample users, as targets of one user are correlated."""

from collections.abc import Mapping

import numpy as np

from data.preparation.sequences import Bools, Floats, Ints
from model.sequences.histories import Array

RESAMPLES = 1000
CHUNK = 50


def confidence_intervals(
    per_target: Mapping[str, Floats],
    users: Ints,
    seed: int = 0,
    weights: Array | None = None,
) -> dict[str, tuple[float, float]]:
    """Return the 95 % confidence interval of each metric's mean, or weighted mean.

    Cluster bootstrap: users are drawn with replacement, each with all of its targets (percentile
    intervals, 1,000 resamples). Differences of two models' metrics give a paired interval.

    Parameters
    ----------
    per_target : mapping of str to array [targets]
        Each metric's value for each target.
    users : int array [targets]
        The user of each target.
    seed : int
        Of the resampling.
    weights : array [targets], optional
        Of the mean, above 0; by default every target counts the same.

    Examples
    --------
    >>> confidence_intervals({"hr@1": np.ones(4)}, np.array([0, 0, 1, 2]))
    {'hr@1': (1.0, 1.0)}
    """
    names = list(per_target)
    if not len(users):
        return dict.fromkeys(names, (0.0, 0.0))
    index = np.unique(users, return_inverse=True)[1]
    weight = np.ones(len(users)) if weights is None else weights
    counts = np.bincount(index, weights=weight)
    sums = np.stack([np.bincount(index, weights=weight * per_target[name]) for name in names])
    random = np.random.default_rng(seed)
    means = []
    for _chunk in range(RESAMPLES // CHUNK):
        draws = random.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), CHUNK)
        means.append((draws @ sums.T) / (draws @ counts)[:, None])
    low, high = np.quantile(np.concatenate(means), [0.025, 0.975], axis=0)
    return {name: (float(low[i]), float(high[i])) for i, name in enumerate(names)}


def change_interval(
    values: Floats, users: Ints, later: Bools, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % interval of the mean of the later values minus that of the earlier ones.

    Users are drawn as for ``confidence_intervals``, each with all values of both periods, as the
    same users may be in both.

    Parameters
    ----------
    values : array [targets]
    users : int array [targets]
    later : bool array [targets]
    seed : int
        Of the resampling.

    Examples
    --------
    >>> change_interval(np.array([1.0, 1, 0, 0]), np.array([0, 1, 0, 1]), np.arange(4) > 1)
    (-1.0, -1.0)
    """
    index = np.unique(users, return_inverse=True)[1]
    size = int(index.max(initial=-1)) + 1
    columns = [
        np.bincount(index[period], weights=weights[period], minlength=size)
        for period in (later, ~later)
        for weights in (values.astype(np.float64), np.ones(len(values)))
    ]
    table = np.stack(columns, axis=1)
    random = np.random.default_rng(seed)
    changes = []
    for _chunk in range(RESAMPLES // CHUNK):
        draws = random.multinomial(size, np.full(size, 1 / size), CHUNK)
        hits_after, after, hits_before, before = (draws @ table).T
        usable = (after > 0) & (before > 0)
        changes.append(
            (hits_after[usable] / after[usable]) - (hits_before[usable] / before[usable])
        )
    low, high = np.quantile(np.concatenate(changes), [0.025, 0.975])
    return float(low), float(high)
