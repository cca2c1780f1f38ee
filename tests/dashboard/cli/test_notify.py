"""``vitrina notify`` tries the targets without showing them, and lists the messages."""

import pytest

from dashboard.jobs.runs_table import Runs
from data.home import Home
from tests.dashboard.cli.conftest import Vitrina


def test_without_targets_there_is_nothing_to_try(
    vitrina: Vitrina, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VITRINA_NOTIFY", raising=False)
    answer = vitrina("notify", "test")
    assert (answer.code, "There is no target" in answer.err) == (2, True)


def test_a_target_that_nobody_serves_is_named_by_its_kind_alone(
    vitrina: Vitrina, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITRINA_NOTIFY", "json://127.0.0.1:1/hook?token=hush")
    answer = vitrina("notify", "test", "--json")
    assert (answer.code, answer.json) == (1, [{"number": 1, "scheme": "json", "taken": False}])
    assert "hush" not in answer.out + answer.err


def test_messages_are_listed(vitrina: Vitrina, home: Home) -> None:
    Runs(home).outbox.add("model_fell", "shop-1/v/fell", {"run": "shop-1", "dataset": "shop"})
    (message,) = vitrina("notify", "list", "--json").json
    assert (message["event"], message["sent"]) == ("model_fell", None)
    assert vitrina("notify", "list").out.splitlines()[1].split()[-3:] == [
        "model_fell",
        "shop-1",
        "waiting",
    ]
