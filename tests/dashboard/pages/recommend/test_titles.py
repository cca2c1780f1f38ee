"""Titles wherever the pages of a model name a product; the id where it has none."""

import pytest
from dash import html

from dashboard.pages.recommend.controls import product_suggestions
from dashboard.pages.recommend.fragments import product_name_and_details
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.panels import panels
from dashboard.services.recommendations.error_analysis import BuyerCriteria, find_buyers
from dashboard.services.recommendations.product_map import product_map
from dashboard.services.recommendations.product_search import search_products
from dashboard.services.recommendations.served_run import ServedRun, serve_run
from dashboard.services.recommendations.similar_products import similar_products
from dashboard.services.recommendations.what_if import add_edits
from data.home import Home
from tests.dashboard.shop import CUP, LONG_TITLE, PLATE, TEAPOT, TITLES, UNSEEN
from tests.dashboard.text import text_of


@pytest.fixture
def served(titled_shop: tuple[Home, str]) -> ServedRun:
    return serve_run(*titled_shop)


def test_a_title_stands_above_the_id_and_is_whole_in_its_tooltip(served: ServedRun) -> None:
    name, details = product_name_and_details(served.model.catalogue.describe(TEAPOT))
    assert isinstance(name, html.Span)
    assert name.children == name.title == LONG_TITLE.strip()
    assert TEAPOT in text_of(details)


def test_a_product_without_a_title_is_named_by_its_id_once(served: ServedRun) -> None:
    name, details = product_name_and_details(served.model.catalogue.describe(PLATE))
    assert text_of(name) == PLATE
    assert PLATE not in text_of(details)


def test_history_ranking_and_their_sentences_have_titles(served: ServedRun) -> None:
    query = Query(run=served.name, edit=add_edits([PLATE, TEAPOT]), why=CUP)
    content = panels(served, query, "light")
    assert LONG_TITLE.strip() in text_of(content.history)
    ranking = text_of(content.ranking)
    assert "Cup, 200 ml is most probable next" in ranking
    assert "A teapot of blue stoneware A teapot" in ranking.split("Add ")[0]  # the explanation
    assert "… has the largest effect" in ranking
    assert f"bought {TITLES[CUP]} later" in ranking


def test_a_product_that_the_model_does_not_know_has_its_title(served: ServedRun) -> None:
    content = panels(served, Query(run=served.name, edit=f"add:{UNSEEN}"), "light")
    assert f"has never seen {TITLES[UNSEEN]}" in text_of(content.history)


def test_products_are_searched_by_title(served: ServedRun) -> None:
    matches = search_products(served.model.catalogue, "blue STONEWARE")
    assert [match.product for match in matches] == [TEAPOT]
    assert LONG_TITLE.strip() in text_of(product_suggestions("blue", matches))


def test_buyers_are_found_by_the_title_of_what_they_bought(served: ServedRun) -> None:
    by_id = find_buyers(served, BuyerCriteria(bought=CUP))
    assert by_id
    assert find_buyers(served, BuyerCriteria(bought="cup, 200")) == by_id
    assert find_buyers(served, BuyerCriteria(bought="no such title")) == []


def test_similar_products_and_their_map_have_titles(served: ServedRun) -> None:
    similar = similar_products(served, CUP)
    assert {item.product.title for item in similar} <= {*TITLES.values(), LONG_TITLE.strip(), None}
    assert LONG_TITLE.strip() in {item.product.title for item in similar}
    points = product_map(served).points
    assert dict(zip(points["product"], points["title"], strict=True))[CUP] == TITLES[CUP]
