"""RUM: a memory of the buyer that every event writes to and the latest one reads."""

from typing import Any

import keras
from keras import layers, ops

from model.config.run_config import RunConfig
from model.networks.attention import feed_forward
from model.networks.layers import Masks, stored_as

SLOTS = 8
"""Slots of a memory, one for each latent feature of the products (K in the paper)."""


@stored_as("UserMemory")
class UserMemory(keras.layers.Layer):  # type: ignore[misc]
    """A memory with a slot for each latent feature, after each event (RUM, Chen et al. 2018).

    An event q writes to the slots m_k of the features f_k that it has (section 3.3)::

        z = softmax_k(qᵀ f_k);    e = σ(E q + b_e);    a = tanh(A q + b_a)
        m_k ← m_k ⊙ (1 - z_k e) + z_k a

    The recurrence is linear in m, and is computed for all events by recursive doubling.

    Parameters
    ----------
    longest : int
        Most events of a history.
    """

    def __init__(self, longest: int, **rest: Any):
        super().__init__(**rest)
        self.longest = longest

    def build(self, shape: Any) -> None:
        """Create the latent features, and the layers that address, erase and add."""
        units = shape[-1]
        self.features, self.wanted = layers.Dense(SLOTS), layers.Dense(SLOTS)
        self.erase = layers.Dense(units, activation="sigmoid")
        self.add = layers.Dense(units, activation="tanh")
        for layer in (self.features, self.wanted, self.erase, self.add):
            layer.build(shape)

    def call(self, events: Any) -> Any:
        """Return the memory that the latest event reads, [batch, length, units].

        The paper reads by the features of the product that is scored; here one reading serves the
        whole catalogue, and its weights follow from the latest event.
        """
        length = ops.shape(events)[1]
        share = ops.softmax(self.features(events))[..., None]
        decay = 1 - share * self.erase(events)[:, :, None]
        memory = share * self.add(events)[:, :, None]
        span = 1
        while span < self.longest:
            before, decay_before = (
                ops.pad(part, ((0, 0), (span, 0), (0, 0), (0, 0)))[:, :length]
                for part in (memory, decay)
            )
            memory, decay = memory + decay * before, decay * decay_before
            span *= 2
        return ops.sum(ops.softmax(self.wanted(events))[..., None] * memory, axis=2)

    def compute_output_shape(self, shape: Any) -> Any:
        """Return the shape of the events."""
        return shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {**super().get_config(), "longest": self.longest}


def rum(events: Any, _masks: Masks, config: RunConfig) -> Any:
    """Return the latest event and what it reads from the buyer's memory (RUM, at feature level).

    As in the paper's p = p* + α pᵐ (equation 2) the memory adds to a vector without one. There it
    is an embedding of the user, which a buyer whom training never saw would lack; here it is the
    latest event. Residual feed-forward blocks follow.
    """
    hidden = layers.Dense(config.width)(events)
    hidden = layers.Dropout(config.embedding_dropout)(hidden)
    memory = UserMemory(config.sequence_length)(hidden)
    hidden = layers.Add()([hidden, layers.Dropout(config.dropout)(memory)])
    for _block in range(config.layers):
        hidden = feed_forward(hidden, config)
    return layers.LayerNormalization(epsilon=1e-6)(hidden)
