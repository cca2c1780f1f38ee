"""Which state may follow which."""

import pytest

from dashboard.jobs.states import (
    ACTIVE,
    ENDED,
    RESUMABLE,
    TRANSITIONS,
    State,
    in_words,
    may,
    sources,
)
from data.i18n import use_language


def test_every_state_says_what_may_follow() -> None:
    assert set(TRANSITIONS) == set(State)


def test_every_state_waits_is_active_or_has_ended() -> None:
    assert ACTIVE | ENDED | {State.QUEUED} == set(State)
    assert not ACTIVE & ENDED
    assert RESUMABLE < ENDED


@pytest.mark.parametrize("ended", sorted(ENDED))
def test_an_ended_run_only_goes_back_into_the_queue(ended: State) -> None:
    assert TRANSITIONS[ended] == {State.QUEUED}


@pytest.mark.parametrize("active", sorted(ACTIVE))
def test_an_active_run_can_always_fail_or_be_interrupted(active: State) -> None:
    assert may(active, State.FAILED)
    assert may(active, State.INTERRUPTED)


def test_sources_are_the_transitions_read_backwards() -> None:
    for new in State:
        assert sources(new) == {old for old in State if may(old, new)}


@pytest.mark.parametrize("state", State)
def test_every_state_is_a_word_of_a_sentence(state: State) -> None:
    assert in_words(state) == state.value


def test_a_sentence_names_a_state_in_its_own_language() -> None:
    use_language("es")
    assert in_words("running") == "en marcha"
