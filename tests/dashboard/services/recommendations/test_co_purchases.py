"""Co-purchases, counted by hand on a log that fits on a page."""

from pathlib import Path
from typing import Any, cast

import pytest

from dashboard.jobs.run_handle import open_run
from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend.explanations import MIN_EFFECT
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.view_model import edited_history, explain
from dashboard.services.recommendations import buyers
from dashboard.services.recommendations.co_purchases import CoPurchases, count_co_purchases
from dashboard.services.recommendations.served_run import ServedRun, serve_run
from data.datasets.store import Store
from data.files import write_json
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from model.config.run_config import RunConfig

LOG = {
    "u1": ["tea", "cup"],
    "u2": ["tea", "pot", "cup"],
    "u3": ["cup", "tea"],
    "u4": ["tea", "tea"],
    "u5": ["pot", "cup"],
    "me": ["tea", "cup"],
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    rows = [
        f"2024-01-{1 + step:02d} 00:00:00 UTC,purchase,{product},{user}"
        for user, products in LOG.items()
        for step, product in enumerate(products)
    ]
    file = tmp_path / "log.csv"
    head = "event_time,event_type,product_id,user_id"
    file.write_text("\n".join([head, *rows]), encoding="utf-8")
    home = Home(tmp_path / "home")
    ingest(Store(home), ImportRequest([file], "log"))
    return home


def without_model(home: Home, **settings: Any) -> ServedRun:
    """Return a run that has a dataset; the counts need no model."""
    run = Runs(home).create("train", "log", RunConfig(**settings).as_dict())
    handle = open_run(home, run)
    handle.folder.mkdir()
    return ServedRun(handle, cast("Any", None), Store(home).open("log"))


def test_those_count_who_bought_the_second_after_the_first(home: Home) -> None:
    counts = count_co_purchases(without_model(home), "tea", "cup", except_user="me")
    assert counts == CoPurchases(buyers=4, later=2, all_buyers=5, all_second=4)
    assert (counts.share, counts.base_rate) == (0.5, 0.8)


def test_buying_the_same_again_counts_as_later(home: Home) -> None:
    assert count_co_purchases(without_model(home), "tea", "tea").later == 1


def test_an_unknown_product_has_no_buyers(home: Home) -> None:
    counts = count_co_purchases(without_model(home), "it's", "cup")
    assert (counts.buyers, counts.later, counts.share) == (0, 0, 0.0)


@pytest.mark.parametrize("evaluated", [False, True], ids=["stopped", "evaluated"])
def test_events_held_out_by_time_are_marked_and_not_counted(home: Home, evaluated: bool) -> None:
    served = without_model(home)
    cuts = {"validation": "2024-01-02T00:00:00+00:00", "test": "2024-01-03T00:00:00+00:00"}
    for name in ("record.json", *(["evaluation.json"] if evaluated else [])):
        write_json(served.handle.folder / name, {"held_out": cuts})
    history = buyers.history(served, "u2")
    assert [event.part for event in history] == [None, "validation", "test"]
    assert count_co_purchases(served, "tea", "cup").later == 0


def test_leave_one_out_counts_all_but_the_last_two_events_of_a_buyer(home: Home) -> None:
    served = without_model(home, protocol="leave-one-out")
    parts = [[event.part for event in buyers.history(served, user)] for user in ("u2", "u1")]
    assert parts == [[None, "validation", "test"], [None, "test"]]
    counts = count_co_purchases(served, "tea", "cup")
    assert counts == CoPurchases(buyers=4, later=0, all_buyers=6, all_second=1)


def test_an_explanation_counts_what_others_bought_later(shop: tuple[Home, str]) -> None:
    home, run = shop
    query = Query(run=run, edit="add:noise1,add:teapot", why="cup")
    explanation = explain(edited_history(serve_run(home, run), query))
    assert explanation is not None
    assert "other buyers who bought teapot bought cup later" in explanation.text
    assert "times its popularity" in explanation.text


def test_without_a_notable_effect_no_co_purchases_are_counted(shop: tuple[Home, str]) -> None:
    home, run = shop
    query = Query(run=run, edit="add:teapot", why="noise1")
    explanation = explain(edited_history(serve_run(home, run), query))
    assert explanation is not None
    assert max(explanation.effects.values()) < MIN_EFFECT
    assert explanation.text.endswith("No single purchase makes it notably more probable.")
