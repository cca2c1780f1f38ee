"""A network, put together: features → body → output layer."""

from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

from data.preparation.sequences import FIRST
from model.config.run_config import RunConfig
from model.networks.data_sizes import DataSizes
from model.networks.embedding import embed, input_of
from model.networks.layers import Last, Presence, ProductScores, ProductVectors
from model.networks.pointer_head import Copier, Mixture
from model.registry import NETWORKS


@dataclass(frozen=True)
class Network:
    """A network in its parts.

    Attributes
    ----------
    body : keras.Model
        From the features and ``length`` to hidden states, [batch, width, units].
    output : ProductScores
        From hidden states to a score for every product.
    serving : keras.Model
        From the features and ``length`` to the scores after the last event, [batch, products];
        their softmax are probabilities.
    copier : Copier or None
        From hidden states and products to the pointer of a repeat-aware head and its gate.
    """

    body: Any
    output: ProductScores
    serving: Any
    copier: Copier | None = None


def build(config: RunConfig, sizes: DataSizes) -> Network:
    """Return a new network with random weights; ``config.seed`` fixes them."""
    keras.utils.set_random_seed(config.seed)
    ranked = sizes.products - FIRST
    traits = None
    if config.product_traits:
        traits = (int(sizes.traits.max()) + 1, sizes.traits.shape[1])
    tied = None
    if config.tied_embeddings:
        tied = ProductVectors(ranked, config.embedding_width, traits=traits)
    inputs = {name: input_of(name) for name in (*config.columns, "length")}
    masks = {"present": Presence()(inputs[config.features[0]], inputs["length"])}
    masks |= {name: inputs[name] for name in config.columns if name not in config.features}
    body_of = NETWORKS.load(config.network)
    hidden = body_of(embed(inputs, config, sizes, tied), masks, config)
    if tied is not None:
        hidden = layers.Dense(config.embedding_width, name="to_product")(hidden)
    body = keras.Model(inputs, hidden, name="body")
    last = Last()(hidden, inputs["length"])
    output = tied or ProductScores(ranked, traits=traits)
    scores = tied(last, scores=True) if tied is not None else output(last)
    if traits is not None:
        output.tell(sizes.traits)
    copier = Copier() if config.repeat_head else None
    if copier is not None:
        pointer, gate = copier(hidden, inputs["product"])
        scores = Mixture()(scores, pointer, gate, inputs["product"], inputs["length"])
    scores = layers.Activation("linear", dtype="float32", name="scores")(scores)
    return Network(body, output, keras.Model(inputs, scores, name=config.network), copier)


def in_full_precision(network: Network, config: RunConfig, sizes: DataSizes) -> Network:
    """Return the same network in float32: what serves it need not know of mixed precision."""
    if config.precision == "float32":
        return network
    keras.mixed_precision.set_global_policy("float32")
    twin = build(config, sizes)
    for mine, theirs in zip(twin.serving.variables, network.serving.variables, strict=True):
        mine.assign(theirs)
    return twin
