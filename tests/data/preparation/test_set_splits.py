"""Under ``basket`` and ``horizon`` whole sets are held out, and nothing of them is known."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from data.preparation.prepare import PreparedEvents
from data.preparation.sequences import microseconds, offsets
from data.preparation.splits import CUT, DAY, Split, split

DAYS = 3
ROWS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 10, 31, 600, 2 * 1440]),  # minutes since the buyer's last event
        st.integers(0, 4),  # product
        st.sampled_from([-1, -1, 0, 1, 2]),  # session; -1: missing
        st.integers(0, 4).map(lambda number: number > 0),  # whether it is a purchase
        st.integers(0, 9).map(lambda number: number == 0),  # whether another buyer begins
    ),
    min_size=1,
    max_size=80,
)
Row = tuple[int, int, int, bool, bool]
few = settings(max_examples=50, deadline=None)


class Log:
    """Random events, and one protocol's split of them."""

    def __init__(self, rows: list[Row], protocol: str, moment: str) -> None:
        user = np.cumsum([row[4] for row in rows])
        minutes = pd.Series([row[0] for row in rows]).groupby(user).cumsum()
        events = pd.DataFrame(
            {
                "user": [f"u{number:03d}" for number in user],
                "product": [f"p{row[1]}" for row in rows],
                "time": pd.Timestamp("2024-01-01") + pd.to_timedelta(minutes, unit="min"),
                "session": [f"{user[i]}-{row[2]}" if row[2] >= 0 else None
                            for i, row in enumerate(rows)],
                "target": [row[3] for row in rows],
                "row": np.arange(len(rows)),
            }
        )  # fmt: skip
        self.time, self.offsets = microseconds(events["time"]), offsets(events["user"])
        self.start = self.offsets[user - user[0]]
        self.product, self.session = events["product"].to_numpy(), events["session"].to_numpy()
        self.is_target = events["target"].to_numpy()
        self.split: Split = split(PreparedEvents(events, ()), protocol, moment=moment, days=DAYS)

    def sets(self) -> list[tuple[int, np.ndarray, np.ndarray]]:
        """Return the held-out sets: part, targets, and the events of their history."""
        found = []
        for part, targets in enumerate((self.split.validation, self.split.test), start=1):
            for end in np.unique(self.split.ends[targets]):
                of_set = targets[self.split.ends[targets] == end]
                found.append((part, of_set, np.arange(self.start[of_set[0]], end)))
        return found


@few
@given(st.sampled_from(["auto", "basket", "session"]), ROWS)
def test_nothing_of_a_basket_that_is_predicted_is_known(moment: str, rows: list[Row]) -> None:
    log = Log(rows, "basket", moment)
    assert log.split.moment != "event"
    for _part, targets, history in log.sets():
        assert (log.time[history] <= log.time[targets].min()).all()
        sessions = set(log.session[targets]) - {None}
        same_session = np.isin(log.session[history], list(sessions))
        if log.split.moment == "session":
            assert not same_session.any()
        else:
            assert not (same_session & log.is_target[history]).any()
            assert (log.time[history] < log.time[targets].min()).all()


@few
@given(st.sampled_from(["auto", "basket", "session"]), ROWS)
def test_a_basket_lies_in_one_part_and_training_sees_nothing_at_or_after_it(
    moment: str, rows: list[Row]
) -> None:
    log = Log(rows, "basket", moment)
    visible, ends = log.split.visible, log.split.ends
    assert not set(ends[log.split.validation]) & set(ends[log.split.test])
    last_of_training = log.time[visible].max(initial=-1)
    begin_of_test = log.time[log.split.test].min(initial=np.iinfo(np.int64).max)
    for part, targets, _history in log.sets():
        whole = np.flatnonzero(log.is_target & (ends == ends[targets[0]]))
        assert set(log.product[whole]) == set(log.product[targets])
        assert len(set(log.product[targets])) == len(targets)
        assert not visible[whole].any()
        assert (log.split.asking_time[targets] > last_of_training).all()
        if part == 1:
            assert (log.time[whole] < begin_of_test).all()


@few
@given(st.sampled_from(["auto", "event", "session"]), ROWS)
def test_nothing_after_the_cut_of_a_horizon_is_known(moment: str, rows: list[Row]) -> None:
    log = Log(rows, "horizon", moment)
    end = log.time[log.is_target].max(initial=0) + 1
    cuts = {1: end - 2 * DAYS * DAY, 2: end - DAYS * DAY}
    assert log.split.moment == CUT
    assert (log.time[log.split.visible] < cuts[1]).all()
    assert log.split.visible[log.time < cuts[1]].all()
    for part, targets, history in log.sets():
        of_buyer = np.flatnonzero(log.start == log.start[targets[0]])
        assert history.tolist() == of_buyer[log.time[of_buyer] < cuts[part]].tolist()
        assert log.is_target[history].any()
        assert (log.split.asking_time[targets] == cuts[part]).all()


@few
@given(ROWS)
def test_a_set_of_a_horizon_is_all_that_a_known_buyer_buys_in_its_days(rows: list[Row]) -> None:
    log = Log(rows, "horizon", "auto")
    end = log.time[log.is_target].max(initial=0) + 1
    sets = {
        (part, log.start[targets[0]]): sorted(log.product[targets])
        for part, targets, _history in log.sets()
    }
    for part, cut in ((1, end - 2 * DAYS * DAY), (2, end - DAYS * DAY)):
        for begin, stop in zip(log.offsets[:-1], log.offsets[1:], strict=True):
            of_buyer = np.arange(begin, stop)[log.is_target[begin:stop]]
            time = log.time[of_buyer]
            bought = of_buyer[(time >= cut) & (time < cut + DAYS * DAY)]
            known = bool((time < cut).any())
            expected = sorted(set(log.product[bought])) if known and len(bought) else None
            assert sets.get((part, begin)) == expected


@few
@given(ROWS)
def test_training_targets_of_a_horizon_keep_their_own_asking_moment(rows: list[Row]) -> None:
    horizon, temporal = (Log(rows, protocol, "session") for protocol in ("horizon", "temporal"))
    train = horizon.split.train
    np.testing.assert_array_equal(horizon.split.ends[train], temporal.split.ends[train])
    np.testing.assert_array_equal(
        horizon.split.asking_time[train], temporal.split.asking_time[train]
    )
