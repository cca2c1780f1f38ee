"""Caser: convolutions over the latest events, without a recurrence."""

from typing import Any

from keras import layers

from model.config.run_config import RunConfig
from model.networks.attention import feed_forward
from model.networks.layers import Masks

WINDOW = 5
"""Latest events that a hidden state sees (L in the paper)."""
HORIZONTAL, VERTICAL = 16, 4
"""Filters of each height over all dimensions, and filters over each dimension."""


def caser(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of horizontal and vertical convolutions (Tang and Wang 2018, Caser).

    A horizontal filter reads h = 1 … 5 events in a row, all units at once, and has its greatest
    value over the places in the window; a vertical filter is a weighted sum of the events of the
    window, unit by unit (equations 3 to 10). Before the first event are zeros.

    The paper adds an embedding of the user, which a buyer whom training never saw would lack; what
    is before the window is not seen. Residual feed-forward blocks follow.
    """
    hidden = layers.Dense(config.width)(events)
    hidden = layers.Dropout(config.embedding_dropout)(hidden)
    padded = layers.ZeroPadding1D((WINDOW - 1, 0))(hidden)
    parts = [_vertical(padded, config.width)]
    for height in range(1, WINDOW + 1):
        places = layers.Conv1D(HORIZONTAL, height, activation="relu")(padded)
        parts.append(layers.MaxPooling1D(WINDOW - height + 1, strides=1)(places))
    hidden = layers.Dropout(config.dropout)(layers.Concatenate()(parts))
    hidden = layers.Dense(config.width, activation="relu")(hidden)
    for _block in range(config.layers):
        hidden = feed_forward(hidden, config)
    return layers.LayerNormalization(epsilon=1e-6)(hidden)


def _vertical(padded: Any, units: int) -> Any:
    """Return sums of the events of each window, [batch, length, units · filters]."""
    columns = layers.Reshape((-1, units, 1))(padded)
    sums = layers.Conv2D(VERTICAL, (WINDOW, 1))(columns)
    return layers.Reshape((-1, units * VERTICAL))(sums)
