"""Candidates for a repeat purchase: features of the products of a history."""

import numpy as np
import pytest

from model.baselines import numpy_ops
from model.sequences.histories import EventColumns, Histories
from model.sequences.repeats import (
    CANDIDATE_INPUTS,
    drop_times,
    product_statistics,
    repeat_candidates,
)
from model.sequences.repeats_numpy import BASKET_GAP, DAY, FEATURES, MOST_CANDIDATES
from model.sequences.repeats_numpy import repeat_candidates as candidates_of_one

TARGETS, OTHERS, SINCE, IN_EVENTS, LENGTH, SHARE = range(6)
TIMED, AGE, IN_DAYS, NOW, SEVERAL, INTERVAL, INTERVALS_SINCE = range(6, 13)
HELD, BASKETS_SINCE, HELD_SHARE, SLOWLY, QUICKLY, OVERDUE = range(13, FEATURES)


def columns(product, day, is_target=None, kind=None) -> EventColumns:
    """Return events on whole days; every one is a target of type 2 by default."""
    size = len(product)
    return EventColumns(
        {
            "product": np.asarray(product, np.int32),
            "time": np.asarray(day, np.int64) * DAY,
            "target": np.ones(size, bool) if is_target is None else np.asarray(is_target),
            "type": np.full(size, 2, np.int32) if kind is None else np.asarray(kind, np.int32),
        }
    )


def of_one(product, day, at=None, **rest):
    """Return the candidates of one history, asked on a day or without times."""
    asked = None if at is None else np.array([at * DAY])
    stop = np.array([len(product)])
    return repeat_candidates(Histories(columns(product, day, **rest), stop * 0, stop, asked))


def test_candidates_are_the_distinct_products_the_latest_first() -> None:
    candidates = of_one([5, 7, 5, 9], [0, 1, 2, 3], at=3)
    assert candidates.product.tolist() == [[9, 5, 7]]
    assert candidates.features[0, :, SINCE] == pytest.approx(np.log1p([0, 1, 2]))


def test_a_product_bought_every_seventh_day_is_one_interval_away() -> None:
    features = of_one([5, 5, 5], [0, 7, 14], at=21).features[0, 0]
    assert features[TARGETS] == pytest.approx(np.log(4))
    assert features[AGE] == pytest.approx(np.log1p(7 * 24))
    assert features[INTERVAL] == pytest.approx(np.log1p(7))
    assert features[INTERVALS_SINCE] == pytest.approx(0, abs=1e-6)
    assert features[IN_DAYS] == pytest.approx(np.log(8**-0.5 + 15**-0.5 + 22**-0.5))


def test_a_product_bought_once_has_no_interval() -> None:
    features = of_one([5, 6], [0, 3], at=4).features[0]
    assert not features[:, [SEVERAL, INTERVAL, INTERVALS_SINCE]].any()


def test_a_product_of_the_same_basket_is_marked() -> None:
    features = of_one([5, 6], [0, 3], at=3).features[0]
    assert features[:, NOW].tolist() == [1, 0]


def test_baskets_are_counted_apart_from_events() -> None:
    candidates = of_one([5, 5, 6, 5, 7, 7], [0, 0, 1, 4, 4, 9], at=10)  # baskets 55, 6, 57, 7
    assert candidates.product.tolist() == [[7, 5, 6]]
    features = candidates.features[0]
    assert features[:, HELD] == pytest.approx(np.log1p([2, 2, 1]))
    assert features[:, BASKETS_SINCE] == pytest.approx(np.log1p([0, 1, 2]))
    assert features[:, HELD_SHARE] == pytest.approx(np.log([1 / 2, 1 / 2, 1 / 4]))
    assert features[:, SLOWLY] == pytest.approx(np.log([1 + 0.95, 0.95 + 0.95**3, 0.95**2]))
    assert features[:, QUICKLY] == pytest.approx(np.log([1 + 0.8, 0.8 + 0.8**3, 0.8**2]))
    assert features[:, OVERDUE] == pytest.approx(np.log([0.5 / 1.5, 1.5 / 2.5, 1]))


def test_a_basket_begins_after_half_an_hour_without_an_event() -> None:
    minutes = DAY // (24 * 60)
    assert BASKET_GAP == numpy_ops.BASKET_GAP == 30 * minutes
    for gap, baskets in ((30, 1), (31, 2)):
        events = columns([5, 5], [0, 0])
        events["time"] = np.array([0, gap * minutes])
        asked = np.array([DAY])
        features = repeat_candidates(Histories(events, np.array([0]), np.array([2]), asked))[2]
        assert features[0, 0, HELD] == pytest.approx(np.log1p(baskets))


