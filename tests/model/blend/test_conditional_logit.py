"""The conditional logit recovers the weights by which choices were made."""

from typing import Any

import numpy as np
import pytest
from scipy import optimize, sparse

from model.blend.conditional_logit import (
    DRAWN_REPEATS,
    PADDING,
    TOP,
    BlendWeights,
    CandidateSample,
    candidate_probabilities,
    fit_logit,
    hessian,
    prior_weights,
    ridge,
    sample_candidates,
)
from model.sequences.histories import Array


@pytest.fixture(scope="module")
def choices() -> CandidateSample:
    """Return 6,000 choices by the weights 1 and 0 of new products, 0 and 2 of repeat products."""
    random = np.random.default_rng(3)
    features = random.normal(size=(6000, 30, 2)).astype(np.float32)
    repeat = random.random((6000, 30)) < 0.3
    utility = np.where(repeat, features @ [0.0, 2.0] + 0.5, features @ [1.0, 0.0])
    choice = (utility + random.gumbel(size=utility.shape)).argmax(axis=1)
    for values in (features, repeat):
        first = values[np.arange(6000), choice].copy()
        values[np.arange(6000), choice], values[:, 0] = values[:, 0], first
    offset, total = np.zeros(repeat.shape, np.float32), np.ones((6000, 2), np.float32)
    return CandidateSample(features, repeat, offset, total)


def test_the_weights_of_new_and_repeat_products_are_recovered(choices: CandidateSample) -> None:
    of_new, of_repeat, intercept = fit_logit(choices.features, choices)
    np.testing.assert_allclose(of_new, [1, 0], atol=0.1)
    np.testing.assert_allclose(of_repeat, [0, 2], atol=0.1)
    assert intercept == pytest.approx(0.5, abs=0.15)


def test_the_weights_do_not_depend_on_where_the_optimisation_starts(
    choices: CandidateSample,
) -> None:
    far = BlendWeights(np.ones(1), np.array([-3.0, 4.0]), np.array([5.0, -2.0]), -4.0)
    for weights, others in zip(
        fit_logit(choices.features, choices), fit_logit(choices.features, choices, far), strict=True
    ):
        np.testing.assert_allclose(weights, others, atol=0.01)


def penalised_loss(choices: CandidateSample, parameters: Array) -> float:
    weights = BlendWeights(np.ones(1), parameters[:2], parameters[2:4], float(parameters[4]))
    probabilities = candidate_probabilities(choices.features, choices, weights)
    loss = -np.log(probabilities[:, 0].astype(np.float64)).mean()
    return float(loss + ridge(len(choices.offset)) * ((parameters - prior_weights(2)) ** 2).sum())


def test_the_hessian_is_that_of_the_penalised_loss(choices: CandidateSample) -> None:
    at, step = np.array([0.5, -0.2, 0.1, 1.0, 0.3]), 0.02
    unit = step * np.eye(5)
    numeric = [
        [
            (
                penalised_loss(choices, at + unit[i] + unit[j])
                - penalised_loss(choices, at + unit[i] - unit[j])
                - penalised_loss(choices, at - unit[i] + unit[j])
                + penalised_loss(choices, at - unit[i] - unit[j])
            )
            / (2 * step) ** 2
            for j in range(5)
        ]
        for i in range(5)
    ]
    np.testing.assert_allclose(hessian(choices.features, choices, at), numeric, atol=0.005)


def test_features_of_different_scales_take_few_steps(
    choices: CandidateSample, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a preconditioner this takes 34 evaluations of the loss, with one 8."""
    evaluations = []
    minimize = optimize.minimize

    def counted(*arguments: Any, **options: Any) -> Any:
        result = minimize(*arguments, **options)
        evaluations.append(result.nfev)
        return result

    monkeypatch.setattr(optimize, "minimize", counted)
    scaled = choices.features * np.array([1, 20], np.float32)
    of_new, of_repeat, _intercept = fit_logit(scaled, choices)
    assert evaluations[0] < 15
    np.testing.assert_allclose(of_new, [1, 0], atol=0.05)
    np.testing.assert_allclose(of_repeat, [0, 2 / 20], atol=0.05)


@pytest.mark.parametrize("level", [1e3, 1e4])
def test_the_hessian_of_large_scores_is_positive_definite(
    choices: CandidateSample, level: float
) -> None:
    """A baseline of another package may have any scores, such as distances below zero."""
    large = choices.features - np.float32([0, level])
    np.linalg.cholesky(hessian(large, choices, prior_weights(2)))
    of_new, of_repeat, _intercept = fit_logit(large, choices)
    assert np.isfinite([*of_new, *of_repeat]).all()


@pytest.mark.parametrize("length", [DRAWN_REPEATS, 400])
def test_the_candidates_of_a_history_stand_for_all_its_products(length: int) -> None:
    """The target is the first; the top of a member, and the others by what they stand for."""
    targets, products, answer = 50, 1000, 999
    scores = np.tile(np.linspace(1, 0, products, dtype=np.float32), (targets, 1))
    bought = np.tile(np.arange(300, 300 + length), (targets, 1))
    counts = sparse.csr_matrix(
        (np.ones(bought.size), (np.repeat(np.arange(targets), length), bought.ravel())),
        shape=scores.shape,
    )
    answers = np.full(targets, answer)
    sample = sample_candidates([scores], counts, answers, np.random.default_rng(0))
    present = sample.offset > PADDING
    assert (sample.features[:, 0, 0] == scores[0, answer]).all()
    stands_for = np.where(present, np.exp(sample.offset), 0)
    np.testing.assert_allclose((stands_for * sample.repeat).sum(axis=1), length, rtol=1e-5)
    np.testing.assert_allclose(stands_for.sum(axis=1), products, rtol=1e-5)
    assert ((present & sample.repeat).sum(axis=1) == DRAWN_REPEATS).all()
    top = (sample.features[:, :, 0] > scores[0, TOP]) & present
    assert (top.sum(axis=1) == TOP).all()
    assert (stands_for[top] == 1).all()
