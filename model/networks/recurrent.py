"""Recurrent bodies: plain, LSTM and GRU layers, and a convolution before LSTM layers."""

from typing import Any

from keras import layers

from model.config.run_config import RunConfig
from model.networks.layers import Masks

SPAN = 3
"""Events that one step of the convolution sees."""


def _stack(events: Any, config: RunConfig, recurrent: Any) -> Any:
    hidden = layers.Dropout(config.embedding_dropout)(events)
    for _block in range(config.layers):
        hidden = recurrent(config.width, return_sequences=True)(hidden)
        hidden = layers.Dropout(config.dropout)(hidden)
    return hidden


def rnn(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of plain recurrent layers (Elman 1990)."""
    return _stack(events, config, layers.SimpleRNN)


def lstm(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of LSTM layers (Hochreiter and Schmidhuber 1997)."""
    return _stack(events, config, layers.LSTM)


def gru(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of GRU layers (Cho et al. 2014; for sessions, Hidasi et al. 2016)."""
    return _stack(events, config, layers.GRU)


def convolution_lstm(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return hidden states of LSTM layers that read what a causal convolution found."""
    found = layers.Conv1D(config.width, SPAN, padding="causal", activation="relu")(events)
    return _stack(found, config, layers.LSTM)
