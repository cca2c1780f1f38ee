"""What each user has read of the newest messages."""

from dashboard.jobs.inbox import LISTED
from dashboard.jobs.outbox import FELL
from dashboard.jobs.runs_table import Runs


def tell(runs: Runs, *keys: str) -> None:
    for key in keys:
        runs.outbox.add(FELL, key, {"dataset": "shop", "run": "shop-1"})


def unread(runs: Runs, user: str | None) -> list[str]:
    return [entry.message.key for entry in runs.inbox.entries(user) if not entry.is_read]


def test_every_user_reads_by_himself(runs: Runs) -> None:
    tell(runs, "one", "two")
    runs.inbox.read("ana", ["one"])
    assert unread(runs, "ana") == ["two"]
    assert unread(runs, "berta") == ["two", "one"]
    assert unread(runs, None) == ["two", "one"]
    runs.inbox.read(None, ["one", "two"])
    assert [runs.inbox.unread(user) for user in ("ana", "berta", None)] == [1, 2, 0]


def test_what_arrives_meanwhile_stays_unread(runs: Runs) -> None:
    tell(runs, "one")
    seen = [entry.message.key for entry in runs.inbox.entries("ana")]
    tell(runs, "two")
    runs.inbox.read("ana", seen)
    assert unread(runs, "ana") == ["two"]


def test_only_the_newest_messages_count(runs: Runs) -> None:
    tell(runs, *map(str, range(LISTED)))
    runs.inbox.read("ana", [str(number) for number in range(LISTED)])
    tell(runs, "new")
    assert unread(runs, "ana") == ["new"]
    assert runs.inbox.unread("ana") == 1
    assert len(runs.inbox.entries("ana")) == LISTED


def test_messages_are_there_whether_or_not_a_target_is(runs: Runs) -> None:
    tell(runs, "one")
    runs.outbox.drop_waiting()
    assert unread(runs, "ana") == ["one"]
