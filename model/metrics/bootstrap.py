"""How sure a figure is: bootstrap over buyers, whose targets belong together."""

from collections.abc import Mapping

import numpy as np

from data.preparation.sequences import Floats, Ints

RESAMPLES = 1000
CHUNK = 50


def intervals(
    figures: Mapping[str, Floats], buyers: Ints, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Return a 95 % interval for the mean of each figure.

    Buyers are drawn with replacement, each with all of its targets (percentile bootstrap,
    1,000 resamples). Give differences of two models' figures for a paired interval.

    Parameters
    ----------
    figures : mapping of str to array [targets]
    buyers : int array [targets]
        Whose target each one is.
    seed : int
        Of the draws.

    Examples
    --------
    >>> intervals({"hr@1": np.ones(4)}, np.array([0, 0, 1, 2]))
    {'hr@1': (1.0, 1.0)}
    """
    names = list(figures)
    if not len(buyers):
        return dict.fromkeys(names, (0.0, 0.0))
    index = np.unique(buyers, return_inverse=True)[1]
    counts = np.bincount(index).astype(np.float64)
    sums = np.stack([np.bincount(index, weights=figures[name]) for name in names])
    random = np.random.default_rng(seed)
    means = []
    for _chunk in range(RESAMPLES // CHUNK):
        drawn = random.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), CHUNK)
        means.append((drawn @ sums.T) / (drawn @ counts)[:, None])
    low, high = np.quantile(np.concatenate(means), [0.025, 0.975], axis=0)
    return {name: (float(low[i]), float(high[i])) for i, name in enumerate(names)}
