"""A recurrence over sessions above the one over events."""

from typing import Any

import keras
from keras import layers, ops

from model.config.run_config import RunConfig
from model.networks.layers import Masks, register


@register
class SessionEnds(keras.layers.Layer):  # type: ignore[misc]
    """Which events are the last of their session: those before one that starts another."""

    def call(self, start: Any) -> Any:
        """Return a bool mask, [batch, width]."""
        return ops.pad(start[:, 1:] == 1, ((0, 0), (0, 1)))

    def compute_output_spec(self, start: Any) -> Any:
        """Return the mask's shape and type."""
        return keras.KerasTensor(start.shape, dtype="bool")


@register
class Before(keras.layers.Layer):  # type: ignore[misc]
    """What there was one event earlier; zeros before the first. A mask ends here."""

    def __init__(self, **rest: Any):
        super().__init__(**rest)
        self.supports_masking = True

    def compute_mask(self, hidden: Any, mask: Any = None) -> None:
        """Return None: what follows reads every event."""

    def call(self, hidden: Any) -> Any:
        """Return [batch, width, units]."""
        return ops.pad(hidden[:, :-1], ((0, 0), (1, 0), (0, 0)))

    def compute_output_shape(self, shape: Any) -> Any:
        """Return the shape of the hidden state."""
        return shape


@register
class Flag(keras.layers.Layer):  # type: ignore[misc]
    """A mark as a number beside the others."""

    def call(self, mark: Any) -> Any:
        """Return [batch, width, 1] from [batch, width]."""
        return ops.cast(mark, self.compute_dtype)[:, :, None]

    def compute_output_spec(self, mark: Any) -> Any:
        """Return the number's shape and type."""
        return keras.KerasTensor((*mark.shape, 1), dtype=self.compute_dtype)


def hierarchical(events: Any, masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of GRU layers that know of the buyer's earlier sessions.

    One layer reads the events; a layer above takes a step at the end of each session and keeps
    its state in between; the layers that follow read each event beside the state after the last
    whole session (HRNN All, Quadrana et al. 2017, section 3.2). That a session starts is told
    them as a number, from which they learn how much to forget.
    """
    events = layers.Dropout(config.embedding_dropout)(events)
    told = layers.Concatenate()([events, Flag()(masks["start"])])
    within = layers.GRU(config.width, return_sequences=True)(told)
    over = layers.GRU(config.width, return_sequences=True, name="over_sessions")
    sessions = Before()(over(within, mask=SessionEnds()(masks["start"])))
    hidden = layers.Concatenate()([told, within, layers.Dropout(config.dropout)(sessions)])
    for _block in range(config.layers):
        hidden = layers.GRU(config.width, return_sequences=True)(hidden)
        hidden = layers.Dropout(config.dropout)(hidden)
    return hidden
