"""Each rule on a toy, and what holds of every list under rules."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from model.serving.rules.rules_numpy import (
    DAY,
    NO_TIME,
    REMOVALS,
    RuledList,
    RuleTables,
    apply_rules,
)

END = 100 * DAY
SCORES = np.log(np.array([0.4, 0.2, 0.15, 0.1, 0.08, 0.07], dtype=np.float32))
"""Six products, the best one first: two of each of three brands, and of two categories."""


def tables(size: int = 6, **changes: Any) -> RuleTables:
    """Return tables without a rule, with some changes."""
    index = np.arange(size)
    none = np.zeros(0, dtype=np.int64)
    plain = RuleTables(
        barred=np.full(size, -1, dtype=np.int8),
        brand=index // 2,
        category=index % 2,
        price=(10.0 * (index + 1)).astype(np.float32),
        again=np.zeros(size, dtype=bool),
        first=np.zeros(size, dtype=np.int64),
        listed=np.zeros(size, dtype=bool),
        pin_position=none,
        pin_product=none,
        end=END,
    )
    return replace(plain, **changes)


def ruled(
    rules: RuleTables,
    bought: list[int] = [],  # noqa: B006
    days_ago: list[float] | None = None,
    k: int = 6,
    asking_time: int = END,
) -> RuledList:
    times = [NO_TIME] * len(bought)
    if days_ago is not None:
        times = [int(END - days * DAY) for days in days_ago]
    return apply_rules(rules, SCORES, bought=bought, times=times, asking_time=asking_time, k=k)


def top(*arguments: Any, **settings: Any) -> list[int]:
    result: list[int] = ruled(*arguments, **settings).top.tolist()
    return result


def test_without_rules_the_ranking_stays() -> None:
    assert top(tables()) == [0, 1, 2, 3, 4, 5]
    assert ruled(tables()).removed() == {}


def test_a_removed_product_makes_room_and_its_rule_is_known() -> None:
    barred = np.array([-1, REMOVALS.index("stock"), -1, -1, -1, REMOVALS.index("never_brands")])
    result = ruled(tables(barred=barred), k=3)
    assert result.top.tolist() == [0, 2, 3]
    assert result.removed() == {"stock": 1, "never_brands": 1}
    assert result.missing([0, 1, 2]) == {1: "stock"}


def test_what_was_bought_in_the_last_days_is_left_out_to_the_moment() -> None:
    rules = tables(recent_days=7)
    assert top(rules, [0, 1], [6.99, 7.0]) == [1, 2, 3, 4, 5]
    assert ruled(rules, [0, 1], [6.99, 7.0]).removed() == {"recent": 1}


def test_the_latest_purchase_of_a_product_counts() -> None:
    assert 0 not in top(tables(recent_days=7), [0, 0], [30, 1])


def test_a_purchase_without_a_time_was_made_just_now() -> None:
    assert 0 not in top(tables(recent_days=1), [0])
    assert 0 not in top(tables(recent_days=1), [0], asking_time=NO_TIME)


def test_a_category_that_is_bought_again_and_again_stays() -> None:
    again = np.array([True, False] * 3)
    assert top(tables(recent_days=7, again=again), [0, 1], [1, 1]) == [0, 2, 3, 4, 5]


def test_unknown_products_of_the_history_change_nothing() -> None:
    assert top(tables(recent_days=7, price_high=9.0), [-1], [1]) == [0, 1, 2, 3, 4, 5]


def test_the_price_band_is_relative_to_the_median_of_the_history() -> None:
    rules = tables(price_low=0.5, price_high=2.0)  # median 20: from 10 to 40
    assert top(rules, [0, 1, 5]) == [0, 1, 2, 3]
    assert ruled(rules, [0, 1, 5]).removed() == {"price": 2}
    assert top(rules) == [0, 1, 2, 3, 4, 5]  # no price is known


def test_a_product_without_a_price_is_in_no_band() -> None:
    price = np.array([10, np.nan, 10, 10, 10, 10], dtype=np.float32)
    for rules in (tables(price=price, price_low=0.5), tables(price=price, price_high=2.0)):
        assert top(rules, [0]) == [0, 2, 3, 4, 5]
        assert top(rules, [1]) == [0, 1, 2, 3, 4, 5]


def test_at_most_k_of_a_brand_and_of_a_category() -> None:
    assert top(tables(max_per_brand=1)) == [0, 2, 4]
    assert top(tables(max_per_category=2)) == [0, 1, 2, 3]
    result = ruled(tables(max_per_brand=1, max_per_category=2), k=2)
    assert result.top.tolist() == [0, 2]
    assert result.missing([0, 1]) == {1: "max_per_brand"}
    assert result.removed() == {"max_per_brand": 1}


def test_products_without_a_brand_have_no_maximum() -> None:
    brand = np.array([-1, -1, -1, 0, 0, 0])
    assert top(tables(brand=brand, max_per_brand=1)) == [0, 1, 2, 3]


def test_a_factor_multiplies_the_probability() -> None:
    listed = np.array([False, False, True, False, False, False])
    assert top(tables(listed=listed, boost_factor=2.0)) == [0, 2, 1, 3, 4, 5]  # 0.4, 0.3, 0.2
    result = ruled(tables(listed=listed, boost_factor=3.0), k=2)
    assert result.top.tolist() == [2, 0]
    assert result.moves == {2: ("boost_list",)}
    assert result.missing([0, 1]) == {1: "moved"}


def test_a_product_is_new_for_some_days_from_its_first_event() -> None:
    first = np.array([0, 93 * DAY, 93 * DAY + 1, END + 1, NO_TIME, 0])
    result = ruled(tables(first=first, new_days=7, new_factor=100.0))
    assert result.top.tolist() == [2, 0, 1, 3, 4, 5]
    assert result.moves == {2: ("new",)}


def test_pinned_products_stand_at_their_positions() -> None:
    pins = {"pin_position": np.array([1, 3]), "pin_product": np.array([5, 0])}
    result = ruled(tables(**pins), k=4)
    assert result.top.tolist() == [5, 1, 0, 2]
    assert result.moves == {5: ("pinned",), 0: ("pinned",)}


def test_a_pinned_product_that_a_rule_removes_leaves_its_position() -> None:
    barred = np.array([-1] * 5 + [REMOVALS.index("stock")])
    pins = {"pin_position": np.array([1]), "pin_product": np.array([5])}
    assert top(tables(barred=barred, **pins)) == [0, 1, 2, 3, 4]


def test_pinned_products_count_for_the_maximum() -> None:
    pins = {"pin_position": np.array([2, 3]), "pin_product": np.array([1, 0])}
    assert top(tables(max_per_brand=1, **pins)) == [2, 1, 4]


def test_a_pinned_position_behind_the_end_comes_last() -> None:
    pins = {"pin_position": np.array([50]), "pin_product": np.array([0])}
    assert top(tables(**pins)) == [1, 2, 3, 4, 5, 0]


def test_products_that_may_not_be_shown_stay_out() -> None:
    scores = SCORES.copy()
    scores[0] = -np.inf
    assert apply_rules(
        tables(), scores, bought=[], times=[], asking_time=END, k=2
    ).top.tolist() == [1, 2]


def test_stored_tables_make_the_same_list(tmp_path: Path) -> None:
    rules = tables(max_per_brand=1, recent_days=3, price_high=2.5, new_days=2, new_factor=1.5)
    rules.save(tmp_path / "rules.npz")
    loaded = RuleTables.load(tmp_path / "rules.npz")
    assert loaded.max_per_brand == 1
    assert loaded.price_high == 2.5
    assert top(loaded, [1, 2], [1, 9]) == top(rules, [1, 2], [1, 9])


@st.composite
def rules_of(draw: st.DrawFn, size: int) -> RuleTables:
    codes = arrays.arrays(np.int64, size, elements=st.integers(-1, 3))
    pins = draw(st.lists(st.integers(0, size - 1), max_size=4, unique=True))
    positions = draw(
        st.lists(st.integers(1, 9), min_size=len(pins), max_size=len(pins), unique=True)
    )
    bools = arrays.arrays(bool, size)
    return tables(
        size,
        barred=draw(arrays.arrays(np.int8, size, elements=st.integers(-1, 2))),
        brand=draw(codes),
        category=draw(codes),
        price=draw(
            arrays.arrays(np.float32, size, elements=st.sampled_from([np.nan, 1.0, 2.0, 5.0]))
        ),
        again=draw(bools),
        first=draw(arrays.arrays(np.int64, size, elements=st.integers(90, 101))) * DAY,
        listed=draw(bools),
        pin_position=np.array(sorted(positions), dtype=np.int64),
        pin_product=np.array(pins, dtype=np.int64),
        recent_days=draw(st.sampled_from([0, 3, 30])),
        new_days=draw(st.sampled_from([0, 5])),
        max_per_brand=draw(st.integers(0, 3)),
        max_per_category=draw(st.integers(0, 3)),
        price_low=draw(st.sampled_from([0.0, 0.5])),
        price_high=draw(st.sampled_from([0.0, 2.0])),
        new_factor=draw(st.sampled_from([1.0, 0.5, 4.0])),
        boost_factor=draw(st.sampled_from([1.0, 0.1, 3.0])),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[RuleTables, Any, list[int], list[int]]:
    size = draw(st.integers(1, 30))
    scores = draw(arrays.arrays(np.float32, size, elements=st.integers(-5, 0).map(float)))
    bought = draw(st.lists(st.integers(-1, size - 1), max_size=8))
    times = [
        int(END - days * DAY)
        for days in draw(st.lists(st.integers(0, 40), min_size=len(bought), max_size=len(bought)))
    ]
    return draw(rules_of(size)), scores, bought, times


@given(cases(), st.integers(1, 30))
def test_what_holds_of_every_list(case: tuple[Any, ...], k: int) -> None:
    rules, scores, bought, times = case
    result = apply_rules(rules, scores, bought=bought, times=times, asking_time=END, k=k)
    shown = result.top.tolist()
    assert len(shown) == len(set(shown)) <= k
    assert (result.removal[shown] < 0).all()
    caps = [
        (limit, codes)
        for limit, codes in (
            (rules.max_per_brand, rules.brand),
            (rules.max_per_category, rules.category),
        )
        if limit
    ]
    for limit, codes in caps:
        named = codes[shown][codes[shown] >= 0]
        assert np.bincount(named, minlength=1).max() <= limit
    if len(shown) < k:  # no product that is allowed is missing
        for product in set(range(len(scores))) - set(shown):
            assert result.removal[product] >= 0 or any(
                codes[product] >= 0 and (codes[shown] == codes[product]).sum() >= limit
                for limit, codes in caps
            )
    longer = apply_rules(
        rules, scores, bought=bought, times=times, asking_time=END, k=k + 7
    ).top.tolist()
    assert longer[: len(shown)] == shown


@pytest.mark.parametrize("k", [1, 5, 40])
def test_the_order_is_that_of_a_full_sort(k: int) -> None:
    scores = np.random.default_rng(3).integers(0, 9, 40).astype(np.float32)
    expected = np.argsort(-scores, kind="stable")[:k].tolist()
    assert (
        apply_rules(tables(40), scores, bought=[], times=[], asking_time=END, k=k).top.tolist()
        == expected
    )