def test_the_statistics_of_a_product_say_how_often_it_is_bought_and_again() -> None:
    histories = Histories(columns([2, 3, 2, 2, 3, 5], range(6)), np.array([0, 4]), np.array([4, 6]))
    count, again = product_statistics(histories, 4).T
    # With a history: products 3, 2 (a repeat), 2 (a repeat), and 5.
    assert count == pytest.approx(np.log(np.array([3, 2, 1, 2]) / 2))
    mean = 3 / 6
    share = (np.array([2, 0, 0, 0]) + 4 * mean) / (np.array([2, 1, 0, 1]) + 4)
    assert again == pytest.approx(np.log(share / (1 - share)))


def test_views_are_counted_apart_and_the_type_is_that_of_the_latest_event() -> None:
    candidates = of_one([5, 5, 5], [0, 1, 2], at=2, is_target=[False, True, False], kind=[3, 2, 3])
    assert candidates.features[0, 0, [TARGETS, OTHERS]] == pytest.approx(np.log1p([1, 2]))
    assert candidates.type.tolist() == [[3]]


def test_without_times_only_order_is_known() -> None:
    features = of_one([5, 6, 5], [0, 0, 0]).features[0]
    assert not features[:, TIMED:].any()
    assert features[0, [TARGETS, SHARE]] == pytest.approx([np.log(3), 1 / 3])


def test_unknown_products_are_no_candidates_but_make_others_older() -> None:
    candidates = of_one([5, 1, 1], [0, 1, 2], at=2)
    assert candidates.product.tolist() == [[5]]
    assert candidates.features[0, 0, SINCE] == pytest.approx(np.log(3))


def test_counts_are_exact_for_histories_longer_than_the_candidates() -> None:
    often, once = np.full(3000, 2), np.arange(3, 3 + MOST_CANDIDATES + 50)
    product = np.concatenate([often, once])
    candidates = of_one(product, np.arange(len(product)), at=len(product))
    expected = [*once[::-1][: MOST_CANDIDATES - 1], 2]
    assert candidates.product.tolist() == [expected]
    assert candidates.features[0, -1, TARGETS] == pytest.approx(np.log(3001))
    assert candidates.features[0, -1, SINCE] == pytest.approx(np.log1p(len(once)))


def test_a_history_without_known_products_has_one_padded_candidate() -> None:
    for product in ([], [1]):
        candidates = of_one(product, [0] * len(product), at=0)
        assert candidates.product.tolist() == [[0]]
        assert not candidates.features.any()


def test_later_events_change_nothing() -> None:
    """Causality: the candidates of a history depend on no event after its end."""
    events = columns([5, 6, 5, 7, 5], range(5))
    start, stop, at = np.array([0]), np.array([2]), np.array([2 * DAY])
    cut = columns([5, 6], range(2))
    for one, other in zip(
        repeat_candidates(Histories(events, start, stop, at)),
        repeat_candidates(Histories(cut, start, stop, at)),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("timed", [True, False])
def test_the_numpy_version_agrees(timed: bool) -> None:
    random = np.random.default_rng(1)
    for length in (0, 1, 5, 60, 2000):
        events = columns(
            random.integers(0, 900 if length > 100 else 8, length),
            np.sort(random.integers(0, 40, length)),
            is_target=random.random(length) < 0.5,
            kind=random.integers(2, 5, length),
        )
        at = 41 * DAY if timed else None
        stop = np.array([length])
        asked = np.array([at]) if timed else None
        expected = repeat_candidates(Histories(events, stop * 0, stop, asked))
        time = events["time"] if timed else None
        inputs = candidates_of_one(events["product"], events["type"], events["target"], time, at)
        for name, values in zip(CANDIDATE_INPUTS, expected, strict=True):
            np.testing.assert_allclose(inputs[name], values, rtol=1e-5, atol=1e-6)


def test_times_are_masked_for_a_share_of_the_histories() -> None:
    candidates = of_one([5, 6], [0, 3], at=4)
    many = candidates._replace(features=np.repeat(candidates.features, 1000, axis=0))
    many = many._replace(product=np.repeat(candidates.product, 1000, axis=0))
    features = drop_times(many, np.random.default_rng(0)).features
    share = (features[:, 0, TIMED] == 0).mean()
    assert 0.07 < share < 0.13
    np.testing.assert_array_equal(features[:, :, :TIMED], many.features[:, :, :TIMED])
