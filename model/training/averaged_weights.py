"""Averaged weights: an exponential moving average of a network's weights over the last epochs."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

STEPS_OF_AN_UPDATE = 8
"""Steps between two updates of the averages, each of which reads every weight."""


class AveragedWeights:
    """The exponential moving average of weights, over all steps of a training.

    The average varies less from epoch to epoch than the weights, and ranks better (Polyak and
    Juditsky 1992; Tarvainen and Valpola 2017). At the begin of a training it follows the weights
    faster, so that the random ones of the first steps have no share.

    Parameters
    ----------
    weights : sequence of Keras variables
        Those that hold no floating-point numbers, such as states of random generators, are left as
        they are.
    epochs : float
        Epochs after which the share of a step in the average has fallen to 1/e; 0: no average.

    Attributes
    ----------
    variables : list of tf.Variable
        What a checkpoint has to contain; empty without an average.
    """

    def __init__(self, weights: Sequence[Any], epochs: float) -> None:
        floats = [weight for weight in weights if keras.backend.is_float_dtype(weight.dtype)]
        self._epochs = epochs
        self._weights = [weight.value for weight in floats] if epochs else []
        self._averages = [tf.Variable(weight, trainable=False) for weight in self._weights]
        self._updates = tf.Variable(0.0, trainable=False)
        self.variables: list[Any] = [*self._averages, self._updates] if epochs else []
        self._steps, self._elapsed = 0, 0.0
        self._average = tf.function(self._move, autograph=False)

    def after_step(self, share: float) -> None:
        """Let the average follow after a step with a share of the targets of an epoch."""
        self._steps += 1
        self._elapsed += share
        if self._steps == STEPS_OF_AN_UPDATE:
            self._update()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Put the averaged weights into the network until the context ends."""
        self._update()
        current = [weight.numpy() for weight in self._weights]
        for weight, average in zip(self._weights, self._averages, strict=True):
            weight.assign(average)
        try:
            yield
        finally:
            for weight, value in zip(self._weights, current, strict=True):
                weight.assign(value)

    def _update(self) -> None:
        if self._weights and self._steps:
            self._average(tf.constant(math.exp(-self._elapsed / self._epochs), tf.float32))
        self._steps, self._elapsed = 0, 0.0

    def _move(self, decay: Any) -> None:
        self._updates.assign_add(1.0)
        decay = tf.minimum(decay, self._updates / (self._updates + 10.0))
        for weight, average in zip(self._weights, self._averages, strict=True):
            share = tf.cast(1.0 - decay, average.dtype)
            average.assign_add(share * (weight - average))
