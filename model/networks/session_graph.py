"""SR-GNN: a gated graph network over the products of the latest events."""

from typing import Any

import keras
from keras import layers, ops

from data.preparation.sequences import PADDING
from model.config.run_config import RunConfig
from model.networks.layers import Masks, stored_as

GRAPH_EVENTS = 10
"""Latest events that make a graph.

Each position of a history has a graph of its own, so that no later event changes it: time and
memory grow with this number times the length of the history. Few sessions are longer.
"""


@stored_as("SessionGraph")
class SessionGraph(keras.layers.Layer):  # type: ignore[misc]
    """A gated graph network and a readout after each event (SR-GNN, Wu et al. 2019).

    The nodes of a graph are the products of the latest ``GRAPH_EVENTS`` events. An edge leads from
    the product of each event to that of the next one, weighed by its share of the edges that leave
    the one product (A_out) or arrive at the other (A_in). A step changes the states H of the nodes
    (equations 1 to 5)::

        a = [A_out (H W_out + b_out), A_in (H W_in + b_in)];    H' = GRU(H, a)

    and the readout is a soft attention of the last event to all others (equations 6 and 7)::

        α_i = qᵀ σ(W_1 h_last + W_2 h_i + c);    s = W_3 [h_last, Σ_i α_i h_i]

    Every event has a row in H: rows of one product have the same edges, and differ where features
    of the events do.

    Parameters
    ----------
    steps : int
        Steps along the edges, with the same weights.
    """

    def __init__(self, steps: int, **rest: Any):
        super().__init__(**rest)
        self.steps = steps

    def build(self, events_shape: Any, product_shape: Any) -> None:
        """Create the weights of a step and of the readout."""
        units = events_shape[-1]
        self.leaving, self.arriving = layers.Dense(units), layers.Dense(units)
        self.gates, self.candidate = layers.Dense(2 * units), layers.Dense(units)
        self.of_last, self.of_each = layers.Dense(units), layers.Dense(units, use_bias=False)
        self.attention = layers.Dense(1, use_bias=False)
        self.outward = layers.Dense(units, use_bias=False)
        for layer in (self.leaving, self.arriving, self.of_last, self.of_each, self.attention):
            layer.build(events_shape)
        for layer, parts in ((self.gates, 3), (self.candidate, 3), (self.outward, 2)):
            layer.build((*events_shape[:-1], parts * units))

    def call(self, events: Any, product: Any) -> Any:
        """Return [batch, length, units].

        Parameters
        ----------
        events : tensor [batch, length, units]
        product : int tensor [batch, length]
            Codes, by which events are of one product.
        """
        codes = _latest(product[:, :, None])[..., 0]
        is_event = ops.cast(codes != PADDING, events.dtype)
        same = ops.cast(codes[..., :, None] == codes[..., None, :], events.dtype)
        leaving = _shares(same[..., :-1] * is_event[..., None, :-1])
        arriving = _shares(same[..., 1:] * is_event[..., None, :-1])
        states = _latest(events)
        for _step in range(self.steps):
            after = ops.matmul(leaving, self.leaving(states)[..., 1:, :])
            before = ops.matmul(arriving, self.arriving(states)[..., :-1, :])
            states = self._gated(states, ops.concatenate([after, before], axis=-1))
        return self._read(states, is_event)

    def _gated(self, states: Any, messages: Any) -> Any:
        """Return the states after a step of a GRU cell that reads messages [..., 2 · units]."""
        gates = ops.sigmoid(self.gates(ops.concatenate([messages, states], axis=-1)))
        update, reset = ops.split(gates, 2, axis=-1)
        inputs = ops.concatenate([messages, reset * states], axis=-1)
        return (1 - update) * states + update * ops.tanh(self.candidate(inputs))

    def _read(self, states: Any, is_event: Any) -> Any:
        last = states[..., -1, :]
        both = ops.sigmoid(self.of_last(last)[..., None, :] + self.of_each(states))
        weights = self.attention(both) * is_event[..., None]
        return self.outward(ops.concatenate([last, ops.sum(weights * states, axis=-2)], axis=-1))

    def compute_output_shape(self, events_shape: Any, product_shape: Any) -> Any:
        """Return the shape of the events."""
        return events_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {**super().get_config(), "steps": self.steps}


def _latest(values: Any) -> Any:
    """Return the latest values of each position, [batch, length, GRAPH_EVENTS, units]; 0 before."""
    length = ops.shape(values)[1]
    padded = ops.pad(values, ((0, 0), (GRAPH_EVENTS - 1, 0), (0, 0)))
    return ops.stack([padded[:, i : i + length] for i in range(GRAPH_EVENTS)], axis=2)


def _shares(counts: Any) -> Any:
    """Return non-negative rows divided by their sums, or zeros."""
    return counts / ops.maximum(ops.sum(counts, axis=-1, keepdims=True), 1)


def sr_gnn(events: Any, masks: Masks, config: RunConfig) -> Any:
    """Return the readouts of the session graphs after every event; a block is a step in a graph.

    What enters and leaves the graph is normalised (NISER, Gupta et al. 2019, section 4), without
    which the readout, a sum, saturates the softmax.
    """
    hidden = layers.LayerNormalization(epsilon=1e-6)(layers.Dense(config.width)(events))
    hidden = layers.Dropout(config.embedding_dropout)(hidden)
    hidden = SessionGraph(config.layers)(hidden, masks["product"])
    return layers.Dropout(config.dropout)(layers.LayerNormalization(epsilon=1e-6)(hidden))
