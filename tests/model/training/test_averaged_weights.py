"""Averaged weights follow the weights, stand in for them, and leave them as they were."""

import keras
import numpy as np
import pytest

from model.training.averaged_weights import STEPS_OF_AN_UPDATE, AveragedWeights


def weight(value: float = 0.0) -> keras.Variable:
    return keras.Variable(np.full(3, value, dtype=np.float32))


def average_after(values: list[float], epochs: float, steps_of_an_epoch: int) -> float:
    """Return the average of a weight that has each of some values for an epoch."""
    moving = weight()
    averages = AveragedWeights([moving], epochs)
    for value in values:
        for _step in range(steps_of_an_epoch):
            moving.assign(np.full(3, value))
            averages.after_step(1 / steps_of_an_epoch)
    with averages.in_use():
        return float(np.asarray(moving)[0])


def test_the_average_stands_in_for_the_weights_and_they_come_back() -> None:
    moving, state = weight(1.0), keras.Variable(7, dtype="int32")
    averages = AveragedWeights([moving, state], 1.0)
    for value in (2.0, 3.0):
        moving.assign(np.full(3, value))
        averages.after_step(0.5)
    with averages.in_use():
        assert 1 < np.asarray(moving)[0] < 3
        assert int(state.value) == 7
    assert np.asarray(moving).tolist() == [3.0] * 3


def test_weights_come_back_after_an_error() -> None:
    moving = weight(1.0)
    averages = AveragedWeights([moving], 1.0)
    moving.assign(np.full(3, 5.0))
    averages.after_step(0.01)
    with pytest.raises(ValueError, match="wrong"), averages.in_use():
        raise ValueError("wrong")
    assert np.asarray(moving).tolist() == [5.0] * 3


def test_without_an_average_nothing_is_stored_and_the_weights_stay() -> None:
    moving = weight(1.0)
    averages = AveragedWeights([moving], 0.0)
    averages.after_step(1.0)
    assert averages.variables == []
    with averages.in_use():
        assert np.asarray(moving).tolist() == [1.0] * 3


@pytest.mark.parametrize("steps", [STEPS_OF_AN_UPDATE, 10 * STEPS_OF_AN_UPDATE + 3])
def test_after_its_epochs_a_step_has_a_share_of_one_over_e(steps: int) -> None:
    zeros, ones = [0.0] * 40, [1.0] * 2
    share_of_zeros = 1 - average_after(zeros + ones, epochs=2.0, steps_of_an_epoch=steps)
    assert share_of_zeros == pytest.approx(np.exp(-1), abs=0.03)


def test_the_begin_of_a_training_has_no_share_in_a_long_average() -> None:
    values = [100.0, *[1.0] * 30]
    late = average_after(values, epochs=50.0, steps_of_an_epoch=STEPS_OF_AN_UPDATE)
    assert late == pytest.approx(1.0, abs=0.1)
