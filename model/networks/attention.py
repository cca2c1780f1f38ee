"""Causal self-attention over the history (SASRec) with relative position biases."""

from typing import Any

import keras
from keras import layers, ops

from model.config.run_config import RunConfig
from model.networks.layers import Masks, stored_as

MOST_DISTANCE = 128
"""Distances in events from here on share one bias."""


@stored_as("CausalAttention")
class CausalAttention(keras.layers.Layer):  # type: ignore[misc]
    """Multi-head attention of each event to itself and earlier events.

    Positions enter as a learned bias for the distance between two events, one for each head (as in
    HSTU, Zhai et al. 2024), so that the result does not depend on padding.

    Parameters
    ----------
    heads : int
    dropout : float
        Dropout rate of the attention weights.
    """

    def __init__(self, heads: int, dropout: float, **rest: Any):
        super().__init__(**rest)
        self.heads, self.rate = heads, dropout
        self.dropout = layers.Dropout(dropout)

    def build(self, shape: Any) -> None:
        """Create the projections and the biases."""
        self.units = shape[-1]
        self.inward = layers.Dense(3 * self.units, use_bias=False)
        self.inward.build(shape)
        self.outward = layers.Dense(self.units, use_bias=False)
        self.outward.build(shape)
        self.bias = self.add_weight(
            shape=(MOST_DISTANCE, self.heads), initializer="zeros", name="bias"
        )

    def call(self, events: Any, training: bool | None = None) -> Any:
        """Return [batch, length, units]."""
        length = ops.shape(events)[1]
        size = self.units // self.heads
        parts = ops.reshape(self.inward(events), (-1, length, 3, self.heads, size))
        query, key, value = (ops.transpose(parts[:, :, i], (0, 2, 1, 3)) for i in range(3))
        logits = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / size**0.5
        positions = ops.arange(length)
        distance = positions[:, None] - positions[None, :]
        bias = ops.take(self.bias, ops.clip(distance, 0, MOST_DISTANCE - 1), axis=0)
        logits = logits + ops.cast(ops.transpose(bias, (2, 0, 1))[None], logits.dtype)
        logits = ops.where(distance[None, None] >= 0, logits, ops.full_like(logits, -1e9))
        weights = self.dropout(ops.softmax(logits), training=training)
        mixed = ops.transpose(ops.matmul(weights, value), (0, 2, 1, 3))
        return self.outward(ops.reshape(mixed, (-1, length, self.units)))

    def compute_output_shape(self, shape: Any) -> Any:
        """Return the shape of the events."""
        return shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {**super().get_config(), "heads": self.heads, "dropout": self.rate}


def feed_forward(hidden: Any, config: RunConfig) -> Any:
    """Return the hidden states after a pre-normalised position-wise feed-forward block."""
    inner = layers.LayerNormalization(epsilon=1e-6)(hidden)
    inner = layers.Dense(2 * config.width, activation="silu")(inner)
    inner = layers.Dropout(config.dropout)(layers.Dense(config.width)(inner))
    return layers.Add()([hidden, inner])


def sasrec(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of attention blocks (Kang and McAuley 2018; pre-normalised)."""
    hidden = layers.Dense(config.width)(events)
    hidden = layers.Dropout(config.embedding_dropout)(hidden)
    for _block in range(config.layers):
        inner = layers.LayerNormalization(epsilon=1e-6)(hidden)
        inner = CausalAttention(config.heads, config.dropout)(inner)
        hidden = layers.Add()([hidden, layers.Dropout(config.dropout)(inner)])
        hidden = feed_forward(hidden, config)
    return layers.LayerNormalization(epsilon=1e-6)(hidden)
