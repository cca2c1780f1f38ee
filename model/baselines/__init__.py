"""Baselines: simple models that keep every network honest."""

from model.baselines.content import Content
from model.baselines.following import Markov, SequenceRules
from model.baselines.linear import Ease, Factors, RecentEase
from model.baselines.neighbours import BuyerNeighbours, ItemNeighbours, RecentItemNeighbours
from model.baselines.own import PersonalFrequency, PopularityAndOwn, RepeatLast
from model.baselines.popularity import Popularity, RecentPopularity
from model.ranker import Baseline

BASELINES: dict[str, type[Baseline]] = {
    kind.name: kind
    for kind in (
        Popularity,
        RecentPopularity,
        RepeatLast,
        PersonalFrequency,
        PopularityAndOwn,
        Markov,
        SequenceRules,
        BuyerNeighbours,
        ItemNeighbours,
        RecentItemNeighbours,
        Ease,
        RecentEase,
        Content,
        Factors,
    )
}
"""Every baseline by name, in the order in which tables show them."""
