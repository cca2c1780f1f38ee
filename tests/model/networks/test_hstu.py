"""The time between two events as an interval."""

import keras
import numpy as np

from model.networks.hstu import INTERVALS, ElapsedIntervals


def test_the_interval_doubles_with_the_time_between_two_events() -> None:
    gap = np.array([[-1, 0, 1, 2, 60 * 24 * 365 * 40]], dtype=np.float32)
    intervals = np.asarray(ElapsedIntervals()(gap))[0]
    assert intervals.diagonal().tolist() == [1] * 5
    assert intervals[1:4, 0].tolist() == [1, 3, 5], "0, 1 and 3 minutes"
    assert intervals[4, 0] == INTERVALS


def test_times_that_are_not_known_have_an_interval_of_their_own() -> None:
    gap = np.array([[-1, 5, -1, 5]], dtype=np.float32)
    intervals = np.asarray(ElapsedIntervals()(gap))[0]
    assert intervals[1, 0] == intervals[3, 2] > 0
    assert (intervals[2:, :2] == 0).all()


def test_intervals_are_exact_in_mixed_precision() -> None:
    gap = np.array([[-1, 1_000_001, 3]], dtype=np.float32)
    exact = np.asarray(ElapsedIntervals()(gap))
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        inputs = keras.Input((None,), dtype="float32")
        model = keras.Model(inputs, ElapsedIntervals()(inputs))
    finally:
        keras.mixed_precision.set_global_policy("float32")
    np.testing.assert_array_equal(np.asarray(model(gap)), exact)
