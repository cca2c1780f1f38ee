"""Linear recurrence: a state that fades, computed for all events at once."""

from typing import Any

import keras
from keras import layers, ops

from model.config.run_config import RunConfig
from model.networks.attention import feed_forward
from model.networks.layers import Masks, register


@register
class FadingSum(keras.layers.Layer):  # type: ignore[misc]
    """The recurrence h_t = a · h_(t-1) + sqrt(1 - a²) · x_t, one a in (0, 1) for each unit.

    Recursive doubling (Yue et al. 2024, LRURec, section 4.2) takes log2 of the longest history
    steps: after step k each state holds the last 2^k events.

    Parameters
    ----------
    longest : int
        Events of a history at most.
    """

    def __init__(self, longest: int, **rest: Any):
        super().__init__(**rest)
        self.longest = longest

    def build(self, shape: Any) -> None:
        """Make one rate of fading a unit, from forgetting at once to hardly ever."""
        rates = keras.initializers.RandomUniform(-1.0, 4.0)
        self.rate = self.add_weight(shape=(shape[-1],), initializer=rates, name="rate")

    def call(self, events: Any) -> Any:
        """Return [batch, width, units]."""
        width = ops.shape(events)[1]
        fading = ops.sigmoid(ops.cast(self.rate, events.dtype))
        state = events * ops.sqrt(1 - fading**2)
        reach = 1
        while reach < self.longest:
            earlier = ops.pad(state, ((0, 0), (reach, 0), (0, 0)))[:, :width]
            state = state + fading**reach * earlier
            reach *= 2
        return state

    def compute_output_shape(self, shape: Any) -> Any:
        """Return the shape of the events."""
        return shape

    def get_config(self) -> dict[str, Any]:
        """Return what the layer was made with."""
        return {**super().get_config(), "longest": self.longest}


def linear_recurrence(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of blocks of a fading sum and a small dense network."""
    hidden = layers.Dense(config.width)(events)
    hidden = layers.Dropout(config.embedding_dropout)(hidden)
    for _block in range(config.layers):
        inner = layers.Dense(config.width)(layers.LayerNormalization(epsilon=1e-6)(hidden))
        inner = layers.Dense(config.width)(FadingSum(config.sequence_length)(inner))
        hidden = layers.Add()([hidden, layers.Dropout(config.dropout)(inner)])
        hidden = feed_forward(hidden, config)
    return layers.LayerNormalization(epsilon=1e-6)(hidden)
