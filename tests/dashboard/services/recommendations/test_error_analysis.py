"""Right, wrong and surprised: counted by hand, and found again on the page."""

from typing import Any

import pandas as pd
import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend.buyer_finder import found
from dashboard.pages.recommend.error_tables import health
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.view_model import scene
from dashboard.services.recommendations import buyers, error_analysis, exports, predictors
from dashboard.services.recommendations.error_analysis import Like, exposure, find, judged, mistakes
from dashboard.services.runs.monitor import follow
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
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
KINDS = ["cup", "cup", "pot"]


def test_each_purchase_has_its_verdict() -> None:
    table = judged(TARGETS)
    assert table["right"].tolist() == [True, False, True, True, False]
    assert table["wrong"].tolist() == [False, True, False, False, False]
    assert table["surprised"].tolist() == [False, True, False, False, True]


def test_mistakes_are_pairs_of_kinds_with_those_first_of_whom_it_was_surest() -> None:
    only = mistakes(TARGETS, KINDS)
    assert [(one.offered, one.bought, one.count, one.share) for one in only] == [
        ("cup", "pot", 2, 1.0)
    ]
    assert [user for user, _time in only[0].examples] == ["c", "b"]


def test_exposure_compares_places_with_purchases() -> None:
    counts = pd.DataFrame({"shown": [8, 2, 0], "bought": [1, 1, 2], "found": [1, 0, 0]})
    table = exposure(counts, ["x", "y", "z"])
    assert table["product"].tolist() == ["x", "y", "z"]
    assert table["excess"].tolist() == pytest.approx([0.55, -0.05, -0.5])


def test_buyers_are_found_by_what_they_are_like(shop: Shop) -> None:
    home, name = shop
    run, dataset = Runs(home).get(name), Store(home).open("toy")
    for example in find(home, dataset, run, Like(bought="teapot", least=7)):
        history = buyers.history(home, run, example.buyer.user)
        assert example.buyer.events == len(history) >= 7
        assert "teapot" in {entry.product for entry in history}
    assert find(home, dataset, run, Like(bought="never")) == []


@pytest.mark.parametrize("verdict", ["held", "right", "surprised"])
def test_a_buyer_of_a_verdict_opens_on_the_purchase_in_question(shop: Shop, verdict: str) -> None:
    home, name = shop
    run, dataset = Runs(home).get(name), Store(home).open("toy")
    examples = find(home, dataset, run, Like(verdict=verdict))
    assert examples
    for example in examples:
        shown = scene(home, Query(run=name, user=example.buyer.user, hide=example.hide))
        assert shown.hidden[0].part == "test"
        truth = shown.outlook.truth
        if verdict == "right":
            assert truth is not None
            assert truth.rank <= 10


def test_who_was_found_is_a_link(shop: Shop) -> None:
    home, name = shop
    run, dataset = Runs(home).get(name), Store(home).open("toy")
    examples = find(home, dataset, run, Like(verdict="held"))
    listed: Any = found(Query(run=name), examples)
    first = listed.children[0].children[0]
    assert first.href == f"/recommend?run={name}&user={examples[0].buyer.user}&hide=1"
    assert "No buyer" in text_of(found(Query(run=name), []))


def test_health_names_what_is_over_recommended(shop: Shop) -> None:
    home, run = shop
    shown = text_of(health(home, run, "light"))
    table = exposure(
        error_analysis.outcomes(home, run).products, predictors.predictor(home, run).products
    )
    assert f"{table['product'][0]} stands in" in shown
    assert "were bought and never offered" in shown


def test_a_run_of_an_older_version_is_evaluated_again(own_shop: Shop) -> None:
    home, run = own_shop
    for name in ("outcomes.parquet", "exposure.parquet"):
        (home.runs / run / name).unlink()
    dataset = Store(home).open("toy")
    with pytest.raises(BadInput, match="evaluate it again"):
        find(home, dataset, Runs(home).get(run), Like(verdict="right"))
    list(follow(home, exports.start_judging(home, run)))
    assert find(home, dataset, Runs(home).get(run), Like(verdict="right"))


def test_without_its_dataset_examples_are_names(own_shop: Shop) -> None:
    home, run = own_shop
    Store(home).delete("toy")
    assert "never offered" in text_of(health(home, run, "light"))
