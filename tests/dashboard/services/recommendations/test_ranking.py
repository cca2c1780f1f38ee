"""Outlook and effects, on a shop where cups follow teapots and nothing else follows anything."""

from collections.abc import Sequence

import numpy as np
import pytest

from dashboard.services.recommendations import predictors
from dashboard.services.recommendations.ranking import best, effects, look_ahead
from dashboard.services.recommendations.what_if import Entry
from data.home import Home
from model.serving.predictor import Predictor
from tests.dashboard.shop import CUP, TEAPOT


@pytest.fixture
def model(shop: tuple[Home, str]) -> Predictor:
    return predictors.predictor(*shop)


def entries(products: Sequence[str]) -> list[Entry]:
    return [Entry(str(place), product) for place, product in enumerate(products)]


def test_a_cup_is_expected_after_a_teapot(model: Predictor) -> None:
    found = look_ahead(model, entries(["noise1", TEAPOT]), k=5)
    assert found.offers[0].product == CUP
    assert found.offers[0].probability > 2 * found.offers[0].popularity


def test_the_list_is_the_one_that_the_command_line_gives(
    model: Predictor, shop: tuple[Home, str]
) -> None:
    history = ["noise3", TEAPOT, CUP, "noise1"]
    found = look_ahead(model, entries(history), k=7)
    same = predictors.for_history(*shop, history, k=7)["items"]
    assert [offer.product for offer in found.offers] == [item["product"] for item in same]
    assert [offer.probability for offer in found.offers] == pytest.approx(
        [item["probability"] for item in same]
    )


def test_the_truth_keeps_its_rank_below_the_list(model: Predictor) -> None:
    everything = look_ahead(model, entries([TEAPOT]), k=100)
    last = everything.offers[-1]
    found = look_ahead(model, entries([TEAPOT]), k=5, truth=last.product)
    assert found.truth is not None
    assert found.truth.rank == len(everything.offers)


def test_a_truth_that_training_never_saw_has_no_rank(model: Predictor) -> None:
    assert look_ahead(model, entries([TEAPOT]), k=5, truth="never").truth is None


def test_products_of_the_history_can_be_left_out(model: Predictor) -> None:
    found = look_ahead(model, entries([CUP, TEAPOT]), k=100, only_new=True)
    assert not {CUP, TEAPOT} & {offer.product for offer in found.offers}
    assert [offer.rank for offer in found.offers] == list(range(1, found.products + 1))


def test_every_rise_has_its_falls(model: Predictor) -> None:
    found = look_ahead(model, entries(["noise1", TEAPOT]), k=100, before=entries(["noise1", CUP]))
    cup = next(offer for offer in found.offers if offer.product == CUP)
    assert cup.rise > 0
    assert sum(offer.rise for offer in found.offers) == 0


def test_nothing_moves_where_nothing_was_changed(model: Predictor) -> None:
    same = entries(["noise1", TEAPOT])
    assert not any(offer.rise for offer in look_ahead(model, same, k=100, before=same).offers)


def test_an_empty_history_has_an_outlook(model: Predictor) -> None:
    found = look_ahead(model, [], k=5)
    assert len(found.offers) == 5
    assert not any(offer.bought for offer in found.offers)


def test_a_history_of_ten_thousand_is_read_from_its_end(model: Predictor) -> None:
    long = look_ahead(model, entries(["noise1"] * 9_999 + [TEAPOT]), k=3)
    short = look_ahead(model, entries(["noise1"] * (model.length - 1) + [TEAPOT]), k=3)
    assert long.probabilities == pytest.approx(short.probabilities, abs=1e-6)


def test_the_teapot_explains_the_cup(model: Predictor) -> None:
    found = effects(model, entries(["noise1", "noise2", TEAPOT]), CUP)
    assert max(found, key=lambda key: found[key]) == "2"
    assert found["2"] > 0.5


def test_other_purchases_in_another_order_leave_the_reason_alone(model: Predictor) -> None:
    one = effects(model, entries(["noise1", "noise2", "noise3", TEAPOT]), CUP)
    other = effects(model, entries(["noise3", "noise1", "noise2", TEAPOT]), CUP)
    assert one["3"] == pytest.approx(other["3"], rel=0.5)
    assert max(other, key=lambda key: other[key]) == "3"


def test_a_product_that_the_model_does_not_know_has_no_reasons(model: Predictor) -> None:
    assert effects(model, entries([TEAPOT]), "never") == {}


def test_the_best_are_those_of_a_whole_sort() -> None:
    scores = np.random.default_rng(0).integers(0, 20, 300).astype(np.float32)
    whole = np.argsort(-scores, kind="stable")
    for k in (0, 1, 7, 300):
        assert best(scores, k) == whole[:k].tolist()
