"""From the features of an event to the numbers that a body reads."""

from typing import Any

from keras import Input, layers

from model.config import RunConfig
from model.networks.layers import ProductVectors, Standardise
from model.networks.sizes import Sizes


def embed(
    inputs: dict[str, Any], config: RunConfig, sizes: Sizes, tied: ProductVectors | None
) -> Any:
    """Return each event as numbers, [batch, width, numbers]: the features side by side.

    Products, brands and categories are embedded; the price goes through a dense layer, which
    works on each event by itself (the paper writes TimeDistributed(Dense), the same function).
    """
    codes = {"product": sizes.products, "brand": sizes.brands, "category": sizes.categories}
    parts = []
    for name in config.features:
        if name == "product" and tied is not None:
            parts.append(tied(inputs[name]))
        elif name in codes:
            embedding = layers.Embedding(codes[name], config.embedding_width, name=f"of_{name}")
            parts.append(embedding(inputs[name]))
        else:
            parts.append(_price(inputs[name], config, sizes))
    return layers.Concatenate()(parts) if len(parts) > 1 else parts[0]


def _price(price: Any, config: RunConfig, sizes: Sizes) -> Any:
    scaled = Standardise(sizes.price_mean, sizes.price_deviation)(price)
    return layers.Dense(config.embedding_width, activation="relu", name="of_price")(scaled)


def input_of(name: str) -> Any:
    """Return the input of a feature, [batch, width]; ``length`` is [batch]."""
    if name == "length":
        return Input((), dtype="int32", name=name)
    return Input((None,), dtype="float32" if name == "price" else "int32", name=name)
