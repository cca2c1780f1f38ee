"""The time of asking as codes: honest at every asking moment, and unknown where it is not known."""

import numpy as np
import pytest

from data.preparation.sequences import UNKNOWN
from model.sequences.asking import asking_time_codes, drop_asking_times
from model.sequences.histories import EventColumns, Histories
from model.sequences.split_data import split_prepared
from model.sequences.windows import training_windows
from tests.model.toys import carted, prepared, small

HOUR, WEEKDAY, DAY_OF_MONTH, GAP = range(4)
MICROSECONDS = 60_000_000


def of(times: list[int], at: int | None) -> list[int]:
    """Return the codes of a history whose events have these times in minutes."""
    columns = EventColumns(
        {"product": np.full(len(times), 2, np.int32), "time": np.array(times) * MICROSECONDS}
    )
    stop = np.array([len(times)])
    at_times = None if at is None else np.array([at * MICROSECONDS])
    return asking_time_codes(Histories(columns, stop * 0, stop, at_times))[0].tolist()


def test_hour_weekday_and_day_are_those_of_the_asking_time() -> None:
    at = np.datetime64("2019-11-30T18:00", "m").astype(int)  # a Saturday
    assert of([at - 1000], int(at))[:GAP] == [2 + 18, 2 + 5, 2 + 29]


def test_the_gap_grows_with_the_time_since_the_last_event() -> None:
    gaps = [of([1000], 1000 + minutes)[GAP] for minutes in (0, 1, 60, 1440, 10080, 10**7)]
    assert gaps[0] == 2
    assert gaps == sorted(set(gaps))


def test_a_history_without_events_has_no_gap() -> None:
    assert of([], 1000)[GAP] == UNKNOWN


def test_without_an_asking_time_nothing_is_known() -> None:
    assert of([1000], None) == [UNKNOWN] * 4


def test_a_tenth_of_the_targets_is_trained_without_the_asking_time() -> None:
    codes = np.full((5000, 4), 7, np.int32)
    dropped = (drop_asking_times(codes, np.random.default_rng(0)) == UNKNOWN).all(axis=1)
    assert 0.08 < dropped.mean() < 0.12


@pytest.mark.parametrize("moment", ["event", "session", "basket"])
def test_the_asking_time_is_that_of_the_first_event_after_the_history(moment: str) -> None:
    histories, columns = carted(buyers=20)
    data = split_prepared(prepared(histories, **columns), small(moment=moment))
    time, ends = data.sequences.time, data.split.ends
    for targets in (data.split.validation, data.split.test):
        assert data.histories(targets).at.tolist() == time[ends[targets]].tolist()
    windows = training_windows(data.buyers, 20, np.random.default_rng(0))
    assert next(windows.batches(("product",), 10**6)).asking_time is None
    batch = next(windows.batches(("product",), 10**6, asking_time=True))
    visible = data.buyers.columns["time"]
    order = np.argsort(windows.histories.lengths, kind="stable")
    index = np.concatenate([np.arange(*windows.first[i : i + 2]) for i in order])
    end = windows.end[index]
    hours = 2 + visible[end] // (60 * MICROSECONDS) % 24
    assert batch.asking_time[:, HOUR].tolist() == hours.tolist()
    if moment == "event":
        assert (end == windows.target[index]).all()
