"""The paper's body: LSTM, batch normalisation and dropout, one block upon another.

Silva, Cápiro and González (Universidad de La Habana) stack three blocks of 128 units. Batch
normalisation is told which places are padding; an LSTM that reads from the left meets padding
on the right only after the last event.
"""

from typing import Any

from keras import layers

from model.config import RunConfig
from model.networks.layers import Marks, Normalise


def body(events: Any, marks: Marks, config: RunConfig) -> Any:
    """Return a hidden state for each event, [batch, width, units]."""
    hidden = events
    for _block in range(config.layers):
        hidden = layers.LSTM(config.width, return_sequences=True)(hidden)
        hidden = Normalise()(hidden, marks["present"])
        hidden = layers.Dropout(config.dropout)(hidden)
    return hidden
