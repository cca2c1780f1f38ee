"""Adam for large embedding tables: a step updates only the rows that have a gradient."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

LARGE_TABLE = 2**16
"""Rows from which a dense update of a table would dominate the cost of a step."""
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7
"""The defaults of Keras."""


class RowSparseAdam:
    """Adam (Kingma and Ba 2015) with a step count for each row.

    A row without a gradient keeps its value and its moments. Bias correction uses the number of
    updates of the row, so that the first update of a rare product is as long as that of a popular
    one.

    Parameters
    ----------
    tables : sequence of tf.Variable
        Of any rank; the first axis is that of the rows.
    weight_decay : float
        Decoupled weight decay of the rows that a step updates.
    """

    def __init__(self, tables: Sequence[Any], weight_decay: float = 0.0) -> None:
        self.tables, self.weight_decay = list(tables), weight_decay
        self._means, self._squares = (
            [tf.Variable(tf.zeros_like(table), trainable=False) for table in tables]
            for _moment in range(2)
        )
        self._steps = [tf.Variable(tf.zeros(table.shape[:1]), trainable=False) for table in tables]

    @property
    def variables(self) -> list[Any]:
        """The slots of the optimizer, which a checkpoint has to contain."""
        return [*self._means, *self._squares, *self._steps]

    def apply(self, gradients: Sequence[Any], rate: Any) -> None:
        """Take a step; a dense gradient updates every row of its table."""
        slots = zip(self.tables, gradients, self._means, self._squares, self._steps, strict=True)
        for table, gradient, mean, square, steps in slots:
            rows, slope = _sum_by_row(gradient)
            count = tf.gather(steps, rows) + 1
            first = BETA_1 * tf.gather(mean, rows) + (1 - BETA_1) * slope
            second = BETA_2 * tf.gather(square, rows) + (1 - BETA_2) * slope**2
            steps.scatter_update(tf.IndexedSlices(count, rows))
            mean.scatter_update(tf.IndexedSlices(first, rows))
            square.scatter_update(tf.IndexedSlices(second, rows))
            count = tf.reshape(count, [-1] + [1] * (len(table.shape) - 1))
            correction = tf.sqrt(1 - BETA_2**count) / (1 - BETA_1**count)
            update = correction * first / (tf.sqrt(second) + EPSILON)
            if self.weight_decay:
                update += self.weight_decay * tf.gather(table, rows)
            table.scatter_sub(tf.IndexedSlices(rate * update, rows))


def _sum_by_row(gradient: Any) -> tuple[Any, Any]:
    """Return the distinct rows of a gradient and the sum of their slices."""
    if not isinstance(gradient, tf.IndexedSlices):
        return tf.range(tf.shape(gradient)[0]), gradient
    rows, group = tf.unique(gradient.indices)
    return rows, tf.math.unsorted_segment_sum(gradient.values, group, tf.size(rows))
