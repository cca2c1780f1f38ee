"""The paper's network: stacked blocks of LSTM, batch normalisation and dropout.

Silva, Cápiro and González (Universidad de La Habana) stack three blocks of 128 units. Batch
normalisation masks padding; the LSTM needs no mask, since padding is on the right, after the last
event. The momentum of the moving statistics is lower than Keras's default of 0.99: a small log has
few steps per epoch, and validation would use statistics that lag behind the weights.
"""

from typing import Any

from keras import layers

from model.config.run_config import RunConfig
from model.networks.layers import MaskedBatchNormalization, Masks

MOMENTUM = 0.9


def body(events: Any, masks: Masks, config: RunConfig) -> Any:
    """Return a hidden state for each event, [batch, length, units]."""
    hidden = events
    for _block in range(config.layers):
        hidden = layers.LSTM(config.width, return_sequences=True)(hidden)
        hidden = MaskedBatchNormalization(momentum=MOMENTUM)(hidden, masks["present"])
        hidden = layers.Dropout(config.dropout)(hidden)
    return hidden
