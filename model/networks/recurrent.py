"""Recurrent networks: simple RNN, LSTM and GRU layers, and a convolution before LSTM layers."""

from typing import Any

from keras import layers

from model.config.run_config import RunConfig
from model.networks.layers import Masks

KERNEL_SIZE = 3
"""Events in the window of the convolution."""


def _stack(events: Any, config: RunConfig, recurrent: Any) -> Any:
    hidden = layers.Dropout(config.embedding_dropout)(events)
    for _block in range(config.layers):
        hidden = recurrent(config.width, return_sequences=True)(hidden)
        hidden = layers.Dropout(config.dropout)(hidden)
    return hidden


def rnn(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of simple recurrent layers (Elman 1990)."""
    return _stack(events, config, layers.SimpleRNN)


def lstm(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of LSTM layers (Hochreiter and Schmidhuber 1997)."""
    return _stack(events, config, layers.LSTM)


def gru(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of GRU layers (Cho et al. 2014; for sessions, Hidasi et al. 2016)."""
    return _stack(events, config, layers.GRU)


def convolution_lstm(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of LSTM layers over a causal convolution."""
    convolved = layers.Conv1D(config.width, KERNEL_SIZE, padding="causal", activation="relu")(
        events
    )
    return _stack(convolved, config, layers.LSTM)
