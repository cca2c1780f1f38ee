"""Filters of the catalogue and diversity of a list."""

from pathlib import Path
from typing import Any

import pytest

from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.view_model import edited_history
from dashboard.services.recommendations.catalogue_filter import (
    CatalogueFilter,
    category_counts,
    filter_mask,
)
from dashboard.services.recommendations.ranking import rank_products
from dashboard.services.recommendations.served_run import serve_run
from dashboard.services.recommendations.what_if import HistoryEvent
from data.datasets.store import Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from model.serving.predictor import Predictor

Shop = tuple[Home, str]


@pytest.fixture
def model(shop: Shop) -> Predictor:
    return serve_run(*shop).model


def allowed_products(model: Predictor, shop: Shop, **limits: Any) -> set[str]:
    mask = filter_mask(model.catalogue, CatalogueFilter(**limits), Store(shop[0]).open("toy"))
    assert mask is not None
    return {name for name, allowed in zip(model.catalogue.products, mask, strict=True) if allowed}


def test_no_filter_keeps_everything(model: Predictor) -> None:
    assert filter_mask(model.catalogue, CatalogueFilter(), None) is None


def test_a_category_keeps_what_lies_on_it_or_below_it(model: Predictor, shop: Shop) -> None:
    top = allowed_products(model, shop, category="group1")
    assert top == {
        p
        for p in model.catalogue.products
        if str(model.catalogue.describe(p).category).startswith("group1.")
    }
    below = allowed_products(
        model,
        shop,
        category=next(
            name for name, _count in category_counts(model.catalogue) if name.startswith("group1.")
        ),
    )
    assert below < top
    assert allowed_products(model, shop, category="group") == set()


def test_a_price_band_holds_both_its_ends(model: Predictor, shop: Shop) -> None:
    prices = {p: model.catalogue.describe(p).price or 0 for p in model.catalogue.products}
    assert allowed_products(model, shop, low=3, high=5) == {
        p for p, v in prices.items() if 3 <= v <= 5
    }


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
        mask = filter_mask(model.catalogue, CatalogueFilter(days=days), dataset)
        assert mask is not None
        assert {model.catalogue.products[index] for index in mask.nonzero()[0]} == expected
    everything = filter_mask(model.catalogue, CatalogueFilter(days=5), None)
    assert everything is not None
    assert everything.all()


def test_filters_apply_to_ranks_list_and_count(shop: Shop) -> None:
    query = Query(run=shop[1], edit="add:teapot", category="group1")
    ranked = edited_history(serve_run(*shop), query).ranked
    assert [item.rank for item in ranked.items] == list(range(1, len(ranked.items) + 1))
    assert all(str(item.category).startswith("group1.") for item in ranked.items)
    assert ranked.products == len(ranked.items)


def test_diversity_keeps_the_first_product_and_adds_categories(model: Predictor) -> None:
    history = [HistoryEvent("0", "teapot")]
    plain = rank_products(model, history, k=6)
    varied = rank_products(model, history, k=6, diversity=90)
    assert varied.items[0] == plain.items[0]
    categories = [len({item.category for item in ranked.items}) for ranked in (plain, varied)]
    assert categories[1] >= categories[0]
    ranks = {item.product: item.rank for item in rank_products(model, history, k=100).items}
    assert all(item.rank == ranks[item.product] for item in varied.items)
