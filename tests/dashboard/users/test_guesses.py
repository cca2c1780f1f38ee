"""Five guesses, then slower and slower."""

from contextlib import ExitStack

import pytest

from dashboard.users.guesses import FORGOTTEN_AFTER, FREE, LONGEST_PAUSE, Guesses
from tests.dashboard.clock import Clock

OFFICE, STRANGER = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guesses(clock: Clock) -> Guesses:
    return Guesses(clock)


def test_the_sixth_guess_waits_and_each_further_one_twice_as_long(
    guesses: Guesses, clock: Clock
) -> None:
    for _guess in range(FREE):
        assert guesses.pause(STRANGER, "ana") == 0
        guesses.wrong(STRANGER, "ana")
    pauses = []
    for _guess in range(12):
        pauses.append(guesses.pause(STRANGER, "ana"))
        clock.now += pauses[-1]
        assert guesses.pause(STRANGER, "ana") == 0
        guesses.wrong(STRANGER, "ana")
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == LONGEST_PAUSE


def test_guesses_at_once_are_no_more_than_one_by_one(guesses: Guesses, clock: Clock) -> None:
    with ExitStack() as at_once:
        for _guess in range(FREE):
            assert at_once.enter_context(guesses.guess(STRANGER, "ana")) == 0
            guesses.right(STRANGER, "ana")  # its keys are others from here on
        assert at_once.enter_context(guesses.guess(STRANGER, "eva")) > 0
    assert guesses.pause(STRANGER, "eva") == 0
    for _guess in range(FREE):
        guesses.wrong(STRANGER, "ana")
    clock.now += guesses.pause(STRANGER, "ana")
    with guesses.guess(STRANGER, "ana") as first, guesses.guess(STRANGER, "ana") as second:
        assert (first, second) == (0, 1)


def test_a_client_is_slowed_down_whatever_name_it_tries(guesses: Guesses) -> None:
    for number in range(FREE):
        guesses.wrong(STRANGER, f"user{number}")
    assert guesses.pause(STRANGER, "ana") > 0
    assert guesses.pause(OFFICE, "ana") == 0


def test_a_user_is_guessed_slowly_whatever_the_client(guesses: Guesses) -> None:
    for number in range(FREE):
        guesses.wrong(f"203.0.113.{number}", "ana")
    assert guesses.pause(STRANGER, "ana") > 0
    assert guesses.pause(STRANGER, "eva") == 0


def test_strangers_cannot_keep_a_user_out_of_a_client_that_signed_in_before(
    guesses: Guesses,
) -> None:
    guesses.right(OFFICE, "ana")
    for number in range(100):
        guesses.wrong(f"203.0.113.{number}", "ana")
    assert guesses.pause(OFFICE, "ana") == 0
    assert guesses.pause(STRANGER, "ana") > 0


def test_signing_in_as_oneself_gives_no_more_guesses_at_somebody_else(guesses: Guesses) -> None:
    guesses.right(OFFICE, "ana")
    for _guess in range(FREE):
        guesses.wrong(OFFICE, "ana")
        guesses.right(OFFICE, "eva")
    assert guesses.pause(OFFICE, "ana") > 0
    assert guesses.pause(OFFICE, "eva") == 0


def test_the_right_password_forgets_the_wrong_ones_of_its_client(guesses: Guesses) -> None:
    for _guess in range(FREE - 1):
        guesses.wrong(OFFICE, "ana")
    guesses.right(OFFICE, "ana")
    guesses.wrong(OFFICE, "ana")
    assert guesses.pause(OFFICE, "ana") == 0


def test_a_day_without_guesses_forgets_them(guesses: Guesses, clock: Clock) -> None:
    for _guess in range(20):
        guesses.wrong(STRANGER, "ana")
    clock.now += FORGOTTEN_AFTER + 1
    guesses.wrong(STRANGER, "ana")
    assert guesses.pause(STRANGER, "ana") == 0


def test_what_is_remembered_is_bounded(guesses: Guesses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.users.guesses.MOST_REMEMBERED", 10)
    for number in range(1_000):
        guesses.wrong(f"2001:db8:{number:x}::1", f"user{number}")
        guesses.right(f"2001:db8:{number:x}::2", f"user{number}")
    assert max(len(guesses._wrong), len(guesses._known)) <= 10
