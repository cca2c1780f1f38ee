"""The conditional logit recovers the weights by which choices were made."""

import numpy as np
import pytest

from model.blend.conditional_logit import CandidateSample, fit_logit


def test_the_weights_of_new_and_repeat_products_are_recovered() -> None:
    random = np.random.default_rng(3)
    features = random.normal(size=(6000, 30, 2)).astype(np.float32)
    repeat = random.random((6000, 30)) < 0.3
    utility = np.where(repeat, features @ [0.0, 2.0] + 0.5, features @ [1.0, 0.0])
    choice = (utility + random.gumbel(size=utility.shape)).argmax(axis=1)
    for values in (features, repeat):
        first = values[np.arange(6000), choice].copy()
        values[np.arange(6000), choice], values[:, 0] = values[:, 0], first
    offset, total = np.zeros(repeat.shape, np.float32), np.ones((6000, 2), np.float32)
    sample = CandidateSample(features, repeat, offset, total)
    of_new, of_repeat, intercept = fit_logit(features, sample)
    np.testing.assert_allclose(of_new, [1, 0], atol=0.1)
    np.testing.assert_allclose(of_repeat, [0, 2], atol=0.1)
    assert intercept == pytest.approx(0.5, abs=0.15)
