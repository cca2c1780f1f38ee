"""The input layer: features of events as embeddings."""

from typing import Any

from keras import Input, layers

from model.config.run_config import RunConfig
from model.networks.data_sizes import DataSizes
from model.networks.layers import Standardise, TiedProductEmbedding
from model.sequences.asking import ASKING_TIME
from model.sequences.asking_numpy import SIZES
from model.sequences.buyer_attributes import BUYER
from model.sequences.features import NUMBERS
from model.sequences.repeats_numpy import FEATURES

FULL_WIDTH = ("product", "brand", "category", "price")
"""Features whose embeddings have the configured width."""
MOST_WIDTH = 16
"""Width of the embeddings of all other features, at most."""


def embed(
    inputs: dict[str, Any], config: RunConfig, sizes: DataSizes, tied: TiedProductEmbedding | None
) -> Any:
    """Return the concatenated embeddings of the features of each event, [batch, length, units].

    Codes are embedded; numeric features go through a dense layer for each event (the paper writes
    TimeDistributed(Dense), the same function). With ``normalise_features`` each feature has layer
    normalisation of its own, so that none dominates (Moreira et al. 2021, section 3.2).
    """
    parts: list[Any] = []
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
    """Embed a numeric feature; without ``normalise_features``, prices have no logarithm."""
    plain = name == "price" and not config.normalise_features
    scale = (sizes.plain if plain else sizes.logarithmic)[name]
    scaled = Standardise(*scale, logarithm=not plain, flag=not plain)(values)
    return layers.Dense(_width(name, config), activation="relu", name=f"of_{name}")(scaled)


def _width(name: str, config: RunConfig) -> int:
    return config.embedding_width if name in FULL_WIDTH else min(config.embedding_width, MOST_WIDTH)


def candidate_inputs() -> dict[str, Any]:
    """Return the Keras inputs of a repeat head, [batch, candidates], in the order of its call."""
    return {
        "candidate": Input((None,), dtype="int32", name="candidate"),
        "candidate_type": Input((None,), dtype="int32", name="candidate_type"),
        "candidate_features": Input((None, FEATURES), dtype="float32", name="candidate_features"),
    }


def asking_time_input() -> Any:
    """Return the input of the time of asking, [batch, 4]."""
    return Input((len(SIZES),), dtype="int32", name=ASKING_TIME)


def buyer_input(sizes: DataSizes) -> Any:
    """Return the input of the attributes of the buyer, [batch, attributes]."""
    return Input((len(sizes.buyer),), dtype="int32", name=BUYER)


def input_of(name: str) -> Any:
    """Return the input of a feature, [batch, length]; ``length`` is [batch]."""
    if name == "length":
        return Input((), dtype="int32", name=name)
    return Input((None,), dtype="float32" if name in NUMBERS else "int32", name=name)
