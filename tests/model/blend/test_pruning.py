"""Pruning keeps the members without which the targets would be less probable."""

import numpy as np
import pytest

from model.blend.conditional_logit import (
    BlendWeights,
    CandidateSample,
    fit_weights,
    log_losses,
)
from model.blend.pruning import TOLERANCE, select_members
from model.sequences.histories import Array

PROBABILISTIC = np.ones(5, dtype=bool)


@pytest.fixture(scope="module")
def sample() -> CandidateSample:
    """Choices by members 1 and 3; 2 has the scores of 1, and 0 and 4 have random ones."""
    random = np.random.default_rng(0)
    scores = random.normal(size=(10_000, 25, 5)).astype(np.float32)
    scores[:, :, 2] = scores[:, :, 1]
    repeat = random.random((10_000, 25)) < 0.2
    utility = np.where(repeat, 2 * scores[:, :, 3], 1.5 * scores[:, :, 1])
    choice = (utility + random.gumbel(size=utility.shape)).argmax(axis=1)
    for values in (scores, repeat):
        first = values[np.arange(10_000), choice].copy()
        values[np.arange(10_000), choice], values[:, 0] = values[:, 0], first
    scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
    offset, total = np.zeros(repeat.shape, np.float32), np.ones((10_000, 5), np.float32)
    return CandidateSample(scores, repeat, offset, total)


@pytest.fixture(scope="module")
def fitted(sample: CandidateSample) -> BlendWeights:
    return fit_weights(sample, PROBABILISTIC)


def with_mixture(weights: BlendWeights, mixture: Array) -> BlendWeights:
    return BlendWeights(mixture, weights.new, weights.repeat, weights.repeat_intercept)


@pytest.fixture(scope="module")
def weights(fitted: BlendWeights) -> BlendWeights:
    """Fitted weights, with a mixture of the first member alone."""
    return with_mixture(fitted, np.eye(5)[0])


def test_a_duplicate_and_a_random_member_are_removed(
    sample: CandidateSample, weights: BlendWeights
) -> None:
    selected = select_members(sample, weights, PROBABILISTIC).tolist()
    assert 3 in selected
    assert len({1, 2} & set(selected)) == 1
    assert 4 not in selected


def test_the_first_member_is_kept_though_it_is_random(
    sample: CandidateSample, weights: BlendWeights
) -> None:
    assert 0 in select_members(sample, weights, PROBABILISTIC)


def test_a_member_with_a_weight_in_the_mixture_is_kept(
    sample: CandidateSample, fitted: BlendWeights
) -> None:
    mixed = with_mixture(fitted, np.array([0.5, 0, 0, 0, 0.5]))
    assert 4 in select_members(sample, mixed, PROBABILISTIC)


def test_the_selected_members_have_nearly_the_same_loss(
    sample: CandidateSample, weights: BlendWeights
) -> None:
    selected = select_members(sample, weights, PROBABILISTIC)
    rest, probabilistic = sample.members(selected), PROBABILISTIC[selected]
    removed = len(PROBABILISTIC) - len(selected)
    limit = log_losses(sample, weights, PROBABILISTIC).mean() + 2 * removed * TOLERANCE
    assert log_losses(rest, fit_weights(rest, probabilistic), probabilistic).mean() < limit
