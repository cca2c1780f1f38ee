"""The repeat-aware head: a network that may copy from the history.

Purchases repeat. Beside the softmax over the catalogue stands a pointer over the buyer's own
earlier products; a gate says how much of the probability each has (after RepeatNet, Ren et al.
2019, and pointer networks, See et al. 2017, equation 9).
"""

from typing import Any

import keras
from keras import layers, ops

from data.preparation.sequences import FIRST
from model.networks.layers import register

FARTHEST = 64
"""Events this far back or farther share one bias."""
UNITS = 32
MOSTLY_NEW = 2.0
"""The gate before anything is learned: about 88 % for the softmax."""


@register
class Copier(keras.layers.Layer):  # type: ignore[misc]
    """A pointer over earlier products and a gate, at every event; in full precision."""

    def __init__(self, **rest: Any):
        super().__init__(**{"dtype": "float32", **rest})

    def build(self, hidden_shape: Any, product_shape: Any = None) -> None:
        """Make the projections, the biases by distance and the gate."""
        self.query, self.key = (
            layers.Dense(UNITS, use_bias=False, dtype="float32") for _part in range(2)
        )
        opened = keras.initializers.Constant(MOSTLY_NEW)
        self.gate = layers.Dense(1, bias_initializer=opened, dtype="float32")
        for part in (self.query, self.key, self.gate):
            part.build(hidden_shape)
        self.near = self.add_weight(shape=(FARTHEST,), initializer="zeros", name="near")

    def call(self, hidden: Any, product: Any) -> Any:
        """Return the pointer, [batch, width, width], and the gate's logit, [batch, width]."""
        query, key = self.query(hidden), self.key(hidden)
        logits = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / UNITS**0.5
        places = ops.arange(ops.shape(product)[1])
        apart = places[:, None] - places[None, :]
        logits = logits + ops.take(self.near, ops.clip(apart, 0, FARTHEST - 1))
        allowed = ops.logical_and(apart[None] >= 0, product[:, None, :] >= FIRST)
        logits = ops.where(allowed, logits, ops.full_like(logits, -1e9))
        return ops.softmax(logits), self.gate(hidden)[:, :, 0]

    def compute_output_spec(self, hidden: Any, product: Any) -> Any:
        """Return the shapes and types of pointer and gate."""
        batch, width = product.shape
        return keras.KerasTensor((batch, width, width)), keras.KerasTensor((batch, width))


@register
class Mixture(keras.layers.Layer):  # type: ignore[misc]
    """Scores of the softmax and the pointer together, after the last event; in full precision."""

    def __init__(self, **rest: Any):
        super().__init__(**{"dtype": "float32", **rest})

    def call(self, scores: Any, pointer: Any, gate: Any, product: Any, length: Any) -> Any:
        """Return the logarithm of each product's probability, [batch, products]."""
        last = ops.maximum(length - 1, 0)
        weights = ops.take_along_axis(pointer, last[:, None, None], axis=1)[:, 0]
        opening = ops.take_along_axis(gate, last[:, None], axis=1)
        copied = spread(weights, product, ops.shape(scores)[1])
        return mixed(scores, copied, opening)


def spread(weights: Any, product: Any, products: int) -> Any:
    """Return what the pointer gives each product, [rows, products], from [rows, width].

    A product that stands several times in a history gets the sum; each of its places writes the
    same sum, so that the order of writing does not matter.
    """
    same = ops.cast(product[:, :, None] == product[:, None, :], "float32")
    sums = ops.matmul(same, weights[:, :, None])[:, :, 0]
    rows = ops.zeros_like(product) + ops.arange(ops.shape(product)[0], dtype="int32")[:, None]
    places = ops.stack([ops.reshape(rows, (-1,)), ops.reshape(product, (-1,))], axis=1)
    empty = ops.zeros((ops.shape(product)[0], products + FIRST))
    return ops.scatter_update(empty, places, ops.reshape(sums, (-1,)))[:, FIRST:]


def mixed(scores: Any, copied: Any, gate: Any) -> Any:
    """Return log(g · softmax(scores) + (1 - g) · copied) where ``gate`` is the logit of g."""
    opening = ops.sigmoid(gate)
    return ops.log(opening * ops.softmax(scores, axis=-1) + (1 - opening) * copied + 1e-30)
