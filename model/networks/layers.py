"""Layers that networks are built from; all of them ignore padding, which is on the right."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from data.preparation.sequences import FIRST

Masks = Mapping[str, Any]
"""What a network function receives beside the embedded events, each [batch, length]: the padding
mask ``present`` (True where an event is), and the columns of its registry entry, such as ``start``
(1 where an event starts a session)."""


COSINE_SCALE = 16.0
"""The scale of a cosine output before the first step."""


def stored_as(name: str) -> Callable[[Any], Any]:
    """Register a layer under the name that saved models use for it.

    Keras also builds the paths of the weights in a ``.keras`` file from the name of the class. The
    names are those of the first version, so that its files can still be loaded.
    """

    def register(layer: Any) -> Any:
        layer.__name__ = name
        return keras.saving.register_keras_serializable("vitrina", name)(layer)

    return register


def gather_rows(table: Any, index: Any) -> Any:
    """Return rows of a weight; the gradient of the weight is sparse (tf.IndexedSlices)."""
    return tf.gather(table.value, index)


@stored_as("Presence")
class PaddingMask(keras.layers.Layer):  # type: ignore[misc]
    """The padding mask of a batch: True where an event is."""

    def call(self, codes: Any, length: Any) -> Any:
        """Return a bool mask [batch, length] from codes [batch, length] and lengths [batch]."""
        return ops.arange(ops.shape(codes)[1])[None, :] < length[:, None]

    def compute_output_spec(self, codes: Any, length: Any) -> Any:
        """Return the mask's shape and type."""
        return keras.KerasTensor(codes.shape, dtype="bool")


