"""Layers that every network is put together from. All of them respect padding on the right."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from data.preparation.sequences import FIRST

register = keras.saving.register_keras_serializable("vitrina")

Masks = Mapping[str, Any]
"""What a body may know of a batch beside its events: where one is ``present``, [batch, width], and
which ``start`` a session, where the network asks for it."""


def gather_rows(table: Any, index: Any) -> Any:
    """Return some rows of a weight and read no other; so does the gradient name these alone."""
    return tf.gather(table.value, index)


@register
class Presence(keras.layers.Layer):  # type: ignore[misc]
    """Which places of a batch hold an event: from codes and lengths, a bool mask."""

    def call(self, codes: Any, length: Any) -> Any:
        """Return True where an event is; shapes [batch, width] and [batch] to [batch, width]."""
        return ops.arange(ops.shape(codes)[1])[None, :] < length[:, None]

    def compute_output_spec(self, codes: Any, length: Any) -> Any:
        """Return the mask's shape and type."""
        return keras.KerasTensor(codes.shape, dtype="bool")


@register
class Standardise(keras.layers.Layer):  # type: ignore[misc]
    """Bring a number to mean 0 and standard deviation 1; a missing one (below 0) becomes 0.

    Parameters
    ----------
    mean, deviation : float
        Of the numbers that training sees.
    logarithm : bool
        Whether they are of ``log(1 + number)``.
    flag : bool
        Whether a second number says what is missing.
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
        """Return [batch, width, 1] from [batch, width], or with a flag [batch, width, 2]."""
        present = numbers >= 0
        values = ops.log(1 + ops.maximum(numbers, 0)) if self.logarithm else numbers
        scaled = (values - self.mean) / self.deviation
        known = ops.where(present, scaled, ops.zeros_like(scaled))
        if not self.flag:
            return known[:, :, None]
        return ops.stack([known, ops.cast(ops.logical_not(present), known.dtype)], axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return what the layer was made with."""
        own = {"mean": self.mean, "deviation": self.deviation}
        return {**super().get_config(), **own, "logarithm": self.logarithm, "flag": self.flag}


@register
class Last(keras.layers.Layer):  # type: ignore[misc]
    """The hidden state at each history's last event."""

    def call(self, hidden: Any, length: Any) -> Any:
        """Return [batch, units] from [batch, width, units] and [batch]."""
        index = ops.maximum(ops.cast(length, "int32") - 1, 0)[:, None, None]
        return ops.take_along_axis(hidden, index, axis=1)[:, 0]


