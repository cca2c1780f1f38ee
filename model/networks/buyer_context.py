"""What is known of a buyer beside the history: states are modulated by attributes of the buyer."""

from typing import Any

import keras
import numpy as np
from keras import ops

from model.networks.layers import stored_as


@stored_as("BuyerContext")
class BuyerContext(keras.layers.Layer):  # type: ignore[misc]
    """Scale and shift the states of each history by embeddings of its buyer's attributes.

    As ``AskingTimeCross``, a latent cross (Beutel et al. 2018, equation 5) with shifts. Before the
    output layer the shift is a bilinear term of buyer and product, which adds to the score of a
    product whatever the history is; before the first block it tells the network, from the first
    event on, whose events it reads. Both are 0 at first, and in float32.

    Parameters
    ----------
    sizes : tuple of int
        Number of codes of each attribute.
    """

    def __init__(self, sizes: tuple[int, ...], **rest: Any):
        super().__init__(**{"dtype": "float32", **rest})
        self.sizes = tuple(sizes)

    def build(self, states_shape: Any, codes_shape: Any) -> None:
        """Create an embedding for each code of each attribute."""
        size = (sum(self.sizes), 2 * states_shape[-1])
        self.embeddings = self.add_weight(shape=size, initializer="zeros", name="embeddings")

    def call(self, states: Any, codes: Any) -> Any:
        """Return [batch, length, units] from that and the codes, [batch, attributes]."""
        begins = np.append(0, np.cumsum(self.sizes[:-1])).astype(np.int32)
        total = ops.sum(ops.take(self.embeddings, codes + begins, axis=0), axis=1)
        scale, shift = ops.split(total[:, None, :], 2, axis=-1)
        return states * (1 + scale) + shift

    def compute_output_shape(self, states_shape: Any, codes_shape: Any) -> Any:
        """Return the shape of the states."""
        return states_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {**super().get_config(), "sizes": self.sizes}
