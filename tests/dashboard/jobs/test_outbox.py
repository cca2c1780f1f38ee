"""Messages are written with their events, once each, and sent at a bounded pace."""

from pathlib import Path

import pytest

from dashboard.jobs.failures import NOT_A_NUMBER, SHUTDOWN
from dashboard.jobs.notifier import Target, targets, text_of
from dashboard.jobs.outbox import (
    ARRIVED,
    DIVERGED,
    FAILED,
    FELL,
    FINISHED,
    MOST_ATTEMPTS,
    MOST_MESSAGES,
    WINDOW_SECONDS,
    add_message,
)
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from data.errors import BadInput
from tests.dashboard.clock import Clock

DAY = 86_400


def end(runs: Runs, kind: str, state: State, reason: str | None = None, **options: object) -> str:
    """Queue a run, start it and end it; return its name."""
    name = runs.create(kind, "shop", {"run": "shop-9"} | dict(options.pop("config", {})), **options)  # type: ignore[call-overload,arg-type]
    claimed = runs.queue.claim()
    assert claimed is not None
    runs.attempts.begin(name, claimed.attempt, Process.current())
    runs.attempts.end(name, claimed.attempt, state, reason, "Why.")
    return name


@pytest.mark.parametrize(
    ("kind", "state", "reason", "event"),
    [
        ("train", State.FINISHED, None, FINISHED),
        ("import", State.FINISHED, None, ARRIVED),
        ("evaluate", State.FINISHED, None, None),
        ("train", State.FAILED, "error", FAILED),
        ("evaluate", State.FAILED, "error", FAILED),
        ("train", State.FAILED, NOT_A_NUMBER, DIVERGED),
        ("train", State.INTERRUPTED, "killed", FAILED),
        ("train", State.INTERRUPTED, SHUTDOWN, None),
    ],
)
def test_the_end_of_a_run_is_told_where_a_person_wants_to_know(
    runs: Runs, kind: str, state: State, reason: str | None, event: str | None
) -> None:
    name = end(runs, kind, state, reason)
    told = [(message.event, message.key) for message in runs.outbox.newest(9)]
    assert told == ([(event, f"{name}/1/{state.value}")] if event else [])


def test_a_training_of_a_series_is_told_as_part_of_it(runs: Runs) -> None:
    plan = {"preset": "fast", "config": {}, "fields": {}, "trials": 1}
    series = runs.create("search", "shop", plan)
    assert runs.queue.claim() is not None
    end(runs, "train", State.FINISHED, tags=[series])
    assert runs.outbox.newest(9) == []


def test_a_message_is_not_written_where_its_event_is_undone(runs: Runs) -> None:
    with pytest.raises(RuntimeError), runs.database.write() as connection:
        add_message(connection, FELL, "key", {}, 0.0)
        raise RuntimeError
    assert runs.outbox.newest(9) == []


def test_an_event_is_told_once(runs: Runs) -> None:
    for _time in range(2):
        runs.outbox.add(FELL, "shop-1/v1", {"dataset": "shop"})
    assert len(runs.outbox.newest(9)) == 1
    message = runs.outbox.claim()
    assert message is not None
    assert runs.outbox.claim() is None  # it is being sent
    runs.outbox.record(message, ["target"], missing=False)
    assert runs.outbox.claim() is None
    assert runs.outbox.newest(1)[0].sent


def test_a_message_of_a_process_that_was_killed_is_sent_again_with_its_key(
    runs: Runs, clock: Clock
) -> None:
    runs.outbox.add(FELL, "key", {})
    assert runs.outbox.claim() is not None
    clock.now += 5
    again = Runs(runs.home, clock=clock).outbox.claim()
    assert again is not None
    assert (again.key, again.attempts) == ("key", 2)


def test_a_target_that_does_not_answer_is_asked_later_and_at_last_given_up(
    runs: Runs, clock: Clock
) -> None:
    runs.outbox.add(FELL, "key", {})
    for attempt in range(1, MOST_ATTEMPTS + 1):
        message = runs.outbox.claim()
        assert message is not None
        assert message.attempts == attempt
        runs.outbox.record(message, ["the other target"], missing=True)
        assert runs.outbox.claim() is None
        clock.now += 3600
    message = runs.outbox.newest(1)[0]
    assert (message.dropped, message.delivered) == ("attempts", ("the other target",))


def test_many_messages_wait_for_their_turn(runs: Runs, clock: Clock) -> None:
    for number in range(MOST_MESSAGES + 5):
        runs.outbox.add(FELL, str(number), {})

    def send_all() -> int:
        sent = 0
        while (message := runs.outbox.claim()) is not None:
            runs.outbox.record(message, [], missing=False)
            sent += 1
        return sent

    assert send_all() == MOST_MESSAGES
    assert not runs.outbox.has_due()
    clock.now += WINDOW_SECONDS + 1
    assert send_all() == 5


def test_old_messages_are_not_sent_and_later_deleted(runs: Runs, clock: Clock) -> None:
    runs.outbox.add(FELL, "key", {})
    clock.now += DAY + 1
    runs.outbox.purge()
    assert runs.outbox.newest(1)[0].dropped == "age"
    clock.now += 7 * DAY
    runs.outbox.purge()
    assert runs.outbox.newest(1) == []


def test_without_a_target_nothing_is_stored_up_where_there_is_one_machine(runs: Runs) -> None:
    runs.outbox.add(FELL, "key", {})
    runs.outbox.drop_waiting()
    assert runs.outbox.has_due() == (not runs.database.is_file)  # another one may have a target


def test_targets_are_named_by_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "targets"
    file.write_text("# by e-mail\nmailto://ana:secret@example.com\n\njson://a\n", "utf-8")
    chosen = targets({"VITRINA_NOTIFY": "json://a json://b", "VITRINA_NOTIFY_FILE": str(file)})
    assert [target.scheme for target in chosen] == ["json", "json", "mailto"]
    assert "secret" not in "".join(target.digest for target in chosen)
    assert targets({}) == []
    with pytest.raises(BadInput, match="VITRINA_NOTIFY_FILE names cannot be read"):
        targets({"VITRINA_NOTIFY_FILE": str(file / "no")})


def test_an_address_that_is_none_takes_nothing() -> None:
    assert not Target("nothing-at-all").send("title", "body", "key")


def test_a_message_says_what_happened(runs: Runs) -> None:
    name = end(runs, "train", State.FAILED, NOT_A_NUMBER)
    title, body = text_of(runs.outbox.newest(1)[0])
    assert title == f"Run {name} has diverged: its loss became NaN or infinite"
    assert body == "Why."
