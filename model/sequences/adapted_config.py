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


LEAST_ORDERED = 0.75
"""Share of the training targets with a time of their own from which what follows what is known, so
that a transition head is built though whole baskets are predicted. Lines of one invoice share their
time, and their order in a file tells nothing of the next basket."""


def adapt(config: RunConfig, data: SplitData) -> RunConfig:
    """Return the configuration that a network of some data is built from.

    Where histories hold events of several types, the type is one of the features. Where fewer than
    ``LEAST_REPEATS`` of the training targets are repeats, there is no repeat-aware head. Where
    whole baskets are predicted and purchases have no order, or there are too many products for a
    table of rules, there is no transition head. Where nothing is known of the buyers, the network
    does not read their attributes, and where nothing is known of the products, not theirs.
    """
    features = config.features
    in_baskets = data.split.in_sets or data.split.moment == "basket"
    has_order = not in_baskets or data.ordered_share >= LEAST_ORDERED
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
