"""What a network knows before its first step: counts of the training events."""

from data.preparation.sequences import Longs
from model.networks.network import Network
from model.networks.transition_head import CONSEQUENTS, LATEST
from model.sequences.histories import Histories
from model.sequences.repeats import product_statistics
from model.sequences.rules import sequential_rules


def start_from_counts(network: Network, buyers: Histories, popularity: Longs) -> None:
    """Set a network's weights that are counts: untrained, it ranks by popularity and own counts.

    Parameters
    ----------
    network : Network
    buyers : Histories
        The training events of each buyer.
    popularity : int64 [products]
        Number of training targets of each product.
    """
    alike = network.members[0]
    if alike.repeat_head is not None:
        statistics = product_statistics(buyers, len(popularity))
    if alike.transition_head is not None:
        rules = sequential_rules(buyers, popularity, LATEST, CONSEQUENTS)
    for member in network.members:
        member.output.start_from(popularity)
        if member.repeat_head is not None:
            member.repeat_head.start_from(statistics)
        if member.transition_head is not None:
            member.transition_head.start_from(rules)
