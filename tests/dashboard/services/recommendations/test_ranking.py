"""Ranking, on a shop where cups follow teapots and all else is random."""

from collections.abc import Sequence

import numpy as np
import pytest

from dashboard.services.recommendations import recommend
from dashboard.services.recommendations.ranking import rank_products, top_indices
from dashboard.services.recommendations.served_run import serve_run
from dashboard.services.recommendations.what_if import HistoryEvent
from data.home import Home
from model.serving.predictor import Predictor
from tests.dashboard.shop import CUP, TEAPOT


@pytest.fixture
def model(shop: tuple[Home, str]) -> Predictor:
    return serve_run(*shop).model


def events(products: Sequence[str]) -> list[HistoryEvent]:
    return [HistoryEvent(str(place), product) for place, product in enumerate(products)]


def test_a_cup_is_expected_after_a_teapot(model: Predictor) -> None:
    ranked = rank_products(model, events(["noise1", TEAPOT]), k=5)
    assert ranked.items[0].product == CUP
    assert ranked.items[0].probability > 2 * ranked.items[0].popularity


def test_the_list_is_the_one_that_the_command_line_gives(
    model: Predictor, shop: tuple[Home, str]
) -> None:
    history = ["noise3", TEAPOT, CUP, "noise1"]
    ranked = rank_products(model, events(history), k=7)
    same = recommend.for_history(*shop, [(None, name) for name in history], k=7)["items"]
    assert [item.product for item in ranked.items] == [item["product"] for item in same]
    assert [item.probability for item in ranked.items] == pytest.approx(
        [item["probability"] for item in same]
    )


def test_a_target_below_the_list_has_its_rank(model: Predictor) -> None:
    everything = rank_products(model, events([TEAPOT]), k=100)
    last = everything.items[-1]
    ranked = rank_products(model, events([TEAPOT]), k=5, target=last.product)
    assert ranked.target is not None
    assert ranked.target.rank == len(everything.items)


def test_a_target_that_training_never_saw_has_no_rank(model: Predictor) -> None:
    assert rank_products(model, events([TEAPOT]), k=5, target="never").target is None


def test_products_of_the_history_can_be_left_out(model: Predictor) -> None:
    ranked = rank_products(model, events([CUP, TEAPOT]), k=100, exclude_seen=True)
    assert not {CUP, TEAPOT} & {item.product for item in ranked.items}
    assert [item.rank for item in ranked.items] == list(range(1, ranked.products + 1))


def test_ranks_gained_equal_ranks_lost(model: Predictor) -> None:
    ranked = rank_products(
        model, events(["noise1", TEAPOT]), k=100, previous=events(["noise1", CUP])
    )
    cup = next(item for item in ranked.items if item.product == CUP)
    assert cup.rise > 0
    assert sum(item.rise for item in ranked.items) == 0


def test_nothing_moves_where_nothing_was_changed(model: Predictor) -> None:
    same = events(["noise1", TEAPOT])
    assert not any(item.rise for item in rank_products(model, same, k=100, previous=same).items)


def test_an_empty_history_has_a_ranking(model: Predictor) -> None:
    ranked = rank_products(model, [], k=5)
    assert len(ranked.items) == 5
    assert not any(item.bought for item in ranked.items)


def test_a_history_of_ten_thousand_is_read_from_its_end(model: Predictor) -> None:
    long = rank_products(model, events(["noise1"] * 9_999 + [TEAPOT]), k=3)
    short = rank_products(model, events(["noise1"] * (model.length - 1) + [TEAPOT]), k=3)
    assert long.probabilities == pytest.approx(short.probabilities, abs=1e-6)


def test_the_top_indices_are_those_of_a_full_sort() -> None:
    scores = np.random.default_rng(0).integers(0, 20, 300).astype(np.float32)
    whole = np.argsort(-scores, kind="stable")
    for k in (0, 1, 7, 300):
        assert top_indices(scores, k) == whole[:k].tolist()
