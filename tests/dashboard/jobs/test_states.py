"""The states of a run and their transitions."""

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


def test_every_state_has_transitions() -> None:
    assert set(TRANSITIONS) == set(State)


def test_every_state_is_queued_active_or_ended() -> None:
    assert ACTIVE | ENDED | {State.QUEUED} == set(State)
    assert not ACTIVE & ENDED
    assert RESUMABLE < ENDED


@pytest.mark.parametrize("ended", sorted(ENDED))
def test_an_ended_run_can_only_be_queued_again(ended: State) -> None:
    assert TRANSITIONS[ended] == {State.QUEUED}


@pytest.mark.parametrize("active", sorted(ACTIVE))
def test_an_active_run_can_always_fail_or_be_interrupted(active: State) -> None:
    assert may(active, State.FAILED)
    assert may(active, State.INTERRUPTED)


def test_sources_are_the_inverse_of_the_transitions() -> None:
    for new in State:
        assert sources(new) == {old for old in State if may(old, new)}


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_name(state: State) -> None:
    assert in_words(state) == state.value


def test_the_name_of_a_state_is_translated() -> None:
    use_language("es")
    assert in_words("running") == "en marcha"
