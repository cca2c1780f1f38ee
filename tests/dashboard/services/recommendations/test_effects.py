"""Effects of events, on a shop where cups follow teapots and all else is random."""

from collections.abc import Sequence

import pytest

from dashboard.services.recommendations.effects import leave_one_out_effects
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


def test_the_teapot_has_the_largest_effect_on_the_cup(model: Predictor) -> None:
    ranked = leave_one_out_effects(model, events(["noise1", "noise2", TEAPOT]), CUP)
    assert max(ranked, key=lambda key: ranked[key]) == "2"
    assert ranked["2"] > 0.5


def test_the_order_of_other_purchases_leaves_the_largest_effect_alone(model: Predictor) -> None:
    one = leave_one_out_effects(model, events(["noise1", "noise2", "noise3", TEAPOT]), CUP)
    other = leave_one_out_effects(model, events(["noise3", "noise1", "noise2", TEAPOT]), CUP)
    assert one["3"] == pytest.approx(other["3"], rel=0.5)
    assert max(other, key=lambda key: other[key]) == "3"


def test_a_product_that_the_model_does_not_know_has_no_effects(model: Predictor) -> None:
    assert leave_one_out_effects(model, events([TEAPOT]), "never") == {}
