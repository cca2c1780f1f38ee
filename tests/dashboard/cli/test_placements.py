"""``vitrina placement`` sets rules; other commands apply them with ``--placement``."""

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard.cli import run as type_command
from dashboard.jobs.runs_table import Runs
from dashboard.services.recommendations import placement_effects
from data.home import Home
from tests.dashboard.shop import CUP, TEAPOT

Shop = tuple[Home, str]
PLACE = ("toy", "home-page")


def answer(capsys: pytest.CaptureFixture[str], home: Home, *words: str) -> Any:
    capsys.readouterr()
    assert type_command(["--home", str(home.path), *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refusal(capsys: pytest.CaptureFixture[str], home: Home, *words: str) -> str:
    capsys.readouterr()
    assert type_command(["--home", str(home.path), *words]) == 2
    return capsys.readouterr().err


def test_rules_are_set_shown_listed_and_removed(
    own_shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, _run = own_shop
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"max_per_brand": 2, "boost_list": [CUP], "boost_factor": 3}))
    first = answer(
        capsys, home, "placement", "set", *PLACE, "--rules", str(file), "--rule", "max_per_brand=1"
    )
    assert first["rules"] == {"max_per_brand": 1, "boost_list": [CUP], "boost_factor": 3.0}
    second = answer(capsys, home, "placement", "set", *PLACE, "--rule", f"pinned=2:{TEAPOT}")
    assert (second["number"], second["rules"]) == (2, {"pinned": [f"2:{TEAPOT}"]})
    assert answer(capsys, home, "placement", "show", *PLACE) == second
    assert answer(capsys, home, "placement", "show", *PLACE, "--history") == [second, first]
    assert answer(capsys, home, "placement", "list") == [second]
    assert answer(capsys, home, "placement", "list", "other") == []
    assert answer(capsys, home, "placement", "remove", *PLACE)["rules"] is None
    assert answer(capsys, home, "placement", "list", "toy") == []


def test_what_cannot_be_a_rule_is_refused(
    own_shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, _run = own_shop
    change = ("placement", "set", *PLACE)
    assert "There is no setting “best”" in refusal(capsys, home, *change, "--rule", "best=1")
    assert "never_brands cannot name “x”" in refusal(
        capsys, home, *change, "--rule", "never_brands=x"
    )
    (tmp_path / "list.json").write_text("[1]")
    assert "no file with a JSON object of rules" in refusal(
        capsys, home, *change, "--rules", str(tmp_path / "list.json")
    )
    assert "There is no dataset toy-2" in refusal(capsys, home, "placement", "set", "toy-2", "x")
    assert "no placement home-page" in refusal(capsys, home, "placement", "show", *PLACE)
    assert Runs(home).placements.current() == []


def test_a_placement_has_rules_and_a_model_of_its_own(
    own_shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = own_shop
    other = Runs(home).create("train", "toy", Runs(home).get(run).config)
    shutil.copytree(Runs(home).folder(run), Runs(home).folder(other))
    in_place = ("--dataset", "toy", "--placement", "home-page")
    question = ("recommend", *in_place, "--history", TEAPOT, "-k", "3")
    assert "no placement home-page" in refusal(capsys, home, *question)
    answer(capsys, home, "placement", "set", *PLACE, "--rule", "pinned=1:noise1")
    assert "No model is in service" in refusal(capsys, home, *question)
    answer(capsys, home, "model", "promote", run)
    assert answer(capsys, home, *question)["run"] == run
    answer(capsys, home, "model", "promote", other, "--placement", "home-page")
    recommended = answer(capsys, home, *question)
    assert recommended["run"] == other
    assert [item["product"] for item in recommended["items"]][:2] == ["noise1", CUP]
    assert recommended["items"][0]["rules"] == ["pinned"]

    lists = tmp_path / "lists.parquet"
    scored = answer(capsys, home, "score", *in_place, "--out", str(lists), "-k", "3")
    assert scored["placement"]["name"] == "home-page"
    assert set(scored["placement"]["left_out"]) == {"moved"}
    assert "noise1" in set(pd.read_parquet(lists)["product"])
    exported = answer(capsys, home, "export", *in_place, "--out", str(tmp_path / "bundle"))
    assert exported["placement"]["rules"] == {"pinned": ["1:noise1"]}

    assert [p["placement"] for p in answer(capsys, home, "model", "list")] == ["home-page", ""]
    answer(capsys, home, "placement", "remove", *PLACE)
    assert [p["run"] for p in answer(capsys, home, "model", "list")] == [run]


def test_what_rules_did_is_told_in_words(
    own_shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = own_shop
    answer(capsys, home, "placement", "set", *PLACE, "--rule", "stock_list=teapot,noise1,noise2")
    words = ["recommend", run, "--placement", "home-page", "--history", TEAPOT, "-k", "2"]
    assert type_command(["--home", str(home.path), *words]) == 0
    told = capsys.readouterr().err
    assert f"{CUP}, number 1 of the model, is not in the list: not in stock." in told
    assert "Rules of home-page (version 1) removed: stock 7." in told


def test_the_effect_of_rules_is_computed_by_a_job_and_kept(
    own_shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = own_shop
    answer(capsys, home, "placement", "set", *PLACE, "--rule", "stock_list=noise1")
    effect = answer(capsys, home, "placement", "effect", *PLACE, "--run", run)
    assert (effect["run"], effect["placement"]) == (run, "home-page")
    assert effect["with"]["hr@10"] < effect["without"]["hr@10"]
    assert effect["finding"].startswith("The rules cost accuracy: NDCG@10 -")
    placement = Runs(home).placements.get(*PLACE)
    job = placement_effects.newest_job(home, run, placement)
    assert job is not None
    assert placement_effects.result(home, job.run)["targets"] == effect["targets"]
    answer(capsys, home, "placement", "set", *PLACE)
    changed = Runs(home).placements.get(*PLACE)
    assert placement_effects.newest_job(home, run, changed) is None
