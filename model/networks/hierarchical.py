"""A hierarchical RNN: a recurrence over sessions above the one over events."""

from typing import Any

import keras
from keras import layers, ops

from model.config.run_config import RunConfig
from model.networks.layers import Masks, stored_as


@stored_as("SessionEnds")
class SessionEnds(keras.layers.Layer):  # type: ignore[misc]
    """A mask of the events that are the last of their session."""

    def call(self, start: Any) -> Any:
        """Return a bool mask, [batch, length]."""
        return ops.pad(start[:, 1:] == 1, ((0, 0), (0, 1)))

    def compute_output_spec(self, start: Any) -> Any:
        """Return the mask's shape and type."""
        return keras.KerasTensor(start.shape, dtype="bool")


@stored_as("Before")
class PreviousEvent(keras.layers.Layer):  # type: ignore[misc]
    """The hidden states shifted by one event, zeros first; does not propagate a Keras mask."""

    def __init__(self, **rest: Any):
        super().__init__(**rest)
        self.supports_masking = True

    def compute_mask(self, hidden: Any, mask: Any = None) -> None:
        """Return None: the layers that follow process every event."""

    def call(self, hidden: Any) -> Any:
        """Return [batch, length, units]."""
        return ops.pad(hidden[:, :-1], ((0, 0), (1, 0), (0, 0)))

    def compute_output_shape(self, shape: Any) -> Any:
        """Return the shape of the hidden state."""
        return shape


@stored_as("Flag")
class AsFeature(keras.layers.Layer):  # type: ignore[misc]
    """A mask as one more numeric feature."""

    def call(self, mask: Any) -> Any:
        """Return [batch, length, 1] from [batch, length]."""
        return ops.cast(mask, self.compute_dtype)[:, :, None]

    def compute_output_spec(self, mask: Any) -> Any:
        """Return the shape and type of the feature."""
        return keras.KerasTensor((*mask.shape, 1), dtype=self.compute_dtype)


def hierarchical(events: Any, masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of GRU layers that see a summary of the buyer's earlier sessions.

    A GRU reads the events; a second one takes a step at the end of each session and keeps its
    state in between; the layers that follow read each event together with the state after the last
    complete session (HRNN All, Quadrana et al. 2017, section 3.2). The start of a session is an
    input feature, from which the layers learn how much to forget.
    """
    events = layers.Dropout(config.embedding_dropout)(events)
    inputs = layers.Concatenate()([events, AsFeature()(masks["start"])])
    within = layers.GRU(config.width, return_sequences=True)(inputs)
    over = layers.GRU(config.width, return_sequences=True, name="over_sessions")
    sessions = PreviousEvent()(over(within, mask=SessionEnds()(masks["start"])))
    hidden = layers.Concatenate()([inputs, within, layers.Dropout(config.dropout)(sessions)])
    for _block in range(config.layers):
        hidden = layers.GRU(config.width, return_sequences=True)(hidden)
        hidden = layers.Dropout(config.dropout)(hidden)
    return hidden
