"""Large tables learn as small ones do, but only the rows that a step has met."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from model.training.row_adam import RowSparseAdam


@pytest.mark.parametrize("shape", [(6, 3), (6,)])
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_where_every_row_is_met_it_is_adam(shape: tuple[int, ...], decay: float) -> None:
    random = np.random.default_rng(0)
    start = random.normal(size=shape).astype(np.float32)
    mine, theirs = tf.Variable(start), keras.Variable(start)
    rows = RowSparseAdam([mine], decay)
    adam = keras.optimizers.AdamW(0.01, weight_decay=decay)
    for _step in range(4):
        slope = random.normal(size=shape).astype(np.float32)
        order = random.permutation(6)
        twice = np.concatenate([order, order])
        halves = tf.constant(np.concatenate([slope[order], slope[order]]) / 2)
        rows.apply([tf.IndexedSlices(halves, tf.constant(twice))], 0.01)
        adam.apply([tf.constant(slope)], [theirs])
    np.testing.assert_allclose(mine.numpy(), np.asarray(theirs), rtol=1e-4, atol=1e-6)


def test_rows_without_a_gradient_stay_as_they_are() -> None:
    table = tf.Variable(tf.ones((5, 2)))
    rows = RowSparseAdam([table])
    for met in ([0], [0, 3]):
        slope = tf.ones((len(met), 2))
        rows.apply([tf.IndexedSlices(slope, tf.constant(met))], 0.1)
    np.testing.assert_allclose(table.numpy()[:, 0], [0.8, 1, 1, 0.9, 1], atol=1e-5)


def test_a_dense_gradient_moves_every_row() -> None:
    table = tf.Variable(tf.ones((3, 2)))
    RowSparseAdam([table]).apply([tf.ones((3, 2))], 0.1)
    np.testing.assert_allclose(table.numpy(), 0.9, atol=1e-5)
