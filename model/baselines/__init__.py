"""Baselines by name, imported when they are first used.

To add a baseline, write its module (see ``model.baselines.base.Baseline``), and add a line to
``BASELINES``. An installed package adds one
without a change here, by an entry point whose name is the baseline's::

    [project.entry-points."vitrina.baselines"]
    my_baseline = "my_package.my_module:MyBaseline"
"""

from data.i18n import N_
from model.registry import Entry, Registry


def _entry(module: str, label: str, *, on_demand: bool = False) -> Entry:
    return Entry(f"model.baselines.{module}", label, on_demand=on_demand)


BASELINES = Registry(
    "vitrina.baselines",
    {
        "popularity": _entry("popularity:Popularity", N_("Popularity")),
        "popularity, 7 days": _entry("popularity:RecentPopularity", N_("Popularity, 7 days")),
        "popularity, fading": _entry("popularity:FadingPopularity", N_("Popularity, fading")),
        "demographic": _entry("demographic:Demographic", N_("Demographic popularity")),
        "repeat last": _entry("repeat_last:RepeatLast", N_("Repeat last")),
        "personal frequency": _entry(
            "personal_frequency:PersonalFrequency", N_("Personal frequency")
        ),
        "popularity + own count": _entry(
            "personal_frequency:PopularityAndPersonalFrequency", N_("Popularity + own count")
        ),
        "repurchase": _entry("repurchase:Repurchase", N_("Repurchase")),
        "markov": _entry("markov:Markov", N_("Markov")),
        "sequence rules": _entry("sequential_rules:SequentialRules", N_("Sequential rules")),
        "tifu-knn": _entry("tifu_knn:TifuKNN", N_("TIFU-KNN")),
        "up-cf": _entry("up_cf:UserPopularityCF", N_("UP-CF")),
        "buyer neighbours": _entry("user_knn:UserKNN", N_("User kNN")),
        "item neighbours": _entry("item_knn:ItemKNN", N_("Item kNN")),
        "item neighbours, recent": _entry("item_knn:RecentItemKNN", N_("Item kNN, recent")),
        "ease": _entry("ease:Ease", N_("EASE")),
        "ease, recent": _entry("ease:RecentEase", N_("EASE, recent")),
        "content": _entry("content:Content", N_("Content")),
        "affinity": _entry("affinity:Affinity", N_("Affinity")),
        "matrix factorisation": _entry("puresvd:PureSVD", N_("PureSVD")),
        "weighted als": _entry("weighted_als:WeightedALS", N_("Weighted ALS"), on_demand=True),
    },
)
"""Every baseline by name, in the order in which tables list them; each is a subclass of
``model.baselines.base.Baseline``. One that costs much and adds little is fitted on demand."""
