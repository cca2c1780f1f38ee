"""The paper's body: LSTM, batch normalisation and dropout, one block upon another.

Silva, Cápiro and González (Universidad de La Habana) stack three blocks of 128 units. Batch
normalisation is told which places are padding; an LSTM that reads from the left meets padding
on the right only after the last event. Its moving statistics follow faster than Keras has them by
default (0.99 a step): a small log has few steps an epoch, and validation would judge a network
whose statistics are those of none of its epochs.
"""

from typing import Any

from keras import layers

from model.config.run_config import RunConfig
from model.networks.layers import Masks, Normalise

MOMENTUM = 0.9


def body(events: Any, masks: Masks, config: RunConfig) -> Any:
    """Return a hidden state for each event, [batch, width, units]."""
    hidden = events
    for _block in range(config.layers):
        hidden = layers.LSTM(config.width, return_sequences=True)(hidden)
        hidden = Normalise(momentum=MOMENTUM)(hidden, masks["present"])
        hidden = layers.Dropout(config.dropout)(hidden)
    return hidden
