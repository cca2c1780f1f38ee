"""The page's answers, also where there is nothing to answer with."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend.model_choice import chosen, nothing_to_choose, usable
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.panels import panels
from dashboard.services.recommendations import buyers
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from model.config.run_config import RunConfig
from tests.dashboard.text import text_of


def test_a_query_survives_its_own_address() -> None:
    query = Query(
        run="demo-1",
        user="541312140",
        k=20,
        hide=2,
        new=True,
        edit="drop:3,add:a%2Cb",
        why="1004856",
        shown=200,
        compare="baseline:popularity",
        beside="baseline:markov",
        category="a.b",
        low=1.5,
        high=9.0,
        days=30,
        mix=20,
    )
    assert Query.read(dict(parse_qsl(urlsplit(query.href()).query))) == query


def test_a_list_has_from_five_to_a_hundred_products() -> None:
    assert Query.read({"k": "1"}).size == 5
    assert Query.read({"k": "9999"}).size == 100
    assert Query.read({"user": "7"}).size == 10
    assert Query.read({}).size == 5


def test_a_buyer_is_shown_with_history_and_ranking(shop: tuple[Home, str]) -> None:
    home, run = shop
    shown = panels(home, Query(run=run, user="u00000"))
    assert "u00000" in text_of(shown.head)
    assert "most probable next" in text_of(shown.ranking)


def test_hiding_the_last_purchase_names_it_and_its_rank(shop: tuple[Home, str]) -> None:
    home, run = shop
    shown = panels(home, Query(run=run, user="u00000", hide=1))
    last = buyers.history(home, Runs(home).get(run), "u00000")[-1]
    assert f"What came next, {last.product}, has rank" in text_of(shown.ranking)


def test_held_out_purchases_are_marked(shop: tuple[Home, str]) -> None:
    home, run = shop
    found = buyers.history(home, Runs(home).get(run), "u00000")
    assert [entry.part for entry in found[-3:]] == [None, "validation", "test"]


def test_an_empty_basket_is_the_papers_app(shop: tuple[Home, str]) -> None:
    home, run = shop
    shown = panels(home, Query(run=run))
    assert "An empty basket" in text_of(shown.head)
    assert "For a buyer nobody knows" in text_of(shown.ranking)
    assert "first 5 of" in text_of(shown.ranking)


def test_an_unknown_buyer_is_said_in_place(shop: tuple[Home, str]) -> None:
    home, run = shop
    shown = panels(home, Query(run=run, user="nobody"))
    assert "nobody" in text_of(shown.history)


def test_an_unknown_product_counts_as_unknown_and_is_named(shop: tuple[Home, str]) -> None:
    home, run = shop
    shown = panels(home, Query(run=run, edit="add:never"))
    assert "has never seen never" in text_of(shown.history)


def test_an_address_that_was_cut_is_said_in_place(shop: tuple[Home, str]) -> None:
    home, run = shop
    shown = panels(home, Query(run=run, user="u00000", edit="dro"))
    assert "dro" in text_of(shown.history)


def test_why_names_the_purchase_that_speaks_for_a_product(shop: tuple[Home, str]) -> None:
    home, run = shop
    edit = "add:noise1,add:noise2,add:teapot"
    shown = panels(home, Query(run=run, edit=edit, why="cup"))
    assert "teapot speaks for it most" in text_of(shown.ranking)


def test_buyers_are_found_by_the_beginning_of_the_id(shop: tuple[Home, str]) -> None:
    home, name = shop
    run = Runs(home).get(name)
    dataset = Store(home).open("toy")
    assert {buyer.user for buyer in buyers.search(dataset, run, "u0001")} <= {
        f"u0001{digit}" for digit in range(10)
    }
    assert buyers.search(dataset, run, "u00017")[0].user == "u00017"
    assert buyers.search(dataset, run, "%") == []


def test_next_and_previous_go_through_all_buyers_in_the_order_of_ids(
    shop: tuple[Home, str],
) -> None:
    home, name = shop
    run, dataset = Runs(home).get(name), Store(home).open("toy")
    assert buyers.another(dataset, run, "u00003", "next") == "u00004"
    assert buyers.another(dataset, run, "u00003", "previous") == "u00002"
    assert buyers.another(dataset, run, "u00000", "previous") is None
    assert buyers.another(dataset, run, "u00003", "random") not in {None, "u00003"}


def test_the_newest_model_is_chosen_where_none_is_named(shop: tuple[Home, str]) -> None:
    home, run = shop
    assert chosen(Query(), usable(home)).run == run


def test_without_any_model_the_page_leads_to_training(home: Home) -> None:
    assert "no trained model" in text_of(nothing_to_choose(home, Query(), []))


def test_a_run_that_still_trains_says_how_far_it_is(home: Home) -> None:
    run = Runs(home).create("train", "shop", RunConfig().as_dict())
    assert "still training" in text_of(nothing_to_choose(home, Query(run=run), []))


def test_a_run_without_its_dataset_still_fills_baskets(own_shop: tuple[Home, str]) -> None:
    home, run = own_shop
    Store(home).delete("toy")
    shown = panels(home, Query(run=run, edit="add:teapot", why="cup"))
    assert "teapot speaks for it most" in text_of(shown.ranking)
    assert "cup is most probable next" in text_of(shown.ranking)
    assert "no dataset toy" in text_of(panels(home, Query(run=run, user="u00001")).history)
    assert "no dataset toy" in text_of(panels(home, Query(run=run, beside="baseline:ease")).beside)


def test_an_unknown_run_is_refused(home: Home) -> None:
    with pytest.raises(BadInput, match="never-7"):
        nothing_to_choose(home, Query(run="never-7"), [])
