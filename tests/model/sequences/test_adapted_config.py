"""What a network is built from follows from the data."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from model.config.presets import PRESETS
from model.sequences import adapted_config
from model.sequences.adapted_config import adapt
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import carted, prepared, random_histories, small


def without_repeats(buyers: int = 100) -> list[list[str]]:
    random = np.random.default_rng(0)
    return [[f"p{one:03d}" for one in random.permutation(40)[:6]] for _buyer in range(buyers)]


def share_by_counting(data: SplitData) -> float:
    product, is_target = data.sequences.product, data.sequences.is_target
    repeats = []
    for buyer in range(len(data.sequences.users)):
        start, stop = data.sequences.offsets[buyer : buyer + 2]
        for event in range(start, stop):
            end = data.split.ends[event]
            if data.split.visible[event] and is_target[event] and end > start:
                repeats.append(product[event] in product[start:end])
    return float(np.mean(repeats))


def share_ordered_by_counting(data: SplitData) -> float:
    latest: dict[int, int] = {}
    later = []
    for target in sorted(data.split.train):
        buyer, time = int(data.sequences.user[target]), int(data.sequences.time[target])
        if buyer in latest:
            later.append(time > latest[buyer])
        latest[buyer] = time
    return float(np.mean(later))


@pytest.mark.parametrize("moment", ["event", "session", "basket"])
def test_the_share_of_repeats_is_that_of_the_training_targets(moment: str) -> None:
    histories, columns = carted(buyers=30)
    data = split_prepared(prepared(histories, **columns), small(moment=moment))
    assert data.repeat_share == pytest.approx(share_by_counting(data))


def test_best_has_a_repeat_aware_head_where_products_repeat() -> None:
    best = PRESETS["best"]
    assert adapt(best, split_prepared(prepared(random_histories(60, 10)), best)).repeat_head


def test_nothing_that_repeats_costs_no_repeat_aware_head() -> None:
    best = PRESETS["best"]
    data = split_prepared(prepared(without_repeats()), best)
    assert data.repeat_share == 0
    adapted = adapt(best, data)
    assert not adapted.repeat_head
    assert adapted == best.override({"repeat_head": False})


def test_no_head_is_built_that_was_not_asked_for() -> None:
    config = small()
    assert adapt(config, split_prepared(prepared(random_histories(60, 10)), config)) == config


@pytest.mark.parametrize(
    ("protocol", "moment", "built"),
    [
        ("temporal", "event", True),
        ("temporal", "session", True),
        ("temporal", "basket", False),
        ("leave-one-out", "auto", True),
        ("basket", "auto", False),
    ],
)
def test_rules_of_what_follows_are_for_products_that_have_an_order(
    protocol: str, moment: str, built: bool
) -> None:
    def at_the_time_of_its_session(events: pd.DataFrame) -> Any:
        return events.groupby("session")["time"].transform("min")

    best = PRESETS["best"].override({"protocol": protocol, "moment": moment})
    log = prepared(random_histories(60, 10), time=at_the_time_of_its_session)
    data = split_prepared(log, best)
    assert data.ordered_share == pytest.approx(share_ordered_by_counting(data))
    assert data.ordered_share < 0.5
    assert adapt(best, data).transition_head == built


@pytest.mark.parametrize("protocol", ["basket", "horizon"])
def test_purchases_with_a_time_of_their_own_have_an_order_in_a_basket_too(protocol: str) -> None:
    best = PRESETS["best"].override({"protocol": protocol, "horizon_days": 1})
    data = split_prepared(prepared(random_histories(60, 10, longest=90)), best)
    assert data.ordered_share == 1
    assert adapt(best, data).transition_head


def test_places_that_stand_for_times_are_no_order_within_a_basket() -> None:
    best = PRESETS["best"].override({"protocol": "basket"})
    data = split_prepared(replace(prepared(random_histories(60, 10)), has_times=False), best)
    assert data.ordered_share == 0
    assert not adapt(best, data).transition_head


def test_a_catalogue_of_many_products_has_no_table_of_rules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    best = PRESETS["best"]
    data = split_prepared(prepared(random_histories(60, 10)), best)
    monkeypatch.setattr(adapted_config, "MOST_PRODUCTS_WITH_RULES", data.products - 1)
    assert not adapt(best, data).transition_head
