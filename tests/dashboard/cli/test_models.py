"""``vitrina model`` puts runs into service; other commands then need only the dataset."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli import run as type_command
from dashboard.jobs.runs_table import Runs
from data.home import Home
from tests.dashboard.shop import TEAPOT

Shop = tuple[Home, str]


def answer(capsys: pytest.CaptureFixture[str], home: Home, *words: str) -> Any:
    capsys.readouterr()
    assert type_command(["--home", str(home.path), *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_model_is_promoted_listed_and_withdrawn(
    own_shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = own_shop
    promotion = answer(capsys, home, "model", "promote", run)
    assert (promotion["dataset"], promotion["run"], promotion["number"]) == ("toy", run, 1)
    assert answer(capsys, home, "model", "list") == [promotion]
    assert answer(capsys, home, "model", "withdraw", "toy")["run"] is None
    assert answer(capsys, home, "model", "list") == []
    assert answer(capsys, home, "model", "rollback", "toy")["run"] == run
    assert [p["run"] for p in answer(capsys, home, "model", "history", "toy")] == [run, None, run]
    assert type_command(["--home", str(home.path), "model", "history", "toy"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[:3] == ["toy", "–", run]


def test_a_dataset_stands_for_its_model_in_service(
    own_shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = own_shop
    question = ("recommend", "--dataset", "toy", "--history", TEAPOT)
    assert type_command(["--home", str(home.path), *question]) == 2
    assert "No model is in service for dataset toy" in capsys.readouterr().err
    Runs(home).promotions.promote(run)
    assert answer(capsys, home, *question) == answer(
        capsys, home, "recommend", run, "--history", TEAPOT
    )
    lists = tmp_path / "lists.csv"
    scored = answer(capsys, home, "score", "--dataset", "toy", "--out", str(lists))
    assert scored["run"] == run
    assert lists.exists()
    bundle = tmp_path / "bundle"
    answer(capsys, home, "export", "--dataset", "toy", "--out", str(bundle))
    assert (bundle / "example.py").exists()


def test_a_run_in_service_is_not_deleted(
    own_shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = own_shop
    Runs(home).promotions.promote(run)
    assert type_command(["--home", str(home.path), "delete", run]) == 2
    assert "vitrina model withdraw toy" in capsys.readouterr().err
    assert Runs(home).get(run).run == run
