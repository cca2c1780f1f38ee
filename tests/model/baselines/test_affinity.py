"""Affinity to brands and price ranges."""

import numpy as np
import pytest

from data.preparation.sequences import FIRST
from model.baselines.affinity import Affinity
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import prepared, random_histories, small


def fitted(task: SplitData) -> Affinity:
    model = Affinity()
    model.fit(task.buyers, task.products)
    return model


@pytest.fixture(scope="module")
def by_brand() -> SplitData:
    """Users who each buy products of one brand; neither category nor price tells the brand."""
    random = np.random.default_rng(1)
    log = [
        [f"p{4 * random.integers(25) + user % 4:03d}" for _step in range(6)] for user in range(200)
    ]
    return split_prepared(prepared(log), small())


def test_a_user_of_one_brand_is_recommended_that_brand(by_brand: SplitData) -> None:
    histories = by_brand.histories(by_brand.split.test)
    brands = by_brand.sequences.product_brand[FIRST:]
    best = brands[fitted(by_brand).scores(histories).argmax(axis=1)]
    own = np.asarray(by_brand.columns["brand"])[by_brand.split.test - 1]
    assert (best == own).mean() > 0.95


def test_the_scores_are_log_probabilities() -> None:
    task = split_prepared(prepared(random_histories(150, 30)), small())
    scores = fitted(task).scores(task.histories(task.split.test)).astype(np.float64)
    np.testing.assert_allclose(np.exp(scores).sum(axis=1), 1, atol=0.02)
