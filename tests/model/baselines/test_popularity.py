"""Popularity with a half-life."""

import numpy as np
import pytest

from model.baselines.base import popularity_shares
from model.baselines.popularity import DAY, FadingPopularity
from model.sequences.histories import Histories


def test_the_weight_of_an_event_is_halved_after_a_half_life() -> None:
    columns = {
        "product": np.array([2, 3, 3], dtype=np.int32),
        "time": np.array([10 * DAY, 0, 0]),
    }
    users = Histories(columns, np.array([0]), np.array([3]))
    model = FadingPopularity(half_life=10.0)
    model.fit(users, 2)
    late, early = np.exp(model.scores(users)[0])
    shares = popularity_shares(users, 2)
    assert late / early == pytest.approx((1 + shares[0]) / (2 * 0.5 + shares[1]), rel=1e-5)
