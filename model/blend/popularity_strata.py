"""Contexts: histories whose latest product is rare or common, which a blend may weigh apart.

How far what followed a product is to be trusted depends on how often training has seen it.
"""

import numpy as np

from data.preparation.sequences import Longs
from model.baselines.transitions import latest
from model.blend.weights import Sample, Weights, fit, losses
from model.sequences.histories import Array, Histories

EDGES = (6, 21, 61)
"""Events of the latest product from which the next context begins."""
LEAST_TARGETS = 200
"""A context with fewer targets is weighed as all are together."""
ERRORS = 2.0
"""By how many standard errors the loss has to fall for contexts to be told apart."""


def contexts(histories: Histories, counts: Longs) -> Longs:
    """Return the number of each history's context; an empty history's is 0.

    Parameters
    ----------
    histories : Histories
    counts : int array [products]
        Events of each product in training.
    """
    seen = np.append(counts, 0)  # the last is for what is not known
    found: Longs = np.digitize(seen[latest(histories, len(counts))], EDGES)
    return found


def fit_apart(sample: Sample, of: Longs, logarithms: Array, together: Weights) -> list[Weights]:
    """Return the weights of each context, or of all together where that is no worse.

    Whether it is worse is judged on halves of the targets by what the other halves teach.

    Parameters
    ----------
    sample : Sample
    of : int array [targets]
        The context of each target.
    logarithms : bool array [members]
        Which members say logarithms of probabilities.
    together : Weights
        Of the whole sample.
    """
    if not (np.bincount(of) >= 2 * LEAST_TARGETS).any():
        return [together]
    half = np.random.default_rng(0).permutation(len(of)) % 2
    gain = np.zeros(len(of))
    for judged in (half == 0, half == 1):
        taught = sample.some(~judged)
        alike = fit(taught, logarithms)
        apart = _by_context(taught, of[~judged], logarithms, alike)
        for number, weights in enumerate(apart):
            here = judged & (of == number)
            part = sample.some(here)
            gain[here] = losses(part, alike, logarithms) - losses(part, weights, logarithms)
    if gain.mean() <= ERRORS * gain.std() / max(len(gain), 1) ** 0.5:
        return [together]
    return _by_context(sample, of, logarithms, together)


def _by_context(sample: Sample, of: Longs, logarithms: Array, together: Weights) -> list[Weights]:
    """Return the weights of each context that has enough targets; those of all for the rest."""
    found = []
    for number in range(len(EDGES) + 1):
        here = of == number
        enough = here.sum() >= LEAST_TARGETS
        found.append(fit(sample.some(here), logarithms) if enough else together)
    return found
