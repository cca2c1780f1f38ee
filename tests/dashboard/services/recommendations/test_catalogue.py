"""Filters, variety, and another opinion beside the model's."""

from pathlib import Path
from typing import Any

import pytest

from dashboard.figures.model_ranking import model_name
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.side_by_side import Side, beside, shared
from dashboard.pages.recommend.view_model import scene
from dashboard.services.recommendations import predictors
from dashboard.services.recommendations.catalogue import Shelf, among, shelves
from dashboard.services.recommendations.comparison_models import choices, voice
from dashboard.services.recommendations.ranking import look_ahead
from dashboard.services.recommendations.what_if import Entry
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from model.baselines import BASELINES
from model.evaluation.evaluate import evaluate_run
from model.serving.predictor import Predictor
from tests.dashboard.text import text_of

Shop = tuple[Home, str]


@pytest.fixture
def model(shop: Shop) -> Predictor:
    return predictors.predictor(*shop)


def kept(model: Predictor, shop: Shop, **limits: Any) -> set[str]:
    found = among(model, Shelf(**limits), Store(shop[0]).open("toy"))
    assert found is not None
    return {name for name, there in zip(model.products, found, strict=True) if there}


def test_no_filter_keeps_everything(model: Predictor) -> None:
    assert among(model, Shelf(), None) is None


def test_a_category_keeps_what_lies_on_it_or_below_it(model: Predictor, shop: Shop) -> None:
    top = kept(model, shop, category="group1")
    assert top == {
        p for p in model.products if str(model.describe(p).category).startswith("group1.")
    }
    below = kept(
        model, shop, category=next(n for n, _c in shelves(model) if n.startswith("group1."))
    )
    assert below < top
    assert kept(model, shop, category="group") == set()


def test_a_price_band_holds_both_its_ends(model: Predictor, shop: Shop) -> None:
    prices = {p: model.describe(p).price or 0 for p in model.products}
    assert kept(model, shop, low=3, high=5) == {p for p, v in prices.items() if 3 <= v <= 5}


def test_what_was_not_sold_lately_is_left_out(model: Predictor, tmp_path: Path) -> None:
    file = tmp_path / "later.csv"
    rows = [("noise1", "2024-01-01"), ("teapot", "2024-02-20"), ("cup", "2024-03-01")]
    columns = "event_time,event_type,product_id,user_id"
    lines = [f"{day} 00:00:00 UTC,purchase,{product},u1" for product, day in rows]
    file.write_text("\n".join([columns, *lines]), encoding="utf-8")
    dataset = ingest(Store(Home(tmp_path / "home")), ImportRequest([file], "later"))
    for days, expected in (
        (5, {"cup"}),
        (20, {"cup", "teapot"}),
        (99, {"cup", "teapot", "noise1"}),
    ):
        found = among(model, Shelf(days=days), dataset)
        assert found is not None
        assert {model.products[place] for place in found.nonzero()[0]} == expected
    everything = among(model, Shelf(days=5), None)
    assert everything is not None
    assert everything.all()


def test_filters_act_on_rank_list_and_count(shop: Shop) -> None:
    home, run = shop
    found = scene(home, Query(run=run, edit="add:teapot", category="group1"))
    offers = found.outlook.offers
    assert [offer.rank for offer in offers] == list(range(1, len(offers) + 1))
    assert all(str(offer.category).startswith("group1.") for offer in offers)
    assert found.outlook.products == len(offers)


def test_variety_keeps_the_first_and_brings_in_other_kinds(model: Predictor) -> None:
    history = [Entry("0", "teapot")]
    plain = look_ahead(model, history, k=6)
    varied = look_ahead(model, history, k=6, mix=90)
    assert varied.offers[0] == plain.offers[0]
    kinds = [len({offer.category for offer in found.offers}) for found in (plain, varied)]
    assert kinds[1] >= kinds[0]
    whole = {o.product: o.rank for o in look_ahead(model, history, k=100).offers}
    assert all(offer.rank == whole[offer.product] for offer in varied.offers)


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_can_be_asked_about_a_buyer(shop: Shop, name: str) -> None:
    found = voice(*shop, f"baseline:{name}")
    offers = look_ahead(found.model, [Entry("0", "teapot")], k=5).offers
    assert len(offers) == 5
    assert found.probable == BASELINES.load(name).probabilistic


def test_a_baseline_is_the_one_of_the_evaluation(shop: Shop) -> None:
    home, run = shop
    report = evaluate_run(home.runs / run, Store(home).open("toy"))
    names = {model["name"] for model in report["models"] if model["kind"] == "baseline"}
    assert names == {key.removeprefix("baseline:") for key, _name in choices(home, run)}


def test_who_is_not_there_is_said_beside_the_ranking(shop: Shop) -> None:
    home, run = shop
    for key in ("baseline:astrology", "run:toy-99", "anybody"):
        found = scene(home, Query(run=run, beside=key))
        assert found.beside is None
        assert found.trouble
        assert found.outlook.offers
    with pytest.raises(BadInput, match="astrology"):
        voice(home, run, "baseline:astrology")


def test_two_lists_say_what_they_share(shop: Shop) -> None:
    home, run = shop
    query = Query(run=run, user="u00003", hide=1, beside="baseline:popularity")
    found = scene(home, query)
    assert found.beside is not None
    mine, other = found.beside
    assert mine.outlook is found.outlook
    same = mine.places.keys() & other.places.keys()
    assert shared(mine, other) == len(same)
    text = text_of(beside(mine, other))
    assert f"share {len(same)} of 10" in text
    assert "what came next has rank" in text


def test_two_simple_models_are_put_beside_each_other(shop: Shop) -> None:
    query = Query(run=shop[1], user="u00003", compare="baseline:markov", beside="baseline:ease")
    sides = scene(shop[0], query).beside
    assert sides is not None
    assert [side.name for side in sides] == [model_name("markov"), model_name("ease")]
    assert sides[0].probable
    assert not sides[1].probable


def test_a_list_beside_itself_agrees_in_every_place(shop: Shop) -> None:
    outlook = scene(shop[0], Query(run=shop[1], edit="add:teapot")).outlook
    text = text_of(beside(Side("one", outlook), Side("other", outlook)))
    assert "share 5 of 5" in text
    assert text.count("same place") == 10
