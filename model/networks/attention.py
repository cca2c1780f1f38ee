"""Self-attention over the history: SASRec in its modern form."""

from typing import Any

import keras
from keras import layers, ops

from model.config.run_config import RunConfig
from model.networks.layers import Masks, register

FARTHEST = 128
"""Events this far apart or farther share one bias."""


@register
class CausalAttention(keras.layers.Layer):  # type: ignore[misc]
    """Attention of each event to itself and to earlier ones.

    How far apart two events are enters as a learned bias of each head (as in HSTU, Zhai et al.
    2024), so that a history reads the same wherever it stands in a batch.

    Parameters
    ----------
    heads : int
    dropout : float
        Share of attention weights that is hidden while training.
    """

    def __init__(self, heads: int, dropout: float, **rest: Any):
        super().__init__(**rest)
        self.heads, self.rate = heads, dropout
        self.hide = layers.Dropout(dropout)

    def build(self, shape: Any) -> None:
        """Make the projections and the biases."""
        self.units = shape[-1]
        self.inward = layers.Dense(3 * self.units, use_bias=False)
        self.inward.build(shape)
        self.outward = layers.Dense(self.units, use_bias=False)
        self.outward.build(shape)
        self.bias = self.add_weight(shape=(FARTHEST, self.heads), initializer="zeros", name="bias")

    def call(self, events: Any, training: bool | None = None) -> Any:
        """Return [batch, width, units]."""
        width = ops.shape(events)[1]
        size = self.units // self.heads
        parts = ops.reshape(self.inward(events), (-1, width, 3, self.heads, size))
        query, key, value = (ops.transpose(parts[:, :, i], (0, 2, 1, 3)) for i in range(3))
        logits = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / size**0.5
        places = ops.arange(width)
        apart = places[:, None] - places[None, :]
        near = ops.take(self.bias, ops.clip(apart, 0, FARTHEST - 1), axis=0)
        logits = logits + ops.cast(ops.transpose(near, (2, 0, 1))[None], logits.dtype)
        logits = ops.where(apart[None, None] >= 0, logits, ops.full_like(logits, -1e9))
        weights = self.hide(ops.softmax(logits), training=training)
        mixed = ops.transpose(ops.matmul(weights, value), (0, 2, 1, 3))
        return self.outward(ops.reshape(mixed, (-1, width, self.units)))

    def compute_output_shape(self, shape: Any) -> Any:
        """Return the shape of the events."""
        return shape

    def get_config(self) -> dict[str, Any]:
        """Return what the layer was made with."""
        return {**super().get_config(), "heads": self.heads, "dropout": self.rate}


def feed_forward(hidden: Any, config: RunConfig) -> Any:
    """Return hidden states plus what a small dense network makes of each (pre-normalised)."""
    inner = layers.LayerNormalization(epsilon=1e-6)(hidden)
    inner = layers.Dense(2 * config.width, activation="silu")(inner)
    inner = layers.Dropout(config.dropout)(layers.Dense(config.width)(inner))
    return layers.Add()([hidden, inner])


def sasrec(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of attention blocks (Kang and McAuley 2018; normalised before)."""
    hidden = layers.Dense(config.width)(events)
    hidden = layers.Dropout(config.embedding_dropout)(hidden)
    for _block in range(config.layers):
        inner = layers.LayerNormalization(epsilon=1e-6)(hidden)
        inner = CausalAttention(config.heads, config.dropout)(inner)
        hidden = layers.Add()([hidden, layers.Dropout(config.dropout)(inner)])
        hidden = feed_forward(hidden, config)
    return layers.LayerNormalization(epsilon=1e-6)(hidden)
