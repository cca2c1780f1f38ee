"""The repeat-aware head begins as what counting says."""

import numpy as np
import pytest

from model.networks.repeat_head import STATISTICS, RepeatHead
from model.sequences.repeats_numpy import FEATURES

COUNTS = [3, 1, 2]


def test_an_untrained_head_ranks_by_personal_frequency() -> None:
    random = np.random.default_rng(0)
    states = random.normal(size=(1, 8)).astype(np.float32)
    product, kind = np.array([[5, 6, 7, 0]]), np.array([[2, 2, 3, 0]])
    features = random.random((1, 4, FEATURES)).astype(np.float32)
    features[0, :, 0] = np.log1p([*COUNTS, 0])
    head = RepeatHead(10, 4)
    head(states, product, kind, features)
    head.start_from(random.random((8, STATISTICS)))
    result = np.asarray(head(states, product, kind, features))[0]
    assert np.exp(result).sum() == pytest.approx(1, abs=1e-6)
    assert result[1:4] - result[2] == pytest.approx(np.log([4 / 2, 1, 3 / 2]), abs=1e-5)
    assert result[4] < -1e6
