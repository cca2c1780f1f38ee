"""MoHR: a mixture of translations along the relations of the next product to earlier ones."""

from typing import Any

import keras
from keras import layers, ops

from model.config.run_config import RunConfig
from model.networks.attention import feed_forward
from model.networks.layers import Masks, stored_as

RELATIONS = 4
"""Next, bought in one session, bought by one buyer, viewed by who bought (or the reverse)."""


@stored_as("RelationMixture")
class RelationMixture(keras.layers.Layer):  # type: ignore[misc]
    """The place of the next product after each event (MoHR, Kang et al. 2018, section 4).

    A relation r translates the products x that it begins at by a vector of its own, and the buyer
    and the latest product decide which relation is meant::

        h = Σ_r P(r) (x_r + ψ_r);    P = softmax(W (x_buyer + x_latest) + b)

    The nearest product to h by squared distance has the greatest inner product and bias, as those
    of the output layer are. The next product is related to the latest one (next), to those of
    the session (bought together), to all (bought by one buyer), and to the latest event of another
    type than the latest one (viewed and bought); more than one product has its mean.

    The paper has relations of products in a file and learns them by a loss of their own; here they
    are those of the log.
    """

    def build(self, events_shape: Any, start_shape: Any, type_shape: Any) -> None:
        """Create the translations and the layer that chooses among them."""
        self.choice = layers.Dense(RELATIONS)
        self.choice.build(events_shape)
        self.translations = self.add_weight(
            shape=(RELATIONS, events_shape[-1]), initializer="glorot_uniform", name="translations"
        )

    def call(self, events: Any, start: Any, type: Any) -> Any:
        """Return [batch, length, units].

        Parameters
        ----------
        events : tensor [batch, length, units]
        start, type : int tensor [batch, length]
            1 where an event starts a session; event type codes.
        """
        positions = ops.arange(ops.shape(start)[1])
        is_past = positions[:, None] >= positions[None, :]
        session = ops.cumsum(start, axis=1)
        together = ops.logical_and(is_past, session[:, :, None] == session[:, None, :])
        other = ops.logical_and(is_past, type[:, :, None] != type[:, None, :])
        place = ops.where(other, positions, ops.full_like(positions, -1))
        latest_other = ops.logical_and(other, place == ops.max(place, axis=-1, keepdims=True))
        whole = ops.logical_and(is_past, ops.ones_like(together))
        session_mean, buyer, other_type = (
            _mean(chosen, events) for chosen in (together, whole, latest_other)
        )
        logits = self.choice(buyer + events)
        has_none = ops.cast(ops.logical_not(ops.any(other, axis=-1)), logits.dtype)
        shares = ops.softmax(
            logits - 1e9 * ops.pad(has_none[..., None], ((0, 0), (0, 0), (RELATIONS - 1, 0)))
        )
        begins = ops.stack([events, session_mean, buyer, other_type], axis=2)
        return ops.sum(shares[..., None] * (begins + self.translations), axis=2)

    def compute_output_shape(self, events_shape: Any, start_shape: Any, type_shape: Any) -> Any:
        """Return the shape of the events."""
        return events_shape


def _mean(chosen: Any, events: Any) -> Any:
    """Return means [batch, length, units] of the events that bool [batch, length, length] chooses.

    Zeros where it chooses none.
    """
    weights = ops.cast(chosen, events.dtype)
    counts = ops.maximum(ops.sum(weights, axis=-1, keepdims=True), 1)
    return ops.matmul(weights / counts, events)


def mohr(events: Any, masks: Masks, config: RunConfig) -> Any:
    """Return the place of the next product after every event; residual feed-forward blocks follow.

    The distances of the paper are those of the output layer, whose inner products and biases order
    products as squared distances do.
    """
    hidden = layers.Dense(config.width)(events)
    hidden = layers.Dropout(config.embedding_dropout)(hidden)
    hidden = RelationMixture()(hidden, masks["start"], masks["type"])
    for _block in range(config.layers):
        hidden = feed_forward(hidden, config)
    return layers.LayerNormalization(epsilon=1e-6)(hidden)
