"""The map of all products, on principal components or by neighbours."""

import math
from dataclasses import replace

import numpy as np
import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend.product_map_card import map_card
from dashboard.services.recommendations.product_map import (
    COMPONENTS,
    NEIGHBOURS,
    SPAN,
    category_agreement,
    failed_map,
    has_neighbour_map,
    map_job,
    product_map,
    start_neighbour_map,
)
from dashboard.services.recommendations.served_run import serve_run
from dashboard.services.runs.monitor import follow
from data.home import Home
from model.serving.similar_items import ItemEmbeddings
from tests.dashboard.text import text_of


def test_products_without_a_category_are_of_no_category_together() -> None:
    space = ItemEmbeddings(np.array([[1, 0], [1, 0], [0, 1], [0, 1], [0, -1]], dtype=np.float32))
    assert category_agreement(space, ["cup", "cup", "pot", "cup", None]) == (0.5, 0.5)
    for unknown in ([None] * 5, [None, "cup", None, None, ""]):
        assert all(map(math.isnan, category_agreement(space, unknown)))


def test_without_categories_a_map_claims_nothing_about_them(shop: tuple[Home, str]) -> None:
    served = serve_run(*shop)
    nothing = {"same_category": math.nan, "by_chance": math.nan, "groups": ("",)}
    text = text_of(map_card(served, replace(product_map(served), **nothing)))
    assert "Map of the products" in text
    assert "category" not in text
    assert "Other" not in text


def test_the_key_of_a_map_names_no_group_without_a_product(shop: tuple[Home, str]) -> None:
    served = serve_run(*shop)
    space = product_map(served)
    text = text_of(map_card(served, space))
    assert "group0" in text
    assert set(space.points["group"]) == set(range(len(space.groups)))
    assert "Other" not in text


def test_every_product_has_coordinates_a_group_and_a_name(shop: tuple[Home, str]) -> None:
    projection = product_map(serve_run(*shop))
    products = serve_run(*shop).model.catalogue.products
    assert projection.points["product"] == products
    for axis in ("x", "y"):
        places = projection.points[axis]
        assert len(places) == len(products)
        assert (min(places), max(places)) == (0, SPAN)
    assert set(projection.points["group"]) == set(range(len(projection.groups)))
    assert projection.variance is not None
    assert 0 < projection.variance <= 1
    assert 0 <= projection.kept <= 1


@pytest.mark.slow
def test_the_map_of_neighbours_is_computed_once_in_the_background(
    own_shop: tuple[Home, str],
) -> None:
    home, served = own_shop[0], serve_run(*own_shop)
    assert product_map(served).method == COMPONENTS
    assert not has_neighbour_map(served)
    start_neighbour_map(served)
    start_neighbour_map(served)
    [job] = Runs(home).list(kind="map")
    assert map_job(served) == job
    list(follow(home, job.run))
    assert map_job(served) is None
    assert has_neighbour_map(served)
    neighbours = product_map(served)
    assert (neighbours.method, neighbours.variance) == (NEIGHBOURS, None)
    assert product_map(served, COMPONENTS).method == COMPONENTS
    assert neighbours.points["product"] == product_map(served, COMPONENTS).points["product"]


@pytest.mark.slow
def test_a_map_that_cannot_be_computed_says_why(own_shop: tuple[Home, str]) -> None:
    home, served = own_shop[0], serve_run(*own_shop)
    start_neighbour_map(served)
    (served.handle.folder / "model.onnx").unlink()
    list(follow(home, Runs(home).list(kind="map")[0].run))
    failed = failed_map(served)
    assert failed is not None
    assert "model.onnx of run toy-1 is missing" in str(failed.message)
