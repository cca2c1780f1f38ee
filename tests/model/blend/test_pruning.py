"""A blend keeps the members without which its targets would be less probable."""

import numpy as np
import pytest

from model.blend.pruning import TOLERANCE, worthwhile
from model.blend.weights import Sample, Weights, fit, losses

LOGARITHMS = np.ones(5, dtype=bool)


@pytest.fixture(scope="module")
def sample() -> Sample:
    """Choices of what members 1 and 3 say; 2 says what 1 says, 0 and 4 say anything."""
    random = np.random.default_rng(0)
    said = random.normal(size=(10_000, 25, 5)).astype(np.float32)
    said[:, :, 2] = said[:, :, 1]
    own = random.random((10_000, 25)) < 0.2
    worth = np.where(own, 2 * said[:, :, 3], 1.5 * said[:, :, 1])
    choice = (worth + random.gumbel(size=worth.shape)).argmax(axis=1)
    for values in (said, own):
        first = values[np.arange(10_000), choice].copy()
        values[np.arange(10_000), choice], values[:, 0] = values[:, 0], first
    said -= np.log(np.exp(said).sum(axis=1, keepdims=True))
    return Sample(said, own, np.zeros(own.shape, np.float32), np.ones((10_000, 5), np.float32))


def of_one(weights: Weights) -> Weights:
    """The same weights with nobody needed for the mixture but the first."""
    return Weights(np.eye(len(weights.pool))[0], weights.new, weights.own, weights.again)


def test_one_of_two_who_say_the_same_goes_and_so_does_who_says_nothing(sample: Sample) -> None:
    kept = worthwhile(sample, of_one(fit(sample, LOGARITHMS)), LOGARITHMS).tolist()
    assert 3 in kept
    assert len({1, 2} & set(kept)) == 1
    assert 4 not in kept


def test_the_first_stays_though_it_says_nothing(sample: Sample) -> None:
    assert 0 in worthwhile(sample, of_one(fit(sample, LOGARITHMS)), LOGARITHMS)


def test_who_is_needed_for_the_mixture_stays(sample: Sample) -> None:
    weights = fit(sample, LOGARITHMS)
    mixed = Weights(np.array([0.5, 0, 0, 0, 0.5]), weights.new, weights.own, weights.again)
    assert 4 in worthwhile(sample, mixed, LOGARITHMS)


def test_the_rest_explain_the_choices_as_well(sample: Sample) -> None:
    weights = of_one(fit(sample, LOGARITHMS))
    kept = worthwhile(sample, weights, LOGARITHMS)
    part = sample.of(kept)
    rest = fit(part, LOGARITHMS[kept])
    gone = len(LOGARITHMS) - len(kept)
    limit = losses(sample, weights, LOGARITHMS).mean() + 2 * gone * TOLERANCE
    assert losses(part, rest, LOGARITHMS[kept]).mean() < limit
