"""The asking moment: nothing from it on is in a history, and nothing before it is left out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.preparation.moments import MINUTE, SESSION_GAP, history_ends, resolve

EVENTS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 10, 29, 31, 600]),  # minutes since the buyer's last event
        st.sampled_from([-1, 0, 1, 2]),  # session; -1: missing
        st.booleans(),  # whether it is a target
        st.integers(0, 5).map(lambda number: number == 0),  # whether another buyer begins
    ),
    min_size=1,
    max_size=40,
)


class Log:
    """Arrays of random events, and the histories that a moment gives them."""

    def __init__(self, rows: list[tuple[int, int, bool, bool]], moment: str) -> None:
        self.time = np.zeros(len(rows), dtype=np.int64)
        begins = [place for place, row in enumerate(rows) if row[3] or not place]
        for place, (minutes, *_rest) in enumerate(rows):
            before = 0 if place in begins else self.time[place - 1]
            self.time[place] = before + minutes * MINUTE
        self.offsets = np.array([*begins, len(rows)])
        self.user = np.repeat(np.arange(len(begins)), np.diff(self.offsets))
        # A session id belongs to one buyer.
        session = np.array([row[1] for row in rows])
        self.session = np.where(session < 0, -1, session + 3 * self.user).astype(np.int32)
        self.is_target = np.array([row[2] for row in rows])
        self.ends = history_ends(
            moment,
            offsets=self.offsets,
            time=self.time,
            session=self.session,
            is_target=self.is_target,
        )

    def histories(self) -> list[tuple[int, np.ndarray, np.ndarray]]:
        """Return each event, those of its history, and the earlier ones that are left out."""
        starts = self.offsets[self.user]
        return [
            (event, np.arange(start, end), np.arange(end, event))
            for event, (start, end) in enumerate(zip(starts, self.ends, strict=True))
        ]


@pytest.mark.parametrize("moment", ["event", "session", "basket"])
@given(rows=EVENTS)
def test_a_history_holds_earlier_events_of_the_same_buyer(
    moment: str, rows: list[tuple[int, int, bool, bool]]
) -> None:
    log = Log(rows, moment)
    for event, history, left_out in log.histories():
        assert (history < event).all()
        assert len(history) + len(left_out) == event - log.offsets[log.user[event]]
        if moment == "event":
            assert not len(left_out)


@given(rows=EVENTS)
def test_before_a_session_nothing_of_it_is_known(
    rows: list[tuple[int, int, bool, bool]],
) -> None:
    log = Log(rows, "session")
    for event, history, left_out in log.histories():
        session = log.session[event]
        if session >= 0:
            assert not (log.session[history] == session).any()
            assert not len(left_out) or log.session[left_out[0]] == session
        else:
            first = left_out[0] if len(left_out) else event
            between = np.diff(log.time[first : event + 1])
            assert (between <= SESSION_GAP * MINUTE).all()
            same_visit = len(history) and log.session[history[-1]] < 0
            if same_visit:
                assert log.time[first] - log.time[history[-1]] > SESSION_GAP * MINUTE


@given(rows=EVENTS)
def test_before_a_basket_nothing_of_its_time_and_of_its_purchases_is_known(
    rows: list[tuple[int, int, bool, bool]],
) -> None:
    log = Log(rows, "basket")
    for event, history, left_out in log.histories():
        if log.is_target[event]:
            assert (log.time[history] < log.time[event]).all()
            same_session = log.session[history] == log.session[event]
            assert log.session[event] < 0 or not (same_session & log.is_target[history]).any()
            first = left_out[0] if len(left_out) else event
            basket = [place for place in (*left_out, event) if log.is_target[place]]
            assert log.time[first] == log.time[basket[0]]


def test_auto_is_the_session_where_histories_hold_more_than_targets() -> None:
    assert resolve("auto", np.array([True, True])) == "event"
    assert resolve("auto", np.array([True, False])) == "session"
    assert resolve("event", np.array([True, False])) == "event"
