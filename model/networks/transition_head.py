"""The transition head: a mixture of the softmax with what followed the latest products in training.

A rule is a pair of products, the second of which was a target after the first in training. The head
has the strongest rules of each product in a table. The logit of each rule of the latest products of
a history is a linear function of the rule's statistics, by the age of its first product, and of the
hidden state; one further logit stands for what the network predicts without the head. The softmax
over them all gives the weight of the latter and the probability of each rule: a mixture of Markov
chains (Raftery 1985) with back-off, whose weights are learned and depend on the history.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from data.preparation.sequences import FIRST
from model.networks.layers import stored_as
from model.sequences.rules import Rules

LATEST = 5
"""Products of a history whose rules are read, at most."""
CONSEQUENTS = 64
"""Rules of a product, at most."""
STATISTICS = 4
"""Statistics of a rule: its share of the events after its first product, how often it was the next
event, how often any was after its first product, and the popularity of its second one; logarithms.
"""
DAMPING = 10.0
"""Events that a product counts more than it has: rules of rare products weigh less."""
LOG_ZERO = -1e9
SMALLEST = 1e-3
"""Below any weight of a rule, of which the smallest is 1 / ``LATEST``."""


@stored_as("LastPosition")
class LastPosition(keras.layers.Layer):  # type: ignore[misc]
    """The position of the last event of each history of a batch: row × length + event."""

    def call(self, product: Any, length: Any) -> Any:
        """Return [batch] from codes [batch, length] and lengths [batch]."""
        rows = ops.arange(ops.shape(product)[0], dtype="int32")
        last = ops.maximum(ops.cast(length, "int32") - 1, 0)
        return rows * ops.shape(product)[1] + last

    def compute_output_spec(self, product: Any, length: Any) -> Any:
        """Return the shape and type of the result."""
        return keras.KerasTensor(length.shape, dtype="int32")


@stored_as("LatestProducts")
class LatestProducts(keras.layers.Layer):  # type: ignore[misc]
    """The latest products at some positions of a batch, in events of the types that are predicted.

    Parameters
    ----------
    types : tuple of int
        Codes of these types; none where all are.
    """

    def __init__(self, types: tuple[int, ...] = (), **rest: Any):
        super().__init__(**rest)
        self.types = tuple(types)

    def call(self, product: Any, type: Any, position: Any) -> Any:
        """Return codes [states, LATEST], the latest first; 0 where there are no more.

        Parameters
        ----------
        product : int tensor [batch, length]
            Codes; 0 is padding.
        type : int tensor [batch, length] or None
            Codes of the event types, which are read where there are ``types``.
        position : int tensor [states]
            Last event of each history: row × length + event.
        """
        length = ops.shape(product)[1]
        row, last = position // length, position % length
        event = ops.arange(length, dtype="int32")[None, :]
        usable = product > 0
        if self.types:
            usable = ops.logical_and(usable, ops.any([type == code for code in self.types], axis=0))
        usable = ops.logical_and(ops.take(usable, row, axis=0), event <= last[:, None])
        place = ops.where(usable, event + 1, ops.zeros_like(event))
        place = ops.pad(ops.cast(place, "float32"), ((0, 0), (0, LATEST)))
        latest = ops.cast(ops.top_k(place, LATEST)[0], "int32")
        flat = ops.reshape(product, (-1,))
        codes = ops.take(flat, row[:, None] * length + ops.maximum(latest - 1, 0), axis=0)
        return ops.where(latest > 0, codes, ops.zeros_like(codes))

    def compute_output_spec(self, product: Any, type: Any, position: Any) -> Any:
        """Return the shape and type of the result."""
        return keras.KerasTensor((None, LATEST), dtype="int32")

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {**super().get_config(), "types": self.types}


@stored_as("TransitionHead")
class TransitionHead(keras.layers.Layer):  # type: ignore[misc]
    """Log-probabilities of what else the network predicts, and of each rule; in float32.

    Untrained, a rule has the probability of a sequential rule by that of the network without the
    head. A rule counts where it is stronger than those that the table leaves out, also without what
    the history itself adds to it: otherwise a weak rule in the table would give its target away.

    Parameters
    ----------
    products : int
        Number of product codes, padding and unknown included.
    consequents : int
        Rules of a product.
    """

    def __init__(self, products: int, consequents: int = CONSEQUENTS, **rest: Any):
        super().__init__(**{"dtype": "float32", **rest})
        self.products, self.consequents = products, consequents

    def build(self, states_shape: Any, latest_shape: Any) -> None:
        """Create the weights and the empty tables of the rules."""
        size = (self.products, self.consequents)
        self.others = layers.Dense(1, kernel_initializer="zeros", dtype="float32")
        self.of_age = layers.Dense(LATEST, kernel_initializer="zeros", dtype="float32")
        self.others.build(states_shape)
        self.of_age.build(states_shape)
        self.of_age.bias.assign(-np.log1p(np.arange(LATEST)))
        self.linear = self.add_weight(
            shape=(LATEST, STATISTICS), initializer="zeros", name="linear"
        )
        self.linear.assign(np.tile(np.arange(STATISTICS) == 0, (LATEST, 1)))
        self.consequent, self.weight, self.count = (
            self.add_weight(shape=size, initializer="zeros", trainable=False, name=name, dtype=kind)
            for name, kind in (("consequent", "int32"), ("weight", "float32"), ("count", "float32"))
        )
        self.total, self.least, self.popularity = (
            self.add_weight(shape=(self.products,), initializer="zeros", trainable=False, name=name)
            for name in ("total", "least", "popularity")
        )

    def start_from(self, rules: Rules) -> None:
        """Set the tables to the rules of the ranked products."""
        pad = ((FIRST, 0), (0, 0))
        self.consequent.assign(np.pad(rules.consequent, pad))
        self.weight.assign(np.pad(rules.weight, pad))
        self.count.assign(np.pad(rules.adjacent, pad))
        self.total.assign(np.pad(rules.total, pad[:1]))
        self.least.assign(np.pad(rules.least, pad[:1]))
        self.popularity.assign(np.pad(rules.popularity, pad[:1]))

    def call(self, states: Any, latest: Any, following: Any = None) -> Any:
        """Return log-probabilities [states, 1 + rules], and the second product of each rule.

        Parameters
        ----------
        states : tensor [states, units]
        latest : int tensor [states, LATEST]
            Codes; 0 where there are no more.
        following : int tensor [states, LATEST], optional
            Codes of what followed these histories in training, the next first, which is then no
            part of the statistics: otherwise each target would be its own evidence, and what was
            bought after it evidence against it.
        """
        product = ops.take(self.consequent, latest, axis=0)
        weight, count = (ops.take(table, latest, axis=0) for table in (self.weight, self.count))
        total = ops.take(self.total, latest, axis=0)
        if following is not None:
            own_weight, own_count, own_total = _own_rules(latest, following, product)
            weight = ops.maximum(weight - own_weight, 0.0)
            count = ops.maximum(count - own_count, 0.0)
            total = ops.maximum(total - own_total, 0.0)
        total = ops.log(total + DAMPING)[:, :, None]
        popularity = ops.take(self.popularity, product, axis=0)
        features = (
            ops.log(ops.maximum(weight, SMALLEST)) - total,
            ops.log(count + 0.3),
            total + ops.zeros_like(weight),
            popularity,
        )
        logits = self.of_age(states)[:, :, None]
        for number, feature in enumerate(features):
            logits = logits + feature * self.linear[:, number, None]
        least = ops.take(self.least, latest, axis=0)[:, :, None]
        logits = ops.where(weight > least + SMALLEST, logits, ops.full_like(logits, LOG_ZERO))
        flat = (-1, LATEST * self.consequents)
        logits = ops.concatenate([self.others(states), ops.reshape(logits, flat)], axis=1)
        return ops.log_softmax(logits), ops.reshape(product, flat)

    def compute_output_spec(self, states: Any, latest: Any, following: Any = None) -> Any:
        """Return the shapes and types of the results."""
        width = LATEST * self.consequents
        return (
            keras.KerasTensor((states.shape[0], 1 + width)),
            keras.KerasTensor((states.shape[0], width), dtype="int32"),
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        own = {"products": self.products, "consequents": self.consequents}
        return {**super().get_config(), **own}


def _own_rules(latest: Any, following: Any, product: Any) -> tuple[Any, Any, Any]:
    """Return what the latest and the following products of a history add to rules.

    Returns
    -------
    weight, count : tensor [states, LATEST, rules]
    total : tensor [states, LATEST]
        Sum of the weights of all rules of a product.
    """
    distance = np.arange(LATEST)[:, None] + np.arange(1, LATEST + 1)
    weights = np.where(distance <= LATEST, 1 / distance, 0).astype(np.float32)
    same = ops.cast(latest[:, :, None] == latest[:, None, :], "float32")
    of_weight = ops.matmul(same, weights)
    of_count = same[:, :, 0]  # only the last product and the next one are neighbours
    of_weight = of_weight * ops.cast(following > 0, "float32")[:, None, :]
    weight, count = 0.0, 0.0
    for place in range(LATEST):
        is_it = ops.cast(product == following[:, place, None, None], "float32")
        weight = weight + is_it * of_weight[:, :, place, None]
        count = is_it * of_count[:, :, None] if place == 0 else count
    return weight, count, ops.sum(of_weight, axis=2)


@stored_as("TransitionMixture")
class TransitionMixture(keras.layers.Layer):  # type: ignore[misc]
    """Log-probability of every product by the network without the head and by the head."""

    def __init__(self, **rest: Any):
        super().__init__(**{"dtype": "float32", **rest})

    def call(self, logits: Any, rules: Any, product: Any) -> Any:
        """Return [states, products].

        Parameters
        ----------
        logits : tensor [states, products]
        rules, product
            What ``TransitionHead`` returns; the rules of one first product have different ones.
        """
        total = ops.exp(rules[:, :1]) * ops.softmax(logits, axis=-1)
        empty = ops.zeros((ops.shape(product)[0], ops.shape(logits)[1] + FIRST))
        width = product.shape[1] // LATEST
        for age in range(LATEST):
            part = slice(age * width, (age + 1) * width)
            codes, values = product[:, part], ops.exp(rules[:, 1:][:, part])
            rows = ops.zeros_like(codes) + ops.arange(ops.shape(codes)[0], dtype="int32")[:, None]
            indices = ops.stack([ops.reshape(rows, (-1,)), ops.reshape(codes, (-1,))], axis=1)
            scattered = ops.scatter_update(empty, indices, ops.reshape(values, (-1,)))
            total = total + scattered[:, FIRST:]
        return ops.log(total + 1e-30)

    def compute_output_spec(self, logits: Any, rules: Any, product: Any) -> Any:
        """Return the shape of the scores."""
        return keras.KerasTensor(logits.shape)
