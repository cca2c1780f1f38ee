"""Settings that follow from the data: what a configuration becomes once its dataset is split."""

import dataclasses

from model.config.run_config import RunConfig
from model.sequences.split_data import SplitData

LEAST_REPEATS = 0.01
"""Share of the training targets that repeat a product of their history from which a repeat-aware
head is built. Where nothing repeats it gains nothing, and its candidates take more than half of the
time of a training."""

MOST_PRODUCTS_WITH_RULES = 100_000
"""Products from which no transition head is built: its table takes about 800 bytes for each, in
every copy of a model."""


def adapt(config: RunConfig, data: SplitData) -> RunConfig:
    """Return the configuration that a network of some data is built from.

    Where histories hold events of several types, the type is one of the features. Where fewer than
    ``LEAST_REPEATS`` of the training targets are repeats, there is no repeat-aware head. Where
    whole baskets are predicted, whose products have no order, or there are too many products for a
    table of rules, there is no transition head. Where nothing is known of the buyers, the network
    does not read their attributes, and where nothing is known of the products, not theirs.
    """
    features = config.features
    has_order = not data.split.in_sets and data.split.moment != "basket"
    if data.has_other_types and "type" not in features:
        features = (*features, "type")
    return dataclasses.replace(
        config,
        features=features,
        repeat_head=config.repeat_head and data.repeat_share >= LEAST_REPEATS,
        transition_head=config.transition_head
        and has_order
        and data.products <= MOST_PRODUCTS_WITH_RULES,
        product_attributes=config.product_attributes and len(data.product_attributes) > 0,
        buyer_attributes=config.buyer_attributes and len(data.buyer_attributes) > 0,
    )
