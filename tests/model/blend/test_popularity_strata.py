"""Histories whose latest product is rare are weighed apart where that tells more."""

import numpy as np
import pytest

from data.preparation.sequences import Longs
from model.blend.conditional_logit import CandidateSample, fit_weights
from model.blend.popularity_strata import EDGES, fit_by_stratum, strata
from model.sequences.histories import Histories

PROBABILISTIC = np.ones(2, dtype=bool)
STRATA = len(EDGES) + 1


def sample(worth: tuple[float, ...], of: Longs) -> CandidateSample:
    """Synthetic choices that member 0 explains, as much in each context as ``worth`` says."""
    random = np.random.default_rng(0)
    said = random.normal(size=(len(of), 20, 2)).astype(np.float32)
    value = said[:, :, 0] * np.array(worth)[of][:, None]
    choice = (value + random.gumbel(size=value.shape)).argmax(axis=1)
    rows = np.arange(len(of))
    first = said[rows, choice].copy()
    said[rows, choice], said[:, 0] = said[:, 0], first
    said -= np.log(np.exp(said).sum(axis=1, keepdims=True))
    own, offset = np.zeros(said.shape[:2], bool), np.zeros(said.shape[:2], np.float32)
    return CandidateSample(said, own, offset, np.ones((len(of), 2), np.float32))


@pytest.fixture
def of() -> Longs:
    return np.random.default_rng(1).integers(0, STRATA, 4000)


def test_a_context_says_how_often_training_saw_the_latest_product() -> None:
    codes = np.array([2, 3, 4, 5, 1], dtype=np.int32)
    counts = np.array([5, 6, 21, 61])
    stop = np.array([1, 2, 3, 4, 5, 0])
    histories = Histories({"product": codes}, np.zeros(6, dtype=np.int64), stop)
    assert strata(histories, counts).tolist() == [0, 1, 2, 3, 0, 0]


def test_contexts_that_differ_have_weights_of_their_own(of: Longs) -> None:
    choices = sample((0.0, 1.0, 2.0, 3.0), of)
    found = fit_by_stratum(choices, of, PROBABILISTIC, fit_weights(choices, PROBABILISTIC))
    assert len(found) == STRATA
    counts = [weights.new[0] + weights.new[-1] for weights in found]
    assert counts == sorted(counts)
    assert counts[-1] - counts[0] > 2


def test_contexts_that_are_alike_share_their_weights(of: Longs) -> None:
    choices = sample((1.0,) * STRATA, of)
    pooled = fit_weights(choices, PROBABILISTIC)
    assert fit_by_stratum(choices, of, PROBABILISTIC, pooled) == [pooled]


def test_few_targets_are_not_even_tried_apart(of: Longs) -> None:
    of = of[:600]
    choices = sample((0.0, 1.0, 2.0, 3.0), of)
    pooled = fit_weights(choices, PROBABILISTIC)
    assert fit_by_stratum(choices, of, PROBABILISTIC, pooled) == [pooled]


def test_a_context_with_few_targets_is_weighed_as_all_are(of: Longs) -> None:
    of = np.where((of == 2) & (np.arange(len(of)) > 300), 3, of)
    choices = sample((0.0, 1.0, 2.0, 3.0), of)
    pooled = fit_weights(choices, PROBABILISTIC)
    found = fit_by_stratum(choices, of, PROBABILISTIC, pooled)
    assert found[2] is pooled
    assert found[3] is not pooled
