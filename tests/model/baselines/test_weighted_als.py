"""Weighted matrix factorisation: its equation, and what type and age of an event change."""

import numpy as np
import pytest

from data.preparation.sequences import FIRST
from model.baselines.weighted_als import DAY, WeightedALS, conversion_rates
from model.sequences.histories import Histories

VIEW, PURCHASE = FIRST, FIRST + 1


def histories(products: list[int], days: list[float], kinds: list[int], **rest: int) -> Histories:
    """Return one history, asked a day after its last event unless ``at`` says otherwise."""
    columns = {
        "product": np.array(products, dtype=np.int32) + FIRST,
        "time": (np.array(days) * DAY).astype(np.int64),
        "type": np.array(kinds, dtype=np.int32),
        "target": np.array(kinds) == PURCHASE,
    }
    at = np.array([rest.get("at", int((days[-1] + 1) * DAY))])
    return Histories(columns, np.array([0]), np.array([len(products)]), at)


def random_users(users: int = 60, products: int = 12) -> Histories:
    """Return users who buy from one half of the products, and view before they buy."""
    random = np.random.default_rng(0)
    half = products // 2
    drawn = [half * (user % 2) + random.permutation(half)[:4] for user in range(users)]
    product = np.repeat(np.concatenate(drawn), 2)
    columns = {
        "product": (product + FIRST).astype(np.int32),
        "time": np.tile(np.arange(8) * DAY, users),
        "type": np.tile(np.array([VIEW, PURCHASE], dtype=np.int32), 4 * users),
        "target": np.tile([False, True], 4 * users),
    }
    stop = 8 * np.arange(1, users + 1)
    return Histories(columns, stop - 8, stop)


@pytest.fixture(scope="module")
def model() -> WeightedALS:
    model = WeightedALS(half_life=1.0, confidence=10.0, penalty=2.0)
    model.fit(random_users(), 12)
    return model


def test_the_factors_of_a_history_solve_the_equation_of_the_paper(model: WeightedALS) -> None:
    """x = (Y^T C Y + λ I)^{−1} Y^T C p, with all products in the sums."""
    factors = model.state["factors"].astype(np.float64)
    rate = conversion_rates(random_users())[VIEW]
    confidence, preference = np.ones(12), np.zeros(12)
    preference[[0, 3]] = 1
    confidence[0] += 10 / 2  # bought a day ago
    confidence[3] += 10 * rate**0.5 / 4  # viewed two days ago
    left = factors.T @ (factors * confidence[:, None]) + 2.0 * np.eye(factors.shape[1])
    expected = factors @ np.linalg.solve(left, factors.T @ (confidence * preference))
    history = histories([3, 0], [0, 1], [VIEW, PURCHASE])
    scores = model.scores(history)[0] - model.state["shares"]
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_products_of_the_same_users_rank_before_all_others(model: WeightedALS) -> None:
    scores = model.scores(histories([7], [0], [PURCHASE]))[0]
    assert scores[6:].min() > scores[:6].max()


def test_later_events_and_purchases_decide(model: WeightedALS) -> None:
    def first_half_is_ahead(history: Histories) -> bool:
        scores = model.scores(history)[0]
        return bool(scores[:6].mean() > scores[6:].mean())

    assert first_half_is_ahead(histories([7, 1], [0, 5], [PURCHASE, PURCHASE]))
    assert not first_half_is_ahead(histories([1, 7], [0, 5], [PURCHASE, PURCHASE]))


def test_without_times_nothing_decays(model: WeightedALS) -> None:
    timed = histories([7, 1], [0, 0], [PURCHASE, PURCHASE], at=0)
    columns = {**timed.columns, "time": np.full(2, -1)}
    untimed = Histories(columns, timed.start, timed.stop, np.array([-1]))
    np.testing.assert_array_equal(model.scores(untimed), model.scores(timed))
