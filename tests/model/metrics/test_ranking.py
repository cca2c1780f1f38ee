"""Ranking metrics agree with a brute-force version, ties included."""

import math

import numpy as np
import pytest

from model.metrics.bootstrap import confidence_intervals
from model.metrics.ranking import beyond_accuracy, gini, metrics_per_target, target_ranks


def brute_rank(scores: list[float], answer: int) -> int:
    if answer < 0:
        return len(scores) + 1
    return sum(1 for score in scores if not score < scores[answer])


@pytest.mark.parametrize("seed", range(5))
def test_ranks_and_metrics_agree_with_brute_force(seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.integers(0, 12, (40, 60)).astype(np.float32)
    answers = random.integers(-1, 60, 40)
    rank = target_ranks(scores, answers)
    expected = [
        brute_rank(row.tolist(), answer) for row, answer in zip(scores, answers, strict=True)
    ]
    assert rank.tolist() == expected
    per_target = metrics_per_target(rank, answers < 0)
    for k in (10, 20):
        for i, (expected_rank, answer) in enumerate(zip(expected, answers, strict=True)):
            hit = expected_rank <= k and answer >= 0
            assert per_target[f"hr@{k}"][i] == hit
            assert per_target[f"ndcg@{k}"][i] == pytest.approx(hit / math.log2(expected_rank + 1))
            assert per_target[f"mrr@{k}"][i] == pytest.approx(hit / expected_rank)


def test_a_tie_counts_against_the_model() -> None:
    assert target_ranks(np.zeros((1, 7)), np.array([3])) == [7]


def test_a_nan_score_counts_against_the_model() -> None:
    scores = np.array([[np.nan, 1.0, 0.0], [np.nan, np.nan, np.nan]])
    assert target_ranks(scores, np.array([1, 0])).tolist() == [2, 3]


def test_a_cold_target_is_a_miss_in_a_catalogue_smaller_than_k() -> None:
    rank = target_ranks(np.array([[1.0, 2.0, 3.0]]), np.array([-1]))
    assert metrics_per_target(rank, np.array([True]))["hr@10"] == [0.0]


def test_identical_lists_have_low_coverage_and_a_high_gini_coefficient() -> None:
    top = np.tile(np.arange(10), (50, 1))
    metrics = beyond_accuracy(top, np.full(100, 4), np.zeros(100, dtype=np.int32))
    assert metrics["coverage@10"] == 0.1
    assert metrics["diversity@10"] == 0.0
    assert metrics["novelty@10"] == pytest.approx(-math.log2(1 / 100))
    assert metrics["gini@10"] == pytest.approx(0.9)


def test_gini_is_zero_for_equal_amounts() -> None:
    assert gini(np.full(9, 5)) == pytest.approx(0)


def test_the_interval_has_nominal_coverage() -> None:
    random = np.random.default_rng(0)
    covered = 0
    for trial in range(60):
        users = np.repeat(np.arange(80), 3)
        values = (random.random(80)[users] + random.random(240)) / 2
        low, high = confidence_intervals({"x": values}, users, seed=trial)["x"]
        covered += low <= 0.5 <= high
    assert 50 <= covered <= 60


def test_the_bootstrap_resamples_users_with_all_their_targets() -> None:
    random = np.random.default_rng(0)
    by_user = np.repeat(random.random(20), 50)
    clustered = confidence_intervals({"x": by_user}, np.repeat(np.arange(20), 50))["x"]
    independent = confidence_intervals({"x": by_user}, np.arange(1000))["x"]
    assert clustered[1] - clustered[0] > 3 * (independent[1] - independent[0])
