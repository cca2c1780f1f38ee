"""A difference between two models is judged buyer by buyer."""

import numpy as np
import pytest

from model.evaluation.paired_bootstrap import TargetRanks, paired_differences
from model.metrics.bootstrap import confidence_intervals
from model.metrics.ranking import metrics_per_target

RANDOM = np.random.default_rng(0)
BUYERS = np.sort(RANDOM.integers(0, 400, 1000)).astype(np.int32)
HARD = RANDOM.integers(1, 30, 1000)


def ranked(rank, after=None) -> TargetRanks:
    none = np.zeros(len(rank), dtype=bool)
    places = np.arange(len(rank)) % 7 if after is None else after
    return TargetRanks(BUYERS[: len(rank)].astype(str).astype(object), places, rank, none)


def test_a_model_does_not_differ_from_itself() -> None:
    found = paired_differences(ranked(HARD), ranked(HARD))
    assert (found["ndcg@10"].value, found["ndcg@10"].low, found["ndcg@10"].high) == (0, 0, 0)
    assert not found["ndcg@10"].significant


def test_a_small_gain_is_certain_though_the_figures_overlap() -> None:
    better = np.where(np.arange(len(HARD)) % 3 == 0, np.maximum(HARD - 1, 1), HARD)
    found = paired_differences(ranked(better), ranked(HARD))["mrr@10"]
    assert found.significant
    assert 0 < found.low < found.value < found.high
    none = np.zeros(len(HARD), dtype=bool)
    alone = [
        confidence_intervals(metrics_per_target(one, none), BUYERS)["mrr@10"]
        for one in (better, HARD)
    ]
    assert alone[0][0] < alone[1][1]
    assert found.high - found.low < alone[0][1] - alone[0][0]


def test_the_difference_is_that_of_the_means() -> None:
    other = RANDOM.permutation(HARD)
    found = paired_differences(ranked(HARD), ranked(other))["hr@10"]
    assert found.value == pytest.approx((HARD <= 10).mean() - (other <= 10).mean())
    backwards = paired_differences(ranked(other), ranked(HARD))["hr@10"]
    assert backwards.value == pytest.approx(-found.value)


def test_other_targets_or_buyers_are_not_the_same() -> None:
    assert not ranked(HARD).same_targets(ranked(HARD, after=np.zeros(len(HARD))))
    assert not ranked(HARD).same_targets(ranked(HARD[:500]))
