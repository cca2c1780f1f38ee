"""The share of the targets' money that the first ten hold."""

import numpy as np
import pytest

from data.preparation.sequences import Floats, Longs
from model.evaluation.paired_bootstrap import TargetRanks, paired_differences
from model.metrics.bootstrap import confidence_intervals
from model.metrics.held_out import HeldOutTargets
from model.metrics.protocol_metrics import VALUE

BUYERS, EACH = 60, 4
USERS = np.repeat(np.arange(BUYERS), EACH)


def targets(money: Floats | None, sets: Longs | None = None) -> HeldOutTargets:
    return HeldOutTargets(USERS, np.zeros(len(USERS), dtype=bool), sets, money)


@pytest.fixture(scope="module")
def rank() -> Longs:
    return np.random.default_rng(0).integers(1, 30, len(USERS))


@pytest.fixture(scope="module")
def money() -> Floats:
    return np.random.default_rng(1).lognormal(3, 1, len(USERS))


def value(held_out: HeldOutTargets, rank: Longs) -> float:
    figures = held_out.value(rank)
    assert figures is not None
    return figures.means[VALUE]


def test_equal_prices_give_the_hit_rate_and_its_interval(rank: Longs) -> None:
    held_out = targets(np.full(len(USERS), 7.0))
    figures, hits = held_out.value(rank), held_out.figures(rank)
    assert figures is not None
    assert figures.means[VALUE] == pytest.approx(hits.means["hr@10"])
    assert figures.intervals[VALUE] == pytest.approx(hits.intervals["hr@10"])


def test_it_is_the_money_that_is_found_by_the_money_that_is_spent(
    rank: Longs, money: Floats
) -> None:
    found = money[rank <= 10].sum() / money.sum()
    assert value(targets(money), rank) == pytest.approx(found)


def test_its_interval_is_that_of_a_ratio_over_buyers(rank: Longs, money: Floats) -> None:
    """Resampled here buyer by buyer, without the sums that the bootstrap computes."""
    random = np.random.default_rng(5)
    shares = []
    for _draw in range(400):
        rows = np.concatenate(
            [np.flatnonzero(buyer == USERS) for buyer in random.integers(0, BUYERS, BUYERS)]
        )
        shares.append(money[rows][rank[rows] <= 10].sum() / money[rows].sum())
    figures = targets(money).value(rank)
    assert figures is not None
    assert figures.intervals[VALUE] == pytest.approx(np.quantile(shares, [0.025, 0.975]), abs=0.03)


def test_targets_without_a_price_do_not_count(rank: Longs, money: Floats) -> None:
    some = np.where(USERS < 20, np.nan, money)
    known = USERS >= 20
    found = money[known & (rank <= 10)].sum() / money[known].sum()
    assert value(targets(some), rank) == pytest.approx(found)
    assert targets(some).has_price.sum() == known.sum()


@pytest.mark.parametrize("money", [None, np.full(len(USERS), np.nan), np.zeros(len(USERS))])
def test_without_prices_there_is_none(rank: Longs, money: Floats | None) -> None:
    assert targets(money).value(rank) is None


def test_a_cold_product_is_missed(money: Floats) -> None:
    cold = np.arange(len(USERS)) % 2 == 0
    held_out = HeldOutTargets(USERS, cold, None, money)
    assert value(held_out, np.ones(len(USERS), dtype=np.int64)) == pytest.approx(
        money[~cold].sum() / money.sum()
    )


def test_of_a_set_each_target_has_a_position_of_its_own(money: Floats) -> None:
    """Twelve targets of one score: ten of them stand in the first ten."""
    users = np.zeros(12, dtype=np.int64)
    one_set = HeldOutTargets(users, np.zeros(12, dtype=bool), users, np.ones(12))
    assert value(one_set, np.full(12, 12)) == pytest.approx(10 / 12)


def test_two_runs_differ_by_the_money_that_one_finds_more(rank: Longs, money: Floats) -> None:
    after = np.tile(np.arange(EACH)[::-1], BUYERS)
    other = np.roll(rank, 1)
    runs = [
        TargetRanks(USERS.astype(object), after, one, np.zeros(len(USERS), dtype=bool), None, money)
        for one in (rank, other)
    ]
    difference = paired_differences(*runs)[VALUE]
    expected = value(targets(money), rank) - value(targets(money), other)
    assert difference.value == pytest.approx(expected)
    assert difference.low < expected < difference.high


def test_weights_above_zero_of_one_size_change_nothing(rank: Longs) -> None:
    hits = {"hr@10": (rank <= 10).astype(float)}
    plain, weighted = (
        confidence_intervals(hits, USERS, weights=weights)
        for weights in (None, np.full(len(USERS), 3.0))
    )
    assert weighted["hr@10"] == pytest.approx(plain["hr@10"])
