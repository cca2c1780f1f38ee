"""Losses over products: equal to what the formula says, and safe where it is delicate."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import model.training.full_softmax
from model.networks.layers import ProductScores
from model.training.full_softmax import full_softmax
from model.training.negative_sampling import NegativeSampler
from model.training.sampled_softmax import sampled_softmax

TARGETS, PRODUCTS, UNITS = 23, 50, 6


@pytest.fixture
def given() -> dict[str, Any]:
    random = np.random.default_rng(1)
    return {
        "hidden": tf.constant(random.normal(size=(TARGETS, UNITS)), tf.float32),
        "targets": tf.constant(random.integers(0, PRODUCTS, TARGETS), tf.int32),
        "table": tf.constant(random.normal(size=(PRODUCTS, UNITS)), tf.float32),
        "bias": tf.constant(random.normal(size=PRODUCTS), tf.float32),
    }


def plainly(given: dict[str, Any], smoothing: float, gate: Any, copied: Any) -> Any:
    """Write the loss as a textbook does, with every score at once."""
    scores = tf.matmul(given["hidden"], given["table"], transpose_b=True) + given["bias"]
    logs = tf.nn.log_softmax(scores)
    target = tf.gather(logs, given["targets"], batch_dims=1)
    mixed = tf.math.log(tf.exp(gate + target) + tf.exp(copied))
    return -tf.reduce_mean((1 - smoothing) * mixed + smoothing * tf.reduce_mean(logs, axis=1))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("at_once", [2**24, PRODUCTS * 8])
def test_the_chunked_softmax_and_its_gradients_equal_the_textbook(
    given: dict[str, Any], smoothing: float, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model.training.full_softmax, "LOGITS_PER_BLOCK", at_once)
    gate = tf.constant(np.log(np.linspace(0.2, 0.9, TARGETS)), tf.float32)
    copied = tf.constant(np.linspace(-9, -0.5, TARGETS), tf.float32)
    watched = [given["hidden"], given["table"], given["bias"], gate, copied]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(watched)
        expected = plainly(given, smoothing, gate, copied)
        found, _correct = full_softmax(
            **given, smoothing=smoothing, log_gate=gate, log_copied=copied
        )
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    for mine, textbook in zip(
        tape.gradient(found, watched), tape.gradient(expected, watched), strict=True
    ):
        np.testing.assert_allclose(mine, textbook, atol=1e-6, rtol=1e-4)


def test_without_a_copy_it_is_the_cross_entropy(given: dict[str, Any]) -> None:
    loss, correct = full_softmax(**given)
    expected = plainly(given, 0.0, tf.zeros(TARGETS), tf.fill([TARGETS], -1e30))
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    scores = tf.matmul(given["hidden"], given["table"], transpose_b=True) + given["bias"]
    best = tf.argmax(scores, axis=1, output_type=tf.int32)
    assert correct == np.count_nonzero(best == given["targets"])


def sampled(given: dict[str, Any], negatives: Any, log_expected: Any) -> Any:
    output = ProductScores(PRODUCTS)
    output.build((None, UNITS))
    output.vectors.assign(given["table"])
    output.bias.assign(given["bias"])
    drawn = tf.constant(negatives)
    return sampled_softmax(
        given["hidden"],
        given["targets"],
        output,
        drawn,
        output.rows(drawn),
        log_expected=log_expected,
    )


def test_a_negative_that_is_the_target_does_not_count(given: dict[str, Any]) -> None:
    own = int(given["targets"][0])
    losses = sampled(given, np.full(9, own, np.int32), np.zeros(PRODUCTS, np.float32))
    np.testing.assert_allclose(losses[0], 0.0, atol=1e-6)
    assert float(tf.reduce_max(losses)) > 0.1


def test_with_logq_a_large_sample_tends_to_the_full_softmax(given: dict[str, Any]) -> None:
    popularity = np.arange(1, PRODUCTS + 1) ** 2
    draws = NegativeSampler(popularity, power=0.5, number=200_000)
    drawn = draws.draw(np.random.default_rng(0))
    losses = sampled(given, drawn, draws.log_expected)
    scores = np.asarray(given["hidden"]) @ np.asarray(given["table"]).T + np.asarray(given["bias"])
    own = np.take_along_axis(scores, np.asarray(given["targets"])[:, None], axis=1)[:, 0]
    np.testing.assert_allclose(losses, np.log(np.exp(scores).sum(axis=1)) - own, atol=0.05)


def test_negatives_follow_popularity_to_the_power() -> None:
    draws = NegativeSampler(np.array([900, 400, 100]), power=0.5, number=60_000)
    share = np.bincount(draws.draw(np.random.default_rng(0)), minlength=3) / 60_000
    np.testing.assert_allclose(share, [3 / 6, 2 / 6, 1 / 6], atol=0.01)
    np.testing.assert_allclose(np.exp(draws.log_expected), [30_000, 20_000, 10_000], rtol=1e-4)
