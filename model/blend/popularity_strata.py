"""Popularity strata: histories by the popularity of their last product, with weights for each.

How reliable the transitions after a product are depends on how often training has seen it.
"""

import numpy as np

from data.preparation.sequences import Longs
from model.baselines.interactions import last_items
from model.blend.conditional_logit import BlendWeights, CandidateSample, fit_weights, log_losses
from model.phases import OnShare, ignore_share
from model.sequences.histories import Array, Histories

EDGES = (6, 21, 61)
"""Training events of the last product from which the next stratum begins."""
LEAST_TARGETS = 200
"""A stratum with fewer targets uses the weights of all targets."""
STANDARD_ERRORS = 2.0
"""Standard errors by which separate weights have to lower the held-out loss."""


def strata(histories: Histories, counts: Longs) -> Longs:
    """Return the stratum of each history, from 0; empty histories and unknown products have 0.

    Parameters
    ----------
    histories : Histories
    counts : int array [products]
        Training events of each product.
    """
    padded = np.append(counts, 0)  # the last one is of an unknown product
    result: Longs = np.digitize(padded[last_items(histories, len(counts))], EDGES)
    return result


def fit_by_stratum(
    sample: CandidateSample,
    stratum: Longs,
    probabilistic: Array,
    pooled: BlendWeights,
    on_progress: OnShare = ignore_share,
) -> list[BlendWeights]:
    """Return the weights of each stratum, or one for all unless separate ones are better.

    They are better where two-fold cross-validation shows a significantly lower loss.

    Parameters
    ----------
    sample : CandidateSample
    stratum : int array [targets]
    probabilistic : bool array [members]
        Whether each member's scores are log-probabilities.
    pooled : BlendWeights
        Fitted on the whole sample.
    on_progress : callable
        Called after each fold with the share that is done.
    """
    if not (np.bincount(stratum) >= 2 * LEAST_TARGETS).any():
        return [pooled]
    fold = np.random.default_rng(0).permutation(len(stratum)) % 2
    gain = np.zeros(len(stratum))
    for done, validation in enumerate((fold == 0, fold == 1), start=1):
        train = sample.rows(~validation)
        train_pooled = fit_weights(train, probabilistic, pooled)
        separate = _fit_each(train, stratum[~validation], probabilistic, train_pooled)
        for number, weights in enumerate(separate):
            rows = validation & (stratum == number)
            part = sample.rows(rows)
            pooled_loss = log_losses(part, train_pooled, probabilistic)
            gain[rows] = pooled_loss - log_losses(part, weights, probabilistic)
        on_progress(done / 3)
    if gain.mean() <= STANDARD_ERRORS * gain.std() / max(len(gain), 1) ** 0.5:
        return [pooled]
    return _fit_each(sample, stratum, probabilistic, pooled)


def _fit_each(
    sample: CandidateSample, stratum: Longs, probabilistic: Array, pooled: BlendWeights
) -> list[BlendWeights]:
    """Return the weights of each stratum, the pooled ones where it has too few targets."""
    weights = []
    for number in range(len(EDGES) + 1):
        rows = stratum == number
        enough = rows.sum() >= LEAST_TARGETS
        part = fit_weights(sample.rows(rows), probabilistic, pooled) if enough else pooled
        weights.append(part)
    return weights
