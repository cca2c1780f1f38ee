"""What other buyers did: counted by hand on a log that fits on a page."""

from pathlib import Path

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.view_model import scene
from dashboard.services.recommendations import buyers
from dashboard.services.recommendations.co_purchases import Evidence, followed
from data.datasets.store import Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from model.config.run_config import RunConfig
from model.run_folder import RunFolder

LOG = {
    "u1": ["tea", "cup"],
    "u2": ["tea", "pot", "cup"],
    "u3": ["cup", "tea"],
    "u4": ["tea", "tea"],
    "u5": ["pot", "cup"],
    "me": ["tea", "cup"],
}


@pytest.fixture
def asked(tmp_path: Path) -> tuple[Home, str]:
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
    return home, Runs(home).create("train", "log", RunConfig().as_dict())


def test_those_count_who_bought_the_second_after_the_first(asked: tuple[Home, str]) -> None:
    home, run = asked
    found = followed(home, Runs(home).get(run), "tea", "cup", but="me")
    assert found == Evidence(buyers=4, later=2, everybody=5, of_all=4)
    assert (found.share, found.usual) == (0.5, 0.8)


def test_buying_the_same_again_counts_as_later(asked: tuple[Home, str]) -> None:
    home, run = asked
    assert followed(home, Runs(home).get(run), "tea", "tea").later == 1


def test_what_nobody_bought_is_no_evidence(asked: tuple[Home, str]) -> None:
    home, run = asked
    found = followed(home, Runs(home).get(run), "it's", "cup")
    assert (found.buyers, found.later, found.share) == (0, 0, 0.0)


@pytest.mark.parametrize("evaluated", [False, True], ids=["stopped", "evaluated"])
def test_events_held_out_by_time_are_marked_and_not_counted(
    asked: tuple[Home, str], evaluated: bool
) -> None:
    home, run = asked
    cuts = {"validation": "2024-01-02T00:00:00+00:00", "test": "2024-01-03T00:00:00+00:00"}
    for name in ("record.json", *(["evaluation.json"] if evaluated else [])):
        RunFolder(home.runs / run).write_json(name, {"held_out": cuts})
    history = buyers.history(home, Runs(home).get(run), "u2")
    assert [entry.part for entry in history] == [None, "validation", "test"]
    assert followed(home, Runs(home).get(run), "tea", "cup").later == 0


def test_leave_one_out_counts_all_but_the_last_two_events_of_a_buyer(
    asked: tuple[Home, str],
) -> None:
    home, _run = asked
    run = Runs(home).create("train", "log", RunConfig(protocol="leave-one-out").as_dict())
    history = buyers.history(home, Runs(home).get(run), "u2")
    assert [entry.part for entry in history] == [None, "validation", "test"]
    assert [entry.part for entry in buyers.history(home, Runs(home).get(run), "u1")] == [
        None,
        "test",
    ]
    counted = followed(home, Runs(home).get(run), "tea", "cup")
    assert counted == Evidence(buyers=4, later=0, everybody=6, of_all=1)


def test_an_explanation_tells_what_others_did(shop: tuple[Home, str]) -> None:
    home, run = shop
    found = scene(home, Query(run=run, edit="add:noise1,add:teapot", why="cup"))
    assert "other buyers who bought teapot bought cup later" in found.because
    assert "times its popularity" in found.because
