"""Linear recurrence: exponentially decaying sums, computed for all events in parallel (LRU)."""

from typing import Any

import keras
from keras import layers, ops

from model.config.run_config import RunConfig
from model.networks.attention import feed_forward
from model.networks.layers import Masks, stored_as


@stored_as("FadingSum")
class LinearRecurrence(keras.layers.Layer):  # type: ignore[misc]
    """The recurrence h_t = a · h_(t-1) + sqrt(1 - a²) · x_t, with a decay 0 < a < 1 per unit.

    Computed by recursive doubling (Yue et al. 2024, LRURec, section 4.2) in log2(longest) steps:
    after step k each state is the sum over the last 2^k events.

    Parameters
    ----------
    longest : int
        Most events of a history.
    """

    def __init__(self, longest: int, **rest: Any):
        super().__init__(**rest)
        self.longest = longest

    def build(self, shape: Any) -> None:
        """Create a decay for each unit, initially between 0.27 and 0.98."""
        rates = keras.initializers.RandomUniform(-1.0, 4.0)
        self.rate = self.add_weight(shape=(shape[-1],), initializer=rates, name="rate")

    def call(self, events: Any) -> Any:
        """Return [batch, length, units]."""
        length = ops.shape(events)[1]
        decay = ops.sigmoid(ops.cast(self.rate, events.dtype))
        state = events * ops.sqrt(1 - decay**2)
        span = 1
        while span < self.longest:
            earlier = ops.pad(state, ((0, 0), (span, 0), (0, 0)))[:, :length]
            state = state + decay**span * earlier
            span *= 2
        return state

    def compute_output_shape(self, shape: Any) -> Any:
        """Return the shape of the events."""
        return shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {**super().get_config(), "longest": self.longest}


def linear_recurrence(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of blocks of a linear recurrence and a small dense network."""
    hidden = layers.Dense(config.width)(events)
    hidden = layers.Dropout(config.embedding_dropout)(hidden)
    for _block in range(config.layers):
        inner = layers.Dense(config.width)(layers.LayerNormalization(epsilon=1e-6)(hidden))
        inner = layers.Dense(config.width)(LinearRecurrence(config.sequence_length)(inner))
        hidden = layers.Add()([hidden, layers.Dropout(config.dropout)(inner)])
        hidden = feed_forward(hidden, config)
    return layers.LayerNormalization(epsilon=1e-6)(hidden)
