"""A complete network: input features, body, output layer.

The body is a function of ``model.registry.NETWORKS``. It receives the embedded events
[batch, length, units], the masks (``model.networks.layers.Masks``) and the configuration, and
returns the hidden state after every event, [batch, length, units]. A hidden state must not depend
on later events or on padding.
"""

from dataclasses import dataclass, replace
from typing import Any

import keras
from keras import Input, layers

from data.preparation.sequences import FIRST
from model.config.run_config import RunConfig
from model.networks.asking_time import AskingTimeCross
from model.networks.buyer_context import BuyerContext
from model.networks.data_sizes import DataSizes
from model.networks.embedding import (
    asking_time_input,
    buyer_input,
    candidate_inputs,
    embed,
    input_of,
)
from model.networks.layers import (
    EnsembleScores,
    LastState,
    PaddingMask,
    ProductScores,
    TiedProductEmbedding,
)
from model.networks.repeat_head import RepeatHead, RepeatMixture
from model.networks.transition_head import (
    LastPosition,
    LatestProducts,
    TransitionHead,
    TransitionMixture,
)
from model.registry import NETWORKS
from model.sequences.asking import ASKING_TIME
from model.sequences.buyer_attributes import BUYER
from model.sequences.features import LOG_TRAITS


@dataclass(frozen=True)
class Member:
    """The parts of one network of an ensemble, or of a network that is alone.

    Attributes
    ----------
    body : keras.Model
        Maps the features and ``length``, and the attributes of the buyer where the network knows
        them, to hidden states, [batch, length, units].
    output : ProductScores
        Maps hidden states to logits of every product.
    serving : keras.Model
        Maps what the body reads, the time of asking where the network knows it, and with a repeat
        head the candidates, to the scores after the last event, [batch, products]; their softmax
        gives probabilities.
    repeat_head : RepeatHead or None
        Maps hidden states and candidates to log-probabilities of the catalogue and of repeats.
    transition_head : TransitionHead or None
        Maps hidden states and the latest products, which ``latest_products`` finds, to
        log-probabilities of what else is predicted and of rules.
    asking_time : AskingTimeCross or None
        Modulates hidden states by the time of asking; repeat head and output read its result.
    """

    body: Any
    output: ProductScores
    serving: Any
    repeat_head: RepeatHead | None = None
    asking_time: AskingTimeCross | None = None
    transition_head: TransitionHead | None = None
    latest_products: LatestProducts | None = None


@dataclass(frozen=True)
class Network:
    """What is trained and served: one network, or an ensemble of networks.

    Attributes
    ----------
    members : tuple of Member
        Alike but for their random weights; more than one where ``ensemble_size`` says so.
    serving : keras.Model
        That of the only member, or the mean of the probabilities of all, as log-probabilities,
        [batch, products] (Lakshminarayanan et al. 2017, section 2.4).
    """

    members: tuple[Member, ...]
    serving: Any


def build(config: RunConfig, sizes: DataSizes) -> Network:
    """Return a new network with random weights; ``config.seed`` fixes them.

    The members of an ensemble have successive seeds.
    """
    if config.ensemble_size == 1:
        member = _member(config, sizes, config.network)
        return Network((member,), member.serving)
    members = tuple(
        _member(replace(config, seed=config.seed + i), sizes, f"{config.network}_{i + 1}")
        for i in range(config.ensemble_size)
    )
    inputs = {
        tensor.name: Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name)
        for tensor in members[0].serving.inputs
    }
    scores = EnsembleScores(name="scores")([member.serving(inputs) for member in members])
    return Network(members, keras.Model(inputs, scores, name=config.network))


def _member(config: RunConfig, sizes: DataSizes, name: str) -> Member:
    keras.utils.set_random_seed(config.seed)
    ranked = sizes.products - FIRST
    traits = None
    product_traits = sizes.traits if config.product_attributes else sizes.traits[:, :LOG_TRAITS]
    if config.product_traits or config.product_attributes:
        traits = (int(product_traits.max()) + 1, product_traits.shape[1])
    tied = None
    if config.tied_embeddings:
        tied = TiedProductEmbedding(
            ranked, config.embedding_width, traits=traits, cosine=config.cosine_output
        )
    inputs = {name: input_of(name) for name in (*config.columns, "length")}
    masks = {"present": PaddingMask()(inputs[config.features[0]], inputs["length"])}
    masks |= {name: inputs[name] for name in NETWORKS[config.network].columns}
    encode = NETWORKS.load(config.network)
    events = embed(inputs, config, sizes, tied)
    if config.buyer_attributes:
        inputs[BUYER] = buyer_input(sizes)
        events = BuyerContext(sizes.buyer, name="buyer_before")(events, inputs[BUYER])
    hidden = encode(events, masks, config)
    if tied is not None:
        hidden = layers.Dense(config.embedding_width, name="to_product")(hidden)
    if config.buyer_attributes:
        hidden = BuyerContext(sizes.buyer, name="buyer_after")(hidden, inputs[BUYER])
    body = keras.Model(inputs, hidden, name="body")
    last = LastState()(hidden, inputs["length"])
    asking_time = None
    if config.asking_time:
        asking_time = AskingTimeCross()
        inputs[ASKING_TIME] = asking_time_input()
        last = asking_time(last, inputs[ASKING_TIME])
    output = tied or ProductScores(ranked, traits=traits, cosine=config.cosine_output)
    scores = tied(last, scores=True) if tied is not None else output(last)
    if traits is not None:
        output.set_traits(product_traits)
    repeat_head = None
    if config.repeat_head:
        candidates = candidate_inputs()
        repeat_head = RepeatHead(sizes.products, sizes.codes["type"])
        repeats = repeat_head(last, *candidates.values())
        scores = RepeatMixture()(scores, repeats, candidates["candidate"])
        inputs |= candidates
    transition_head = latest_products = None
    if config.transition_head:
        latest_products = LatestProducts(sizes.target_types if "type" in inputs else ())
        transition_head = TransitionHead(sizes.products)
        end = LastPosition()(inputs["product"], inputs["length"])
        latest = latest_products(inputs["product"], inputs.get("type"), end)
        scores = TransitionMixture()(scores, *transition_head(last, latest))
    scores = layers.Activation("linear", dtype="float32", name="scores")(scores)
    serving = keras.Model(inputs, scores, name=name)
    return Member(body, output, serving, repeat_head, asking_time, transition_head, latest_products)


def in_full_precision(network: Network, config: RunConfig, sizes: DataSizes) -> Network:
    """Return a float32 copy of the network, for export."""
    if config.precision == "float32":
        return network
    keras.mixed_precision.set_global_policy("float32")
    copy = build(config, sizes)
    for target, source in zip(copy.serving.variables, network.serving.variables, strict=True):
        target.assign(source)
    return copy
