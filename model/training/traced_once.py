"""Compilation of a step."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf


class TracedOnce:
    """A step compiled at its first call, for batches of every size.

    A ``tf.function`` without a signature is traced for the sizes of the first batch and again for
    those of the second. AutoGraph would take longer than the trace to translate the source code of
    a step and of all that it calls; none has a loop or a branch that depends on a tensor.
    """

    def __init__(self, step: Callable[..., Any]) -> None:
        self._step = step
        self._compiled: Callable[..., Any] | None = None

    def __call__(self, *arrays: Any) -> Any:
        """Take the step."""
        if self._compiled is None:
            signature = tf.nest.map_structure(_of_any_size, arrays)
            self._compiled = tf.function(self._step, input_signature=signature, autograph=False)
        return self._compiled(*arrays)


def _of_any_size(array: Any) -> Any:
    """Return the specification of arrays with the dtype and the number of axes of this array."""
    return tf.TensorSpec([None] * len(array.shape), array.dtype)
