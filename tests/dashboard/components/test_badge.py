"""Badges of run states."""

from dashboard.components.badge import STATES, state_name
from dashboard.jobs.states import State, in_words
from data.i18n import use_language


def test_every_state_has_a_badge() -> None:
    assert set(STATES) == {state.value for state in State}


def test_the_label_is_the_word_that_sentences_use() -> None:
    for language in ("en", "es"):
        use_language(language)
        for state in State:
            assert state_name(state).lower() == in_words(state)
