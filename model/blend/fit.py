"""Fitting of a blend on the validation targets."""

from collections.abc import Sequence

import numpy as np

from model.baselines.base import Baseline, Recommender
from model.blend.acceptance import is_better_than_network
from model.blend.blend import Blend, to_log_scale
from model.blend.conditional_logit import (
    BlendWeights,
    CandidateSample,
    fit_weights,
    sample_candidates,
)
from model.blend.popularity_strata import fit_by_stratum, strata
from model.blend.pruning import select_members
from model.phases import OnShare, ignore_share
from model.sequences.histories import Array, Histories
from model.sequences.split_data import SplitData

LEAST_TARGETS = 100
"""Fewer are no more than twice as many as the weights of all members: no blend is fitted."""
MOST_TARGETS = 8000
PRUNING_TARGETS = 2500
"""Targets of the fit by which members are selected; a fit of all takes several times as long."""
SCORES_PER_BATCH = 2**23
SCORED, SELECTED, POOLED, ACCEPTED = 0.5, 0.65, 0.75, 0.85
"""Share of a fit, roughly, that is done once targets are scored, members selected, weights of all
targets fitted, and compared with the network: how long each takes depends on products and
members."""


def fit_blend(
    task: SplitData, models: Sequence[Recommender], on_progress: OnShare = ignore_share
) -> Blend:
    """Return a blend whose members and weights are fitted on the validation targets.

    Parameters
    ----------
    task : SplitData
    models : sequence of Recommender
        Fitted; the network first. Those that are not eligible or do not lower the loss are left
        out, and all but the network where there are fewer than ``LEAST_TARGETS``, or a blend ranks
        no better than it does alone.
    on_progress : callable
        Called after every batch of targets that is scored, and after every fit of weights, with the
        share that is done.
    """
    members = eligible_members(models)
    targets = task.split.validation[task.answers(task.split.validation) >= 0]
    random = np.random.default_rng(0)
    if len(targets) > MOST_TARGETS:
        targets = np.sort(random.choice(targets, MOST_TARGETS, replace=False))
    if len(targets) < LEAST_TARGETS:
        return _alone(task, members[0])
    histories, answers = task.histories(targets), task.answers(targets)
    scales = _scales(members, histories.select(slice(0, 200)))
    parts = []
    step = max(SCORES_PER_BATCH // task.products, 8)
    for begin in range(0, len(targets), step):
        rows = slice(begin, begin + step)
        batch, answer = histories.select(rows), answers[rows]
        scores = [
            to_log_scale(member, member.scores(member.read(batch)), float(scale))
            for member, scale in zip(members, scales, strict=True)
        ]
        parts.append(sample_candidates(scores, batch.matrix(task.products), answer, random))
        on_progress(SCORED * min(begin + step, len(targets)) / len(targets))
    sample = CandidateSample.concatenate(parts)
    probabilistic = np.array([member.probabilistic for member in members])
    subset = sample.rows(slice(None, None, max(len(targets) // PRUNING_TARGETS, 1)))
    of_all = fit_weights(subset, probabilistic)
    selected = select_members(subset, of_all, probabilistic)
    on_progress(SELECTED)
    sample, probabilistic = sample.members(selected), probabilistic[selected]
    pooled = fit_weights(sample, probabilistic, of_all.members(selected))
    on_progress(POOLED)
    buyers = task.sequences.user[targets]
    if not is_better_than_network(sample, buyers, probabilistic, pooled):
        on_progress(1.0)
        return _alone(task, members[0])
    on_progress(ACCEPTED)
    weights = fit_by_stratum(
        sample,
        strata(histories, task.popularity),
        probabilistic,
        pooled,
        on_progress=lambda share: on_progress(ACCEPTED + (1 - ACCEPTED) * share),
    )
    on_progress(1.0)
    return Blend([members[int(i)] for i in selected], weights, scales[selected], task.popularity)


def _alone(task: SplitData, network: Recommender) -> Blend:
    """Return a blend that ranks as the network does."""
    weights = BlendWeights(np.ones(1), np.array([1.0, 0.0]), np.array([1.0, 0.0]), 0.0)
    return Blend([network], [weights], np.ones(1), task.popularity)


def eligible_members(models: Sequence[Recommender]) -> list[Recommender]:
    """Return all models but baselines without ``numpy_scores``, which a bundle could not run."""
    return [
        model for model in models if not isinstance(model, Baseline) or model.has_numpy_scores()
    ]


def _scales(members: Sequence[Recommender], histories: Histories) -> Array:
    """Return the mean of each member's highest scores; 1 where it is not positive."""
    highest = [
        float(member.scores(member.read(histories)).max(axis=1).mean()) for member in members
    ]
    return np.array([scale if scale > 0 else 1.0 for scale in highest])
