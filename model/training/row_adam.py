"""Adam for large tables: a step touches only the rows that it has learned something about."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

MANY = 2**16
"""Rows from which a table is large: a step over all of them costs more than all else."""
MEAN, SQUARE, SMALL = 0.9, 0.999, 1e-7
"""The two rates of forgetting, and what keeps from dividing by zero: as Keras has them."""


class RowSparseAdam:
    """Adam (Kingma and Ba 2015) whose steps are counted a row.

    A row that has no gradient stays as it is, and so do its moments; each row's moments are
    corrected by how often that row has learned, so that the first step of a rare product is as
    long as that of a popular one.

    Parameters
    ----------
    tables : sequence of tf.Variable
        Rows first.
    weight_decay : float
        How strongly a step shrinks a row that it touches.
    """

    def __init__(self, tables: Sequence[Any], weight_decay: float = 0.0) -> None:
        self.tables, self.weight_decay = list(tables), weight_decay
        self._mean, self._square = (
            [tf.Variable(tf.zeros_like(table), trainable=False) for table in tables]
            for _two in "ms"
        )
        self._steps = [tf.Variable(tf.zeros(table.shape[:1]), trainable=False) for table in tables]

    @property
    def variables(self) -> list[Any]:
        """What has to be kept to go on later."""
        return [*self._mean, *self._square, *self._steps]

    def apply(self, gradients: Sequence[Any], rate: Any) -> None:
        """Take a step; a gradient that is not of some rows is one of all."""
        parts = zip(self.tables, gradients, self._mean, self._square, self._steps, strict=True)
        for table, gradient, mean, square, steps in parts:
            rows, slope = _summed(gradient)
            counted = tf.gather(steps, rows) + 1
            first = MEAN * tf.gather(mean, rows) + (1 - MEAN) * slope
            second = SQUARE * tf.gather(square, rows) + (1 - SQUARE) * slope**2
            steps.scatter_update(tf.IndexedSlices(counted, rows))
            mean.scatter_update(tf.IndexedSlices(first, rows))
            square.scatter_update(tf.IndexedSlices(second, rows))
            counted = tf.reshape(counted, [-1] + [1] * (len(table.shape) - 1))
            pace = tf.sqrt(1 - SQUARE**counted) / (1 - MEAN**counted)
            change = pace * first / (tf.sqrt(second) + SMALL)
            if self.weight_decay:
                change += self.weight_decay * tf.gather(table, rows)
            table.scatter_sub(tf.IndexedSlices(rate * change, rows))


def _summed(gradient: Any) -> tuple[Any, Any]:
    """Return the rows of a gradient, each once, and what they have in sum."""
    if not isinstance(gradient, tf.IndexedSlices):
        return tf.range(tf.shape(gradient)[0]), gradient
    rows, place = tf.unique(gradient.indices)
    return rows, tf.math.unsorted_segment_sum(gradient.values, place, tf.size(rows))
