"""RRN: a recurrent state of the buyer beside a state of the products that drifts with time."""

from typing import Any

import keras
from keras import layers, ops

from data.preparation.sequences import FIRST
from model.config.run_config import RunConfig
from model.networks.layers import Masks, stored_as
from model.sequences.features import MONTHS

DRIFTS = 16
"""Units of the state that the products share."""


@stored_as("ProductDrift")
class ProductDrift(keras.layers.Layer):  # type: ignore[misc]
    """A state that every month changes by a step of its own: s_m = tanh(δ_1 + … + δ_m).

    Steps are 0 at first. Those of months after the last training event remain so, and the state is
    the last that was learned; so it is where the month is not known.
    """

    def build(self, months_shape: Any) -> None:
        """Create a step for each month."""
        self.steps = self.add_weight(shape=(MONTHS, DRIFTS), initializer="zeros", name="steps")

    def call(self, months: Any) -> Any:
        """Return [batch, length, DRIFTS] from the codes of months, [batch, length]."""
        states = ops.tanh(ops.cumsum(ops.cast(self.steps, "float32"), axis=0))
        index = ops.where(months < FIRST, MONTHS - 1, months - FIRST)
        return ops.cast(ops.take(states, index, axis=0), self.compute_dtype)

    def compute_output_spec(self, months: Any) -> Any:
        """Return the shape and type of the states."""
        return keras.KerasTensor((*months.shape, DRIFTS), dtype=self.compute_dtype)


def rrn(events: Any, masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of buyers and products at the time of each event (RRN, Wu et al. 2017).

    The score of the paper is a product of states that change with time and of vectors that do not
    (equation 3). LSTM layers make the state of the buyer. Where the paper has an LSTM for each
    product, over everything that happens to it, products share a state that drifts from month to
    month: each has a vector of its own that says how much the drift concerns it, and the buyer's
    state says how much the buyer follows it.
    """
    hidden = layers.Dropout(config.embedding_dropout)(events)
    for _block in range(config.layers):
        hidden = layers.LSTM(config.width, return_sequences=True)(hidden)
        hidden = layers.Dropout(config.dropout)(hidden)
    drift = layers.Multiply()([ProductDrift()(masks["month"]), layers.Dense(DRIFTS)(hidden)])
    return layers.Concatenate()([hidden, drift])
