"""The paired bootstrap compares two runs user by user."""

import numpy as np
import pytest

from model.evaluation.paired_bootstrap import TargetRanks, paired_differences
from model.metrics.bootstrap import confidence_intervals
from model.metrics.ranking import metrics_per_target

RANDOM = np.random.default_rng(0)
USERS = np.sort(RANDOM.integers(0, 400, 1000)).astype(np.int32)
RANKS = RANDOM.integers(1, 30, 1000)


def ranked(rank, after=None) -> TargetRanks:
    cold = np.zeros(len(rank), dtype=bool)
    positions = np.arange(len(rank)) % 7 if after is None else after
    return TargetRanks(USERS[: len(rank)].astype(str).astype(object), positions, rank, cold)


def test_a_model_does_not_differ_from_itself() -> None:
    differences = paired_differences(ranked(RANKS), ranked(RANKS))
    assert (
        differences["ndcg@10"].value,
        differences["ndcg@10"].low,
        differences["ndcg@10"].high,
    ) == (0, 0, 0)
    assert not differences["ndcg@10"].significant


def test_a_small_gain_is_significant_though_the_intervals_overlap() -> None:
    better = np.where(np.arange(len(RANKS)) % 3 == 0, np.maximum(RANKS - 1, 1), RANKS)
    difference = paired_differences(ranked(better), ranked(RANKS))["mrr@10"]
    assert difference.significant
    assert 0 < difference.low < difference.value < difference.high
    cold = np.zeros(len(RANKS), dtype=bool)
    alone = [
        confidence_intervals(metrics_per_target(ranks, cold), USERS)["mrr@10"]
        for ranks in (better, RANKS)
    ]
    assert alone[0][0] < alone[1][1]
    assert difference.high - difference.low < alone[0][1] - alone[0][0]


def test_the_difference_is_that_of_the_means() -> None:
    other = RANDOM.permutation(RANKS)
    difference = paired_differences(ranked(RANKS), ranked(other))["hr@10"]
    assert difference.value == pytest.approx((RANKS <= 10).mean() - (other <= 10).mean())
    backwards = paired_differences(ranked(other), ranked(RANKS))["hr@10"]
    assert backwards.value == pytest.approx(-difference.value)


def test_other_targets_or_users_are_not_the_same() -> None:
    assert not ranked(RANKS).same_targets(ranked(RANKS, after=np.zeros(len(RANKS))))
    assert not ranked(RANKS).same_targets(ranked(RANKS[:500]))