@stored_as("Standardise")
class Standardise(keras.layers.Layer):  # type: ignore[misc]
    """Standardise a numeric feature; a missing value (below 0) becomes 0.

    Parameters
    ----------
    mean, deviation : float
        Mean and standard deviation over the training events.
    logarithm : bool
        Whether to standardise ``log(1 + value)``.
    flag : bool
        Whether to add an indicator of missing values.
    """

    def __init__(
        self,
        mean: float,
        deviation: float,
        logarithm: bool = False,
        flag: bool = False,
        **rest: Any,
    ):
        super().__init__(**rest)
        self.mean, self.deviation, self.logarithm, self.flag = mean, deviation, logarithm, flag

    def call(self, numbers: Any) -> Any:
        """Return [batch, length, 1] from [batch, length], or with a flag [batch, length, 2]."""
        present = numbers >= 0
        values = ops.log(1 + ops.maximum(numbers, 0)) if self.logarithm else numbers
        scaled = (values - self.mean) / self.deviation
        known = ops.where(present, scaled, ops.zeros_like(scaled))
        if not self.flag:
            return known[:, :, None]
        return ops.stack([known, ops.cast(ops.logical_not(present), known.dtype)], axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        own = {"mean": self.mean, "deviation": self.deviation}
        return {**super().get_config(), **own, "logarithm": self.logarithm, "flag": self.flag}


@stored_as("Last")
class LastState(keras.layers.Layer):  # type: ignore[misc]
    """The hidden state after the last event of each history."""

    def call(self, hidden: Any, length: Any) -> Any:
        """Return [batch, units] from [batch, length, units] and [batch]."""
        index = ops.maximum(ops.cast(length, "int32") - 1, 0)[:, None, None]
        return ops.take_along_axis(hidden, index, axis=1)[:, 0]


@stored_as("Normalise")
class MaskedBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Batch normalisation whose statistics leave out padding.

    In a training step that several devices share, they are those of the whole batch.

    The mask is an ordinary input: propagated as a Keras mask, it would make the recurrent layers
    that follow use the slow implementation for masked sequences.
    """

    def call(self, hidden: Any, present: Any, training: bool | None = None) -> Any:
        """Return [batch, length, units]; statistics are over events where ``present`` is True."""
        replicas = tf.distribute.get_replica_context()
        if not (training and self.trainable) or replicas.num_replicas_in_sync == 1:
            return super().call(hidden, training=training, mask=present)
        return self._over_replicas(ops.cast(hidden, "float32"), present[:, :, None], replicas)

    def _over_replicas(self, hidden: Any, present: Any, replicas: Any) -> Any:
        """Normalise by the statistics over all parts of a batch; the first device notes them.

        Keras synchronises those without a mask only.
        """

        def total(values: Any) -> Any:
            return ops.sum(ops.where(present, values, 0.0), axis=(0, 1))

        count, summed = replicas.all_reduce(
            "sum", [ops.sum(ops.cast(present, "float32")), total(hidden)]
        )
        count += keras.config.epsilon()
        mean = summed / count
        variance = replicas.all_reduce("sum", total(ops.square(hidden - mean))) / count
        if tf.get_static_value(replicas.replica_id_in_sync_group) == 0:
            for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
                moving.assign(moving * self.momentum + now * (1.0 - self.momentum))
        normalised = ops.batch_normalization(
            hidden, mean, variance, -1, self.beta, self.gamma, self.epsilon
        )
        return ops.cast(normalised, self.compute_dtype)

    def build(self, hidden_shape: Any, present_shape: Any = None) -> None:
        """Create the weights."""
        super().build(hidden_shape)

    def compute_output_shape(self, hidden_shape: Any, present_shape: Any = None) -> Any:
        """Return the shape of the hidden state."""
        return hidden_shape


@stored_as("ProductScores")
class ProductScores(keras.layers.Layer):  # type: ignore[misc]
    """The output layer: the inner product of the hidden state with each product's embedding.

    Embeddings are rows, so that a sampled softmax gathers only those that it needs. With traits
    (attributes: brand, category, price decile) the embedding of a product is the sum of its own
    and those of its traits, which helps rare products. A cosine output takes the directions of
    state and embedding alone and multiplies their cosine by a learned scale, the inverse of a
    temperature, so that popular products have no longer embeddings (NISER, Gupta et al. 2019).

    Parameters
    ----------
    products : int
        Number of ranked products.
    traits : tuple of int, optional
        Number of different traits, and number of traits of a product.
    cosine : bool
        Whether it is a cosine output.
    """

    def __init__(
        self,
        products: int,
        traits: tuple[int, int] | None = None,
        *,
        cosine: bool = False,
        **rest: Any,
    ):
        super().__init__(**rest)
        self.products = products
        self.traits = tuple(traits) if traits else None
        self.cosine = cosine

    def build(self, hidden_shape: Any) -> None:
        """Create an embedding and a bias for each product."""
        size = (self.products, hidden_shape[-1])
        self.vectors = self.add_weight(shape=size, initializer="glorot_uniform", name="vectors")
        self._build_rest(*size)

    def _build_rest(self, codes: int, units: int) -> None:
        """Create the biases, and what traits and a cosine output need."""
        self.bias = self.add_weight(shape=(self.products,), initializer="zeros", name="bias")
        self._build_traits(codes, units)
        if self.cosine:
            start = keras.initializers.Constant(math.log(COSINE_SCALE))
            self.log_scale = self.add_weight(shape=(), initializer=start, name="log_scale")

    def _build_traits(self, codes: int, units: int) -> None:
        """Create an embedding for each trait, and the table of each product code's traits."""
        if self.traits is None:
            return
        number, per_product = self.traits
        self.trait_embeddings = self.add_weight(
            shape=(number, units), initializer="zeros", name="traits"
        )
        self.product_traits = self.add_weight(
            shape=(codes, per_product),
            initializer="zeros",
            dtype="int32",
            trainable=False,
            name="which",
        )

    def set_traits(self, traits: Any) -> None:
        """Set the traits of each ranked product, int [products, traits of a product]."""
        padding = self.product_traits.shape[0] - len(traits)
        self.product_traits.assign(np.pad(traits, ((padding, 0), (0, 0))))

    def _add_traits(self, embeddings: Any, traits: Any) -> Any:
        """Return embeddings [..., units] plus those of their traits [..., traits of a product]."""
        for column in range(self.traits[1] if self.traits else 0):
            embeddings = embeddings + gather_rows(self.trait_embeddings, traits[..., column])
        return embeddings

    def embed(self, codes: Any) -> Any:
        """Return the embeddings of some rows of the table, [..., units]."""
        own = gather_rows(self.vectors, codes)
        return (
            self._add_traits(own, gather_rows(self.product_traits, codes)) if self.traits else own
        )

    def start_from(self, popularity: Any) -> None:
        """Initialise the biases with the log share of each product among the events."""
        self.bias.assign(np.log((popularity + 1) / (popularity + 1).sum()))

    def scaled(self, hidden: Any) -> Any:
        """Return hidden states [..., units] as they are multiplied by the embeddings."""
        if not self.cosine:
            return hidden
        return _directions(hidden) * ops.cast(ops.exp(self.log_scale), hidden.dtype)

    def rows(self, index: Any) -> tuple[Any, Any]:
        """Return the embeddings and biases of ranked products, for the output."""
        return self._for_output(self.embed(index)), gather_rows(self.bias, index)

    def table(self) -> Any:
        """Return the embedding of every ranked product for the output, [products, units]."""
        own = ops.convert_to_tensor(self.vectors)
        if self.traits is not None:
            own = self._add_traits(own, ops.convert_to_tensor(self.product_traits))
        return self._for_output(own)

    def _for_output(self, embeddings: Any) -> Any:
        return _directions(embeddings) if self.cosine else embeddings

    def _logits(self, hidden: Any) -> Any:
        return ops.matmul(self.scaled(hidden), ops.transpose(self.table())) + self.bias

    def call(self, hidden: Any) -> Any:
        """Return logits [batch, products] from hidden states [batch, units]."""
        return self._logits(hidden)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        own = {"products": self.products, "traits": self.traits, "cosine": self.cosine}
        return {**super().get_config(), **own}


def _directions(vectors: Any) -> Any:
    """Return vectors [..., units] of length 1; one of length 0 stays 0."""
    squares = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
    return vectors * ops.rsqrt(squares + 1e-12)


@stored_as("ProductVectors")
class TiedProductEmbedding(ProductScores):
    """Product embeddings that the input and the output layer share (tied embeddings).

    Parameters
    ----------
    products : int
        Number of ranked products; padding and unknown have embeddings, too.
    width : int
        Dimensions of an embedding.
    traits, cosine
        As ``ProductScores`` takes them.
    """

    def __init__(self, products: int, width: int, **rest: Any):
        super().__init__(products, **rest)
        self.width = width

    def build(self, codes_shape: Any) -> None:
        """Create an embedding for each code and a bias for each product."""
        self.vectors = self.add_weight(
            shape=(self.products + FIRST, self.width),
            initializer=keras.initializers.RandomNormal(stddev=self.width**-0.5),
            name="vectors",
        )
        self._build_rest(self.products + FIRST, self.width)

    def rows(self, index: Any) -> tuple[Any, Any]:
        """Return the embeddings and biases of ranked products, for the output."""
        return self._for_output(self.embed(index + FIRST)), gather_rows(self.bias, index)

    def table(self) -> Any:
        """Return the embedding of every ranked product for the output, [products, units]."""
        own = self.vectors[FIRST:]
        if self.traits is not None:
            own = self._add_traits(own, self.product_traits[FIRST:])
        return self._for_output(own)

    def call(self, inputs: Any, scores: bool = False) -> Any:
        """Return the embeddings of codes, or with ``scores`` the logits of hidden states."""
        if not scores:
            return self.embed(inputs)
        return self._logits(inputs)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {**super().get_config(), "width": self.width}


@stored_as("EnsembleScores")
class EnsembleScores(keras.layers.Layer):  # type: ignore[misc]
    """The logarithm of the mean probability that the members of an ensemble give each product.

    Lakshminarayanan et al. 2017, section 2.4.
    """

    def call(self, scores: Any) -> Any:
        """Return log-probabilities [batch, products] from each member's logits of this shape."""
        return mean_probability(scores)


def mean_probability(scores: Any) -> Any:
    """Return the logarithm of the mean of softmaxes, [batch, products], given each one's logits."""
    logarithms = ops.stack([ops.log_softmax(logits, axis=-1) for logits in scores])
    return ops.logsumexp(logarithms, axis=0) - np.log(len(scores)).astype(np.float32)
