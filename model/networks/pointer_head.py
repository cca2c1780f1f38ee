"""The repeat-aware head: a mixture of the softmax with a pointer over the history.

The pointer is an attention distribution over the buyer's earlier products; a gate weights it
against the softmax over the catalogue (after RepeatNet, Ren et al. 2019, and pointer-generator
networks, See et al. 2017, equation 9).
"""

from typing import Any

import keras
from keras import layers, ops

from data.preparation.sequences import FIRST
from model.networks.layers import stored_as

MOST_DISTANCE = 64
"""Distances in events from here on share one bias."""
UNITS = 32
INITIAL_GATE = 2.0
"""Initial logit of the gate: a weight of 88 % for the softmax."""


@stored_as("Copier")
class PointerHead(keras.layers.Layer):  # type: ignore[misc]
    """The pointer over earlier products and the gate, after every event; in float32."""

    def __init__(self, **rest: Any):
        super().__init__(**{"dtype": "float32", **rest})

    def build(self, hidden_shape: Any, product_shape: Any = None) -> None:
        """Create the projections, the biases by distance and the gate."""
        self.query, self.key = (
            layers.Dense(UNITS, use_bias=False, dtype="float32") for _projection in range(2)
        )
        initial = keras.initializers.Constant(INITIAL_GATE)
        self.gate = layers.Dense(1, bias_initializer=initial, dtype="float32")
        for layer in (self.query, self.key, self.gate):
            layer.build(hidden_shape)
        self.distance_bias = self.add_weight(
            shape=(MOST_DISTANCE,), initializer="zeros", name="near"
        )

    def call(self, hidden: Any, product: Any) -> Any:
        """Return the pointer, [batch, width, width], and the gate's logit, [batch, width]."""
        query, key = self.query(hidden), self.key(hidden)
        logits = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / UNITS**0.5
        positions = ops.arange(ops.shape(product)[1])
        distance = positions[:, None] - positions[None, :]
        logits = logits + ops.take(self.distance_bias, ops.clip(distance, 0, MOST_DISTANCE - 1))
        allowed = ops.logical_and(distance[None] >= 0, product[:, None, :] >= FIRST)
        logits = ops.where(allowed, logits, ops.full_like(logits, -1e9))
        return ops.softmax(logits), self.gate(hidden)[:, :, 0]

    def compute_output_spec(self, hidden: Any, product: Any) -> Any:
        """Return the shapes and types of pointer and gate."""
        batch, width = product.shape
        return keras.KerasTensor((batch, width, width)), keras.KerasTensor((batch, width))


@stored_as("Mixture")
class PointerMixture(keras.layers.Layer):  # type: ignore[misc]
    """Log-probabilities of the mixture after the last event; in float32."""

    def __init__(self, **rest: Any):
        super().__init__(**{"dtype": "float32", **rest})

    def call(self, scores: Any, pointer: Any, gate: Any, product: Any, length: Any) -> Any:
        """Return the logarithm of each product's probability, [batch, products]."""
        last = ops.maximum(length - 1, 0)
        weights = ops.take_along_axis(pointer, last[:, None, None], axis=1)[:, 0]
        gate = ops.take_along_axis(gate, last[:, None], axis=1)
        copied = spread(weights, product, ops.shape(scores)[1])
        return mixed(scores, copied, gate)


def spread(weights: Any, product: Any, products: int) -> Any:
    """Return the pointer's probability of each product, [rows, products], from [rows, width].

    A product that occurs several times gets the sum of its weights. Every occurrence writes the
    same sum, so that the order of the scatter does not matter.
    """
    same = ops.cast(product[:, :, None] == product[:, None, :], "float32")
    sums = ops.matmul(same, weights[:, :, None])[:, :, 0]
    rows = ops.zeros_like(product) + ops.arange(ops.shape(product)[0], dtype="int32")[:, None]
    indices = ops.stack([ops.reshape(rows, (-1,)), ops.reshape(product, (-1,))], axis=1)
    empty = ops.zeros((ops.shape(product)[0], products + FIRST))
    return ops.scatter_update(empty, indices, ops.reshape(sums, (-1,)))[:, FIRST:]


def mixed(scores: Any, copied: Any, gate: Any) -> Any:
    """Return log(g · softmax(scores) + (1 - g) · copied) with the logit ``gate`` of g."""
    weight = ops.sigmoid(gate)
    return ops.log(weight * ops.softmax(scores, axis=-1) + (1 - weight) * copied + 1e-30)
