"""The list of one buyer without and with rules that need not be saved yet."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.jobs.placement_rules import resolved_rules
from dashboard.services.recommendations import buyers
from dashboard.services.recommendations.ranking import RankedList, rank_products
from dashboard.services.recommendations.ruled_ranking import rank_by_rules
from dashboard.services.recommendations.served_run import ServedRun
from model.serving.rules.checks import check_rules
from model.serving.rules.settings import Rules

LENGTH = 10


@dataclass(frozen=True)
class Preview:
    """The list of one buyer without and with rules.

    Attributes
    ----------
    own, ruled : RankedList
    unknown : dict of str to int
        How many products each rule names that the model does not know.
    """

    own: RankedList
    ruled: RankedList
    unknown: Mapping[str, int]


def preview(served: ServedRun, rules: Rules, user: str) -> Preview:
    """Return the list of a buyer at the end of the log without and with rules.

    Parameters
    ----------
    served : ServedRun
    rules : Rules
    user : str
        An empty one stands for somebody without a history.

    Raises
    ------
    BadInput
        Where the dataset is gone or has no such buyer, or the rules name what it does not have.
    """
    dataset = served.require_dataset()
    check_rules(rules, dataset)
    resolved = resolved_rules(served.handle, dataset, rules)
    events = buyers.history(served, user) if user else ()
    at = served.end_of_log if user else None
    values = [buyers.recorded_values(served, user)] if user else None
    return Preview(
        rank_products(served.model, events, k=LENGTH, at=at, buyers=values),
        rank_by_rules(served.model, resolved.tables, events, k=LENGTH, at=at, buyers=values),
        resolved.unknown,
    )
