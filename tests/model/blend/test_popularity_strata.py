"""Strata of the last product's popularity have weights of their own where these are better."""

import numpy as np
import pytest

from data.preparation.sequences import Longs
from model.blend.conditional_logit import CandidateSample, fit_weights
from model.blend.popularity_strata import EDGES, fit_by_stratum, strata
from model.sequences.histories import Histories

PROBABILISTIC = np.ones(2, dtype=bool)
STRATA = len(EDGES) + 1


def sample(coefficients: tuple[float, ...], stratum: Longs) -> CandidateSample:
    """Synthetic choices by the scores of member 0, with a coefficient for each stratum."""
    random = np.random.default_rng(0)
    scores = random.normal(size=(len(stratum), 20, 2)).astype(np.float32)
    utility = scores[:, :, 0] * np.array(coefficients)[stratum][:, None]
    choice = (utility + random.gumbel(size=utility.shape)).argmax(axis=1)
    rows = np.arange(len(stratum))
    first = scores[rows, choice].copy()
    scores[rows, choice], scores[:, 0] = scores[:, 0], first
    scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
    shape = scores.shape[:2]
    total = np.ones((len(stratum), 2), np.float32)
    return CandidateSample(scores, np.zeros(shape, bool), np.zeros(shape, np.float32), total)


@pytest.fixture
def stratum() -> Longs:
    return np.random.default_rng(1).integers(0, STRATA, 4000)


def test_the_stratum_is_that_of_the_last_products_training_events() -> None:
    codes = np.array([2, 3, 4, 5, 1], dtype=np.int32)
    counts = np.array([5, 6, 21, 61])
    stop = np.array([1, 2, 3, 4, 5, 0])
    histories = Histories({"product": codes}, np.zeros(6, dtype=np.int64), stop)
    assert strata(histories, counts).tolist() == [0, 1, 2, 3, 0, 0]


def test_strata_that_differ_have_separate_weights(stratum: Longs) -> None:
    choices = sample((0.0, 1.0, 2.0, 3.0), stratum)
    weights = fit_by_stratum(choices, stratum, PROBABILISTIC, fit_weights(choices, PROBABILISTIC))
    assert len(weights) == STRATA
    coefficients = [separate.new[0] + separate.new[-1] for separate in weights]
    assert coefficients == sorted(coefficients)
    assert coefficients[-1] - coefficients[0] > 2


def test_strata_that_are_alike_share_their_weights(stratum: Longs) -> None:
    choices = sample((1.0,) * STRATA, stratum)
    pooled = fit_weights(choices, PROBABILISTIC)
    assert fit_by_stratum(choices, stratum, PROBABILISTIC, pooled) == [pooled]


def test_few_targets_share_their_weights(stratum: Longs) -> None:
    stratum = stratum[:600]
    choices = sample((0.0, 1.0, 2.0, 3.0), stratum)
    pooled = fit_weights(choices, PROBABILISTIC)
    assert fit_by_stratum(choices, stratum, PROBABILISTIC, pooled) == [pooled]


def test_a_stratum_with_few_targets_has_the_pooled_weights(stratum: Longs) -> None:
    stratum = np.where((stratum == 2) & (np.arange(len(stratum)) > 300), 3, stratum)
    choices = sample((0.0, 1.0, 2.0, 3.0), stratum)
    pooled = fit_weights(choices, PROBABILISTIC)
    weights = fit_by_stratum(choices, stratum, PROBABILISTIC, pooled)
    assert weights[2] is pooled
    assert weights[3] is not pooled
