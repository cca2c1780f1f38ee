"""What a network knows before its first step: counts of the training events."""

from data.preparation.sequences import Longs
from model.networks.network import Network
from model.networks.transition_head import CONSEQUENTS, LATEST
from model.sequences.histories import Histories
from model.sequences.repeats import product_statistics
from model.sequences.rules import sequential_rules


def start_from_counts(network: Network, buyers: Histories, popularity: Longs) -> None:
    """Give a network what training counts: untrained, it ranks by popularity and own counts.

    Parameters
    ----------
    network : Network
    buyers : Histories
        The training events of each buyer.
    popularity : int64 [products]
        Number of training targets of each product.
    """
    network.output.start_from(popularity)
    if network.repeat_head is not None:
        network.repeat_head.start_from(product_statistics(buyers, len(popularity)))
    if network.transition_head is not None:
        network.transition_head.start_from(
            sequential_rules(buyers, popularity, LATEST, CONSEQUENTS)
        )