@register
class Normalise(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Batch normalisation that counts events and never padding.

    The mask is an ordinary input here: handed on as Keras does, it would make every recurrent
    layer after it take the slow path for masked sequences.
    """

    def call(self, hidden: Any, present: Any, training: bool | None = None) -> Any:
        """Return [batch, width, units], normalised over the events where ``present`` is True."""
        return super().call(hidden, training=training, mask=present)

    def build(self, hidden_shape: Any, present_shape: Any = None) -> None:
        """Make the weights that the hidden state's units need."""
        super().build(hidden_shape)

    def compute_output_shape(self, hidden_shape: Any, present_shape: Any = None) -> Any:
        """Return the shape of the hidden state."""
        return hidden_shape


@register
class ProductScores(keras.layers.Layer):  # type: ignore[misc]
    """A score for every product: the product of the hidden state with a vector a product.

    The vectors lie in rows, so that a sampled softmax reads only those that it needs. Where traits
    are told (brand, category, a tenth of prices), a product's vector is the sum of its own and
    those of its traits, so that a rare product is placed by what it is.

    Parameters
    ----------
    products : int
        Products that are ranked.
    traits : tuple of int, optional
        How many traits there are in all, and how many a product has.
    """

    def __init__(self, products: int, traits: tuple[int, int] | None = None, **rest: Any):
        super().__init__(**rest)
        self.products = products
        self.traits = tuple(traits) if traits else None

    def build(self, hidden_shape: Any) -> None:
        """Make one vector and one bias a product."""
        size = (self.products, hidden_shape[-1])
        self.vectors = self.add_weight(shape=size, initializer="glorot_uniform", name="vectors")
        self.bias = self.add_weight(shape=(self.products,), initializer="zeros", name="bias")
        self._make_traits(*size)

    def _make_traits(self, codes: int, width: int) -> None:
        """Make one vector a trait, zeros first, and room for each code's traits."""
        if self.traits is None:
            return
        number, held = self.traits
        self.of_trait = self.add_weight(shape=(number, width), initializer="zeros", name="traits")
        self.which = self.add_weight(
            shape=(codes, held), initializer="zeros", dtype="int32", trainable=False, name="which"
        )

    def tell(self, traits: Any) -> None:
        """Say which traits each product has, int [products, traits of a product]."""
        self.which.assign(np.pad(traits, ((self.which.shape[0] - len(traits), 0), (0, 0))))

    def whole(self, own: Any, which: Any) -> Any:
        """Return vectors with those of their traits added; ``which`` as ``self.which`` has rows."""
        for place in range(self.traits[1] if self.traits else 0):
            own = own + gather_rows(self.of_trait, which[..., place])
        return own

    def vectors_of(self, codes: Any) -> Any:
        """Return the vectors of some rows of the table."""
        own = gather_rows(self.vectors, codes)
        return self.whole(own, gather_rows(self.which, codes)) if self.traits else own

    def start_from(self, popularity: Any) -> None:
        """Let the biases say how popular each product is, before anything is learned."""
        self.bias.assign(np.log((popularity + 1) / (popularity + 1).sum()))

    def rows(self, index: Any) -> tuple[Any, Any]:
        """Return the vectors and biases of some products."""
        return self.vectors_of(index), gather_rows(self.bias, index)

    def table(self) -> Any:
        """Return every product's vector, [products, units]."""
        own = ops.convert_to_tensor(self.vectors)
        return self.whole(own, ops.convert_to_tensor(self.which)) if self.traits else own

    def call(self, hidden: Any) -> Any:
        """Return [batch, products] from [batch, units]."""
        return ops.matmul(hidden, ops.transpose(self.table())) + self.bias

    def get_config(self) -> dict[str, Any]:
        """Return what the layer was made with."""
        return {**super().get_config(), "products": self.products, "traits": self.traits}


@register
class ProductVectors(ProductScores):
    """One vector a product, for reading a history and for scoring what comes next (tied).

    Parameters
    ----------
    products : int
        Products that are ranked; padding and unknown have vectors too.
    width : int
        Numbers of a vector.
    traits : tuple of int, optional
        As ``ProductScores`` takes them.
    """

    def __init__(self, products: int, width: int, **rest: Any):
        super().__init__(products, **rest)
        self.width = width

    def build(self, codes_shape: Any) -> None:
        """Make one vector a code and one bias a product."""
        self.vectors = self.add_weight(
            shape=(self.products + FIRST, self.width),
            initializer=keras.initializers.RandomNormal(stddev=self.width**-0.5),
            name="vectors",
        )
        self.bias = self.add_weight(shape=(self.products,), initializer="zeros", name="bias")
        self._make_traits(self.products + FIRST, self.width)

    def rows(self, index: Any) -> tuple[Any, Any]:
        """Return the vectors and biases of some products."""
        return self.vectors_of(index + FIRST), gather_rows(self.bias, index)

    def table(self) -> Any:
        """Return every ranked product's vector, [products, width]."""
        own = self.vectors[FIRST:]
        return self.whole(own, self.which[FIRST:]) if self.traits else own

    def call(self, inputs: Any, scores: bool = False) -> Any:
        """Return vectors of codes; or with ``scores`` a score a product for hidden states."""
        if not scores:
            return self.vectors_of(inputs)
        return ops.matmul(inputs, ops.transpose(self.table())) + self.bias

    def get_config(self) -> dict[str, Any]:
        """Return what the layer was made with."""
        return {**super().get_config(), "width": self.width}
