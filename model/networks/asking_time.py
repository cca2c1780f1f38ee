"""The time of asking: hidden states are modulated by when it is asked, before the output layer."""

from typing import Any

import keras
import numpy as np
from keras import ops

from model.networks.layers import stored_as
from model.sequences.asking_numpy import SIZES


@stored_as("AskingTimeCross")
class AskingTimeCross(keras.layers.Layer):  # type: ignore[misc]
    """Scale and shift each hidden state by embeddings of hour, weekday, day of the month and gap.

    The scales are those of a latent cross (Beutel et al. 2018, equation 5), h · (1 + Σ w); with the
    shifts, products can also be more or less popular at a time whatever the history is. Both are
    0 at first, and in float32.
    """

    def __init__(self, **rest: Any):
        super().__init__(**{"dtype": "float32", **rest})

    def build(self, states_shape: Any, codes_shape: Any) -> None:
        """Create an embedding for each code of each of the four."""
        size = (sum(SIZES), 2 * states_shape[-1])
        self.embeddings = self.add_weight(shape=size, initializer="zeros", name="embeddings")

    def call(self, states: Any, codes: Any) -> Any:
        """Return [targets, units] from states [targets, units] and codes [targets, 4]."""
        begins = np.append(0, np.cumsum(SIZES[:-1])).astype(np.int32)
        total = ops.sum(ops.take(self.embeddings, codes + begins, axis=0), axis=1)
        scale, shift = ops.split(total, 2, axis=-1)
        return states * (1 + scale) + shift

    def compute_output_shape(self, states_shape: Any, codes_shape: Any) -> Any:
        """Return the shape of the hidden states."""
        return states_shape
