"""Baselines: simple models that keep every network honest."""

from model.baselines.affinity import Affinity
from model.baselines.base import Baseline
from model.baselines.content import Content
from model.baselines.knn import BuyerNeighbours, ItemNeighbours, RecentItemNeighbours
from model.baselines.linear_models import Ease, Factors, RecentEase
from model.baselines.popularity import FadingPopularity, Popularity, RecentPopularity
from model.baselines.repeat import PersonalFrequency, PopularityAndOwn, RepeatLast
from model.baselines.repurchase import Repurchase
from model.baselines.transitions import Markov, SequenceRules

BASELINES: dict[str, type[Baseline]] = {
    kind.name: kind
    for kind in (
        Popularity,
        RecentPopularity,
        FadingPopularity,
        RepeatLast,
        PersonalFrequency,
        PopularityAndOwn,
        Repurchase,
        Markov,
        SequenceRules,
        BuyerNeighbours,
        ItemNeighbours,
        RecentItemNeighbours,
        Ease,
        RecentEase,
        Content,
        Affinity,
        Factors,
    )
}
"""Every baseline by name, in the order in which tables show them."""
