"""From the features of an event to the numbers that a body reads."""

from typing import Any

from keras import Input, layers

from model.config.run_config import RunConfig
from model.networks.data_sizes import DataSizes
from model.networks.layers import ProductVectors, Standardise
from model.sequences.features import NUMBERS

PAPER = ("product", "brand", "category", "price")
"""Features that take the whole size of an embedding."""
NARROW = 16
"""Numbers that stand for any other feature, at most."""


def embed(
    inputs: dict[str, Any], config: RunConfig, sizes: DataSizes, tied: ProductVectors | None
) -> Any:
    """Return each event as numbers, [batch, width, numbers]: the features side by side.

    Codes are embedded; a number goes through a dense layer, which works on each event by itself
    (the paper writes TimeDistributed(Dense), the same function). Normalised features are of like
    size each, whatever their embeddings grow to (Moreira et al. 2021, section 3.2).
    """
    parts = []
    for name in config.features:
        if name == "product" and tied is not None:
            part = tied(inputs[name])
        elif name in NUMBERS:
            part = _number(name, inputs[name], config, sizes)
        else:
            embedding = layers.Embedding(sizes.codes[name], _width(name, config), name=f"of_{name}")
            part = embedding(inputs[name])
        if config.normalise_features:
            part = layers.LayerNormalization(epsilon=1e-6, name=f"normal_{name}")(part)
        parts.append(part)
    return layers.Concatenate()(parts) if len(parts) > 1 else parts[0]


def _number(name: str, values: Any, config: RunConfig, sizes: DataSizes) -> Any:
    """Return a number as several; the paper's price is standardised as it is."""
    plain = name == "price" and not config.normalise_features
    scale = (sizes.plain if plain else sizes.logarithmic)[name]
    scaled = Standardise(*scale, logarithm=not plain, flag=not plain)(values)
    return layers.Dense(_width(name, config), activation="relu", name=f"of_{name}")(scaled)


def _width(name: str, config: RunConfig) -> int:
    return config.embedding_width if name in PAPER else min(config.embedding_width, NARROW)


def input_of(name: str) -> Any:
    """Return the input of a feature, [batch, width]; ``length`` is [batch]."""
    if name == "length":
        return Input((), dtype="int32", name=name)
    return Input((None,), dtype="float32" if name in NUMBERS else "int32", name=name)
