"""HSTU: gated attention without softmax, with biases for distance and elapsed time."""

from typing import Any

import keras
from keras import layers, ops

from model.config.run_config import RunConfig
from model.networks.attention import MOST_DISTANCE
from model.networks.layers import Masks, stored_as

INTERVALS = 48
"""Intervals of elapsed time, two for each doubling of 1 + minutes: the longest is 30 years."""


@stored_as("ElapsedIntervals")
class ElapsedIntervals(keras.layers.Layer):  # type: ignore[misc]
    """The interval of the time between any two events of a history.

    Interval 0 is for pairs whose times are not known. Minutes are added as whole numbers, so that
    a sum is the same at every padding and precision.
    """

    def __init__(self, **rest: Any):
        super().__init__(**{"dtype": "float32", **rest})

    def call(self, gap: Any) -> Any:
        """Return int32 [batch, length, length] from the minutes since the event before.

        Entry [i, j] is for the time from event j to event i. A gap below 0 is not known; that of
        the first event is not read.
        """
        minutes = ops.cumsum(ops.cast(ops.round(ops.maximum(gap, 0)), "int32"), axis=1)
        unknown = ops.cumsum(ops.cast(gap < 0, "int32"), axis=1)
        elapsed = ops.cast(ops.maximum(minutes[:, :, None] - minutes[:, None, :], 0), "float32")
        interval = 1 + ops.floor(2 * ops.log(1 + elapsed) / ops.log(2.0))
        interval = ops.cast(ops.minimum(interval, INTERVALS), "int32")
        is_known = unknown[:, :, None] == unknown[:, None, :]
        return ops.where(is_known, interval, ops.zeros_like(interval))

    def compute_output_spec(self, gap: Any) -> Any:
        """Return the shape and type of the intervals."""
        return keras.KerasTensor((*gap.shape, gap.shape[1]), dtype="int32")


@stored_as("PointwiseAttention")
class PointwiseAttention(keras.layers.Layer):  # type: ignore[misc]
    """Gated attention of each event to itself and earlier events (Zhai et al. 2024, equations 1-3).

    U, V, Q, K = split(SiLU(X W));    Y = (norm(SiLU(Q Kᵀ + b) V) ⊙ U) W'

    The bias b is learned for the distance of two events and for the time between them. SiLU in
    place of softmax keeps how many events are alike.

    Parameters
    ----------
    heads : int
    dropout : float
        Dropout rate before the last projection.
    """

    def __init__(self, heads: int, dropout: float, **rest: Any):
        super().__init__(**rest)
        self.heads, self.rate = heads, dropout
        self.dropout = layers.Dropout(dropout)

    def build(self, events_shape: Any, intervals_shape: Any) -> None:
        """Create the projections, the normalisation and the biases."""
        self.units = events_shape[-1]
        self.inward = layers.Dense(4 * self.units, activation="silu")
        self.inward.build(events_shape)
        self.normal = layers.LayerNormalization(epsilon=1e-6)
        self.normal.build(events_shape)
        self.outward = layers.Dense(self.units)
        self.outward.build(events_shape)
        self.of_distance, self.of_time = (
            self.add_weight(shape=(count, self.heads), initializer="zeros", name=name)
            for count, name in ((MOST_DISTANCE, "of_distance"), (1 + INTERVALS, "of_time"))
        )

    def call(self, events: Any, intervals: Any, training: bool | None = None) -> Any:
        """Return [batch, length, units].

        Parameters
        ----------
        events : tensor [batch, length, units]
        intervals : int tensor [batch, length, length]
            What ``ElapsedIntervals`` returns.
        """
        length, size = ops.shape(events)[1], self.units // self.heads
        gate, *parts = ops.split(self.inward(events), 4, axis=-1)
        value, query, key = (
            ops.transpose(ops.reshape(part, (-1, length, self.heads, size)), (0, 2, 1, 3))
            for part in parts
        )
        positions = ops.arange(length)
        distance = positions[:, None] - positions[None, :]
        bias = ops.take(self.of_distance, ops.clip(distance, 0, MOST_DISTANCE - 1), axis=0)[None]
        bias = ops.transpose(bias + ops.take(self.of_time, intervals, axis=0), (0, 3, 1, 2))
        logits = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) + ops.cast(bias, query.dtype)
        weights = ops.silu(logits) * ops.cast(distance >= 0, logits.dtype)
        mixed = ops.transpose(ops.matmul(weights, value), (0, 2, 1, 3))
        mixed = self.normal(ops.reshape(mixed, (-1, length, self.units))) * gate
        return self.outward(self.dropout(mixed, training=training))

    def compute_output_shape(self, events_shape: Any, intervals_shape: Any) -> Any:
        """Return the shape of the events."""
        return events_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {**super().get_config(), "heads": self.heads, "dropout": self.rate}


def hstu(events: Any, masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of residual blocks of gated attention (HSTU, Zhai et al. 2024).

    Elapsed times are those between the events of a history, not to the moment of asking.
    """
    intervals = ElapsedIntervals()(masks["gap"])
    hidden = layers.Dense(config.width)(events)
    hidden = layers.Dropout(config.embedding_dropout)(hidden)
    for _block in range(config.layers):
        inner = layers.LayerNormalization(epsilon=1e-6)(hidden)
        inner = PointwiseAttention(config.heads, config.dropout)(inner, intervals)
        hidden = layers.Add()([hidden, inner])
    return hidden  # normalised, it would learn much later
