"""The repeat-aware head: a mixture of the softmax with a distribution over bought products.

A candidate is a product of the history, whatever its length. Its logit is a linear function and a
small dense network over what ``model.sequences.repeats`` counts in the history and in training, the
hidden state, the type of its latest event and an embedding of the product; one further logit stands
for the softmax over the catalogue. The softmax over them all gives the weight of the catalogue and
the probability of each repeat, as in RepeatNet (Ren et al. 2019, equation 2) with counts and ages
in place of positions.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from data.preparation.sequences import FIRST
from model.networks.layers import stored_as
from model.sequences.repeats_numpy import FEATURES

UNITS = 16
STATISTICS = 2
"""Statistics of a product: see ``model.sequences.repeats.product_statistics``."""
INITIAL_LOGIT = 3.0
"""Initial logit of the softmax over the catalogue."""


@stored_as("RepeatHead")
class RepeatHead(keras.layers.Layer):  # type: ignore[misc]
    """Log-probabilities of the catalogue and of each candidate; in float32.

    The logit of a candidate is a linear function of its features, as in a conditional logit, plus
    that of a dense network. The linear function begins as the logarithm of the count and the other
    as 0: an untrained head ranks by personal frequency.

    Parameters
    ----------
    products, types : int
        Number of product codes and of event type codes, padding and unknown included.
    """

    def __init__(self, products: int, types: int, **rest: Any):
        super().__init__(**{"dtype": "float32", **rest})
        self.products, self.types = products, types

    def build(
        self, states_shape: Any, product_shape: Any, type_shape: Any, features_shape: Any
    ) -> None:
        """Create the dense layers, the embeddings and the empty statistics of the products."""
        first = keras.initializers.Constant(INITIAL_LOGIT)
        features = (*features_shape[:-1], FEATURES + STATISTICS)
        self.catalogue = layers.Dense(1, bias_initializer=first, dtype="float32")
        self.from_state = layers.Dense(UNITS, dtype="float32")
        self.from_features = layers.Dense(UNITS, use_bias=False, dtype="float32")
        self.repeat = layers.Dense(1, use_bias=False, kernel_initializer="zeros", dtype="float32")
        self.catalogue.build(states_shape)
        self.from_state.build(states_shape)
        self.from_features.build(features)
        self.repeat.build((*features_shape[:-1], UNITS))
        self.linear = self.add_weight(shape=features[-1:], initializer="zeros", name="linear")
        self.linear.assign(np.arange(features[-1]) == 0)
        self.product_embeddings, self.type_embeddings = (
            self.add_weight(shape=(codes, UNITS), initializer="zeros", name=name)
            for codes, name in ((self.products, "products"), (self.types, "types"))
        )
        self.statistics = self.add_weight(
            shape=(self.products, STATISTICS),
            initializer="zeros",
            trainable=False,
            name="statistics",
        )

    def start_from(self, statistics: Any) -> None:
        """Set the statistics of the ranked products, [products, STATISTICS]."""
        self.statistics.assign(np.pad(statistics, ((FIRST, 0), (0, 0))))

    def call(self, states: Any, product: Any, type: Any, features: Any) -> Any:
        """Return log-probabilities [targets, 1 + candidates], that of the catalogue first.

        Parameters
        ----------
        states : tensor [targets, units]
            Hidden state after the history of each target.
        product, type : int tensor [targets, candidates]
            Codes; 0 is padding.
        features : tensor [targets, candidates, FEATURES]
        """
        statistics = ops.take(self.statistics, product, axis=0)
        features = ops.concatenate([features, statistics], axis=2)
        hidden = (
            self.from_features(features)
            + self.from_state(states)[:, None]
            + ops.take(self.product_embeddings, product, axis=0)
            + ops.take(self.type_embeddings, type, axis=0)
        )
        logits = self.repeat(ops.relu(hidden))[:, :, 0]
        logits = logits + ops.sum(features * self.linear, axis=2)
        logits = ops.where(product >= FIRST, logits, ops.full_like(logits, -1e9))
        return ops.log_softmax(ops.concatenate([self.catalogue(states), logits], axis=1))

    def compute_output_spec(self, states: Any, product: Any, type: Any, features: Any) -> Any:
        """Return the shape and type of the result."""
        return keras.KerasTensor((states.shape[0], None))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {**super().get_config(), "products": self.products, "types": self.types}


@stored_as("RepeatMixture")
class RepeatMixture(keras.layers.Layer):  # type: ignore[misc]
    """Log-probability of every product by the softmax and the repeat head; in float32."""

    def __init__(self, **rest: Any):
        super().__init__(**{"dtype": "float32", **rest})

    def call(self, logits: Any, repeats: Any, product: Any) -> Any:
        """Return [targets, products].

        Parameters
        ----------
        logits : tensor [targets, products]
        repeats : tensor [targets, 1 + candidates]
            What ``RepeatHead`` returns.
        product : int tensor [targets, candidates]
            Codes; each product at most once.
        """
        count = ops.shape(logits)[1]
        rows = ops.zeros_like(product) + ops.arange(ops.shape(product)[0], dtype="int32")[:, None]
        indices = ops.stack([ops.reshape(rows, (-1,)), ops.reshape(product, (-1,))], axis=1)
        empty = ops.zeros((ops.shape(product)[0], count + FIRST))
        repeated = ops.scatter_update(empty, indices, ops.reshape(ops.exp(repeats[:, 1:]), (-1,)))
        catalogue = ops.exp(repeats[:, :1]) * ops.softmax(logits, axis=-1)
        return ops.log(catalogue + repeated[:, FIRST:] + 1e-30)
