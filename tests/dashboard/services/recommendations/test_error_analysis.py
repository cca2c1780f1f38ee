"""Error analysis: outcomes, confusions and exposure, counted by hand."""

from typing import Any

import pandas as pd
import pytest

from dashboard.pages.recommend.buyer_finder import buyer_links
from dashboard.pages.recommend.error_tables import error_report
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.view_model import edited_history
from dashboard.services.recommendations import buyers
from dashboard.services.recommendations.error_analysis import (
    BuyerCriteria,
    confusions,
    exposure,
    find_buyers,
    with_outcomes,
)
from dashboard.services.recommendations.run_jobs import start_evaluation
from dashboard.services.recommendations.served_run import serve_run
from dashboard.services.runs.monitor import follow
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from model.run_folder import RunFolder
from tests.dashboard.text import text_of

Shop = tuple[Home, str]

# Products 0 and 1 are cups, 2 is a pot; -1 was never seen in training.
TARGETS = pd.DataFrame(
    {
        "user": ["a", "b", "c", "d", "e"],
        "time": pd.date_range("2024-01-01", periods=5, tz="UTC"),
        "truth": [0, 2, 2, 1, -1],
        "first": [0, 0, 1, 0, 0],
        "rank": [1, 11, 3, 2, 4],
        "chance": [0.9, 0.001, 0.2, 0.3, float("nan")],
        "first_chance": [0.9, 0.5, 0.8, 0.4, 0.7],
    }
)
CATEGORIES = ["cup", "cup", "pot"]


def test_each_test_purchase_has_its_outcomes() -> None:
    table = with_outcomes(TARGETS)
    assert table["right"].tolist() == [True, False, True, True, False]
    assert table["wrong"].tolist() == [False, True, False, False, False]
    assert table["surprised"].tolist() == [False, True, False, False, True]


def test_confusions_are_pairs_of_categories_with_the_most_probable_errors_first() -> None:
    pairs = confusions(TARGETS, CATEGORIES)
    assert [(pair.ranked_first, pair.bought, pair.count, pair.share) for pair in pairs] == [
        ("cup", "pot", 2, 1.0)
    ]
    assert [user for user, _time in pairs[0].examples] == ["c", "b"]


def test_exposure_compares_shares_of_places_and_of_purchases() -> None:
    counts = pd.DataFrame({"shown": [8, 2, 0], "bought": [1, 1, 2], "found": [1, 0, 0]})
    table = exposure(counts, ["x", "y", "z"])
    assert table["product"].tolist() == ["x", "y", "z"]
    assert table["excess"].tolist() == pytest.approx([0.55, -0.05, -0.5])


def test_buyers_are_found_by_criteria(shop: Shop) -> None:
    served = serve_run(*shop)
    examples = find_buyers(served, BuyerCriteria(bought="teapot", min_events=6))
    assert examples
    for example in examples:
        history = buyers.history(served, example.buyer.user)
        assert example.buyer.events == len(history) >= 6
        assert "teapot" in {event.product for event in history}
    assert find_buyers(served, BuyerCriteria(bought="never")) == []


@pytest.mark.parametrize("outcome", ["held", "right", "surprised"])
def test_a_buyer_of_an_outcome_opens_on_the_test_purchase(shop: Shop, outcome: str) -> None:
    served = serve_run(*shop)
    examples = find_buyers(served, BuyerCriteria(outcome=outcome))
    assert examples
    for example in examples:
        query = Query(run=served.name, user=example.buyer.user, hide=example.hide)
        history = edited_history(served, query)
        assert history.hidden[0].part == "test"
        if outcome == "right":
            assert history.ranked.target is not None
            assert history.ranked.target.rank <= 10


def test_a_result_is_a_link_to_the_buyer(shop: Shop) -> None:
    served = serve_run(*shop)
    examples = find_buyers(served, BuyerCriteria(outcome="held"))
    links: Any = buyer_links(Query(run=served.name), examples)
    first = links.children[0].children[0]
    address = f"/recommend?run={served.name}&user={examples[0].buyer.user}&hide=1"
    assert first.href == address
    assert "No buyer" in text_of(buyer_links(Query(run=served.name), []))


def test_the_report_names_what_is_over_recommended(shop: Shop) -> None:
    served = serve_run(*shop)
    text = text_of(error_report(served, "light"))
    table = exposure(served.handle.outcomes.products, served.model.catalogue.products)
    assert f"{table['product'][0]} fills" in text
    assert "Every product that was bought was recommended" in text


def test_without_categories_none_is_said_to_be_confused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = serve_run(*shop)
    catalogue = served.model.catalogue
    monkeypatch.setattr(catalogue, "categories", [None] * len(catalogue))
    assert "onfus" not in text_of(error_report(served, "light"))


@pytest.mark.slow
def test_a_run_of_an_older_version_is_evaluated_again(own_shop: Shop) -> None:
    served = serve_run(*own_shop)
    RunFolder(served.handle.folder).remove("outcomes.parquet", "exposure.parquet")
    with pytest.raises(BadInput, match="evaluate it again"):
        find_buyers(served, BuyerCriteria(outcome="right"))
    list(follow(own_shop[0], start_evaluation(own_shop[0], served.name)))
    assert find_buyers(served, BuyerCriteria(outcome="right"))


def test_without_the_dataset_examples_are_plain_names(own_shop: Shop) -> None:
    home, run = own_shop
    Store(home).delete("toy")
    assert "was recommended" in text_of(error_report(serve_run(home, run), "light"))
