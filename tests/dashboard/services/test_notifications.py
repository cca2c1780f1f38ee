"""Messages as the page shows them, and the test message that it sends."""

import pytest

from dashboard.jobs.notifier import TARGETS
from dashboard.jobs.outbox import FELL
from dashboard.jobs.runs_table import Runs
from dashboard.services import notifications
from data.errors import BadInput
from data.home import Home
from tests.dashboard.clock import Clock


def test_looking_reads_all_that_is_listed(home: Home) -> None:
    Runs(home).outbox.add(FELL, "one", {"run": "shop-1", "dataset": "shop"})
    assert notifications.unread(home, "ana") == 1
    assert [entry.is_read for entry in notifications.open_inbox(home, "ana")] == [False]
    assert [entry.is_read for entry in notifications.open_inbox(home, "ana")] == [True]
    assert (notifications.unread(home, "ana"), notifications.unread(home, "berta")) == (0, 1)


def test_test_messages_are_far_apart(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(1_000_000.0)
    monkeypatch.setattr(notifications, "Runs", lambda home: Runs(home, clock))
    monkeypatch.setenv(TARGETS, "json://127.0.0.1:9/hush")
    (answer,) = notifications.send_test_from_page(home)
    assert (answer.number, answer.scheme, answer.taken) == (1, "json", False)
    clock.now += 10
    with pytest.raises(BadInput, match="wait 20 seconds"):
        notifications.send_test_from_page(home)
    clock.now += 20
    assert len(notifications.send_test_from_page(home)) == 1
    clock.now -= 3_600  # a clock that is set back does not lock the button
    assert len(notifications.send_test_from_page(home)) == 1


def test_without_a_target_it_says_so(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TARGETS, raising=False)
    with pytest.raises(BadInput, match="There is no target"):
        notifications.send_test_from_page(home)
