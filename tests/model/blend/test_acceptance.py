"""A blend is kept where its members make the ranking better than that of the network alone."""

from pathlib import Path

import numpy as np
import pytest

from data.datasets.store import Store
from data.home import Home
from data.preparation.sequences import Floats
from model.blend.acceptance import is_better_than_network
from model.blend.conditional_logit import (
    CandidateSample,
    add_mixture,
    fit_logit,
    fit_weights,
    ridge,
    utilities,
)
from model.run_files import BLEND, EVALUATION
from model.run_folder import RunFolder
from model.training.trainer import train
from tests.model.toys import imported, random_histories, small
from tests.model.training.test_trainer import Notes, never

WIDTH = 60


def choices(targets: int, useful: float, seed: int = 0) -> CandidateSample:
    """Return choices by the scores of member 0 and, as far as it is useful, of member 1.

    Three more members are noise.
    """
    random = np.random.default_rng(seed)
    scores = random.normal(size=(targets, WIDTH, 5)).astype(np.float32)
    utility = 1.5 * scores[:, :, 0] + useful * scores[:, :, 1]
    choice = (utility + random.gumbel(size=utility.shape)).argmax(axis=1)
    rows = np.arange(targets)
    first = scores[rows, choice].copy()
    scores[rows, choice], scores[:, 0] = scores[:, 0], first
    scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
    repeat, offset = np.zeros((targets, WIDTH), dtype=bool), np.zeros((targets, WIDTH), np.float32)
    return CandidateSample(scores, repeat, offset, np.ones((targets, 5), np.float32))


def accepted(sample: CandidateSample, targets_of_a_buyer: int = 1) -> bool:
    probabilistic = np.ones(5, dtype=bool)
    buyers = np.arange(len(sample.offset)) // targets_of_a_buyer
    weights = fit_weights(sample, probabilistic)
    return is_better_than_network(sample, buyers, probabilistic, weights)


@pytest.mark.parametrize("targets", [300, 3000])
def test_a_member_that_knows_more_makes_a_blend(targets: int) -> None:
    assert accepted(choices(targets, useful=1.5))


@pytest.mark.parametrize("targets", [1, 2, 300, 3000])
def test_nothing_is_better_than_a_network_that_is_always_right(targets: int) -> None:
    sample = choices(targets, useful=1.5)
    sample.features[:, 0, 0] = 1.0  # above the logarithm of any probability
    assert not accepted(sample)


@pytest.mark.parametrize("seed", range(3))
def test_members_that_know_nothing_change_the_ranking_little(seed: int) -> None:
    """Chance decides whether they make a blend, and so a blend of them must do no harm."""
    sample, others = (choices(3000, useful=0.0, seed=seed + part) for part in (0, 10))
    weights = fit_weights(sample, np.ones(5, dtype=bool))
    features = add_mixture(others, weights.mixture, np.ones(5, dtype=bool))
    blend = ndcg_at_10(utilities(features, others, weights))
    assert blend.mean() == pytest.approx(ndcg_at_10(others.features[:, :, 0]).mean(), abs=0.005)


def ndcg_at_10(scores: Floats) -> Floats:
    rank = (scores >= scores[:, :1]).sum(axis=1)
    return np.where(rank <= 10, 1 / np.log2(1 + rank), 0.0)


def test_the_targets_of_one_buyer_alone_are_no_evidence() -> None:
    sample = choices(300, useful=1.5)
    assert accepted(sample)
    assert not accepted(sample, targets_of_a_buyer=300)


def test_few_targets_leave_the_weights_near_those_of_the_network() -> None:
    distances = []
    for targets in (20, 200, 2000):
        sample = choices(targets, useful=0.0, seed=1)
        new, _repeat, _intercept = fit_logit(sample.features, sample)
        distances.append(float(np.abs(new[1:]).max()))
    assert ridge(20) > ridge(200) > ridge(2000)
    assert distances[0] < 0.5
    assert distances[2] < 0.1


def test_a_run_whose_blend_is_no_better_serves_the_network_and_says_so(tmp_path: Path) -> None:
    dataset = imported(Store(Home(tmp_path / "home")), random_histories(60, 40), tmp_path)
    notes, folder = Notes(), tmp_path / "run"
    config = small(network="rnn", epochs=1, blend=True)
    assert train(config, dataset, folder, notes, never)
    assert any("a blend ranks no better" in line for line in notes.lines)
    assert not (folder / BLEND).exists()
    models = RunFolder(folder).read_json(EVALUATION)["models"]
    assert [models[0]["name"], models[1]["kind"]] == ["rnn", "baseline"]
