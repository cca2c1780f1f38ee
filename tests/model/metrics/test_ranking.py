"""Metrics equal a brute-force version, with ties, over the whole catalogue."""

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
def test_ranks_and_figures_equal_brute_force_with_ties(seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.integers(0, 12, (40, 60)).astype(np.float32)
    answers = random.integers(-1, 60, 40)
    rank = target_ranks(scores, answers)
    expected = [
        brute_rank(row.tolist(), answer) for row, answer in zip(scores, answers, strict=True)
    ]
    assert rank.tolist() == expected
    figures = metrics_per_target(rank, answers < 0)
    for k in (10, 20):
        for i, (place, answer) in enumerate(zip(expected, answers, strict=True)):
            hit = place <= k and answer >= 0
            assert figures[f"hr@{k}"][i] == hit
            assert figures[f"ndcg@{k}"][i] == pytest.approx(hit / math.log2(place + 1))
            assert figures[f"mrr@{k}"][i] == pytest.approx(hit / place)


def test_a_tie_counts_against_the_model() -> None:
    assert target_ranks(np.zeros((1, 7)), np.array([3])) == [7]


def test_a_score_that_is_no_number_never_helps() -> None:
    scores = np.array([[np.nan, 1.0, 0.0], [np.nan, np.nan, np.nan]])
    assert target_ranks(scores, np.array([1, 0])).tolist() == [2, 3]


def test_a_target_that_is_not_ranked_is_a_miss_in_a_catalogue_of_three() -> None:
    rank = target_ranks(np.array([[1.0, 2.0, 3.0]]), np.array([-1]))
    assert metrics_per_target(rank, np.array([True]))["hr@10"] == [0.0]


def test_lists_that_are_all_the_same_are_called_so() -> None:
    best = np.tile(np.arange(10), (50, 1))
    figures = beyond_accuracy(best, np.full(100, 4), np.zeros(100, dtype=np.int32))
    assert figures["coverage@10"] == 0.1
    assert figures["diversity@10"] == 0.0
    assert figures["novelty@10"] == pytest.approx(-math.log2(1 / 100))
    assert figures["gini@10"] == pytest.approx(0.9)


def test_gini_is_zero_where_all_are_equal() -> None:
    assert gini(np.full(9, 5)) == pytest.approx(0)


def test_an_interval_covers_the_mean_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    covered = 0
    for trial in range(60):
        buyers = np.repeat(np.arange(80), 3)
        values = (random.random(80)[buyers] + random.random(240)) / 2
        low, high = confidence_intervals({"x": values}, buyers, seed=trial)["x"]
        covered += low <= 0.5 <= high
    assert 50 <= covered <= 60


def test_targets_of_one_buyer_belong_together() -> None:
    random = np.random.default_rng(0)
    by_buyer = np.repeat(random.random(20), 50)
    together = confidence_intervals({"x": by_buyer}, np.repeat(np.arange(20), 50))["x"]
    apart = confidence_intervals({"x": by_buyer}, np.arange(1000))["x"]
    assert together[1] - together[0] > 3 * (apart[1] - apart[0])
