"""A month of a shop whose taste changes, by the command line alone."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dashboard.api.routes import ApiSettings
from dashboard.app import create_app
from data.home import Home
from tests.dashboard.cli.conftest import Vitrina
from tests.model.changing_shop import write_log

pytestmark = pytest.mark.slow

PLACE, PINNED = "home-page", "p07"
TINY = [
    *("--preset", "fast", "--set", "width=16", "--set", "embedding_width=8", "--set", "layers=1"),
    *("--set", "epochs=30", "--set", "learning_rate=0.02", "--set", "batch_size=256"),
    *("--set", "early_stopping=0", "--set", "blend=false"),
]


def test_a_month(vitrina: Vitrina, home: Home, tmp_path: Path) -> None:
    def answer(*words: object) -> Any:
        typed = vitrina(*words, "--json")
        assert typed.code == 0, typed.err
        return typed.json

    api = create_app(home, api=ApiSettings()).server.test_client()

    ask = partial(api.post, "/api/v1/recommendations", base_url="http://localhost:8050")

    def serving() -> set[str]:
        """Return the runs that answer on the command line and over HTTP, under rules and without.

        In every list under rules the pinned product is the first one.
        """
        options = ("recommend", "--dataset", "shop", "--history", "p01")
        body = {"dataset": "shop", "history": ["p01"]}
        answers = [answer(*options), ask(json=body).json]
        if has_placement:
            placed = [answer(*options, "--placement", PLACE)]
            placed.append(ask(json=body | {"placement": PLACE}).json)
            assert {one["items"][0]["product"] for one in placed} == {PINNED}
            answers += placed
        return {one["run"] for one in answers}

    has_placement = False
    three = write_log(tmp_path / "three.csv", 0, 3)
    fourth = write_log(tmp_path / "fourth.csv", 3, 1, changed=True)
    answer("import", three, "--name", "shop")
    first = answer("train", "shop", *TINY)["run"]
    answer("model", "promote", first)
    assert serving() == {first}
    answer("placement", "set", "shop", PLACE, "--rule", f"pinned=1:{PINNED}")
    has_placement = True
    assert serving() == {first}
    refused = vitrina("model", "check", "shop")
    assert (refused.code, "has no purchase to judge after" in refused.err) == (1, True)

    answer("import", fourth, "--name", "shop", "--append")
    check = answer("model", "check", "shop")
    assert check["run"] == first
    assert check["change"]["high"] < 0
    assert "it finds" in check["finding"]
    assert "points less than before" in check["finding"]
    assert "rain a new run" in check["advice"]

    second = answer("train", "shop", *TINY)["run"]
    comparison = answer("model", "compare", second)
    assert comparison["difference"]["ndcg@10"]["low"] > 0
    assert comparison["finding"].startswith(f"{second} is better than {first}: NDCG@10")
    answer("model", "promote", second)
    assert serving() == {second}
    answer("model", "rollback", "shop")
    assert serving() == {first}


@pytest.mark.parametrize("command", ["check", "rollback"])
def test_without_a_model_in_service_nothing_is_judged(
    vitrina: Vitrina, tmp_path: Path, command: str
) -> None:
    vitrina("import", write_log(tmp_path / "log.csv", 0, 1), "--name", "shop")
    assert vitrina("model", command, "shop").code == 2


def test_a_rule_is_set_printed_and_removed(vitrina: Vitrina, tmp_path: Path) -> None:
    vitrina("import", write_log(tmp_path / "log.csv", 0, 1), "--name", "shop")
    assert vitrina("model", "schedule", "shop", "--json").json is None
    rule = vitrina("model", "schedule", "shop", "--growth", 0.1, "--days", 7, "--json").json
    assert rule == {"days": 7, "growth": 0.1, "lead": None, "tolerance": 0.005, "warm": False}
    words = vitrina("model", "schedule", "shop").out
    assert "7 days after a training or when its events have grown by 10%" in words
    words = vitrina("model", "schedule", "shop", "--days", 7, "--warm").out
    assert "from the weights of the model in service" in words
    assert vitrina("model", "schedule", "shop", "--off", "--days", 1).code == 2
    assert "is not trained again by itself" in vitrina("model", "schedule", "shop", "--off").out
