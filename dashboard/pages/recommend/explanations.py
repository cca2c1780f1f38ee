"""Reasons: why a product is offered, in sentences."""

import math
from collections.abc import Mapping

from dashboard import formats
from dashboard.pages.recommend.fragments import percent
from dashboard.services.recommendations.co_purchases import Evidence
from dashboard.services.recommendations.ranking import Outlook
from dashboard.services.recommendations.what_if import History
from data.i18n import _
from model.serving.predictor import Predictor

NOTABLE = math.log(1.05)
"""Effect on the logarithm of a probability below which no purchase is named as the reason."""


def strongest(effects: Mapping[str, float]) -> str:
    """Return the key of the entry that speaks for a product most; empty where there is none."""
    return max(effects, key=lambda key: effects[key], default="")


def reason(
    model: Predictor,
    entries: History,
    explained: Mapping[str, float],
    outlook: Outlook,
    product: str,
) -> str:
    """Say in a sentence what speaks for a product."""
    place = model.index_of(product)
    if place is None:
        return _("The model does not know {product}.").format(product=product)
    now, popular = float(outlook.probabilities[place]), float(outlook.popularity[place])
    times = now / popular if popular else math.inf
    lift = _("{times} times its popularity.").format(
        times=formats.number(times, 1 if times < 10 else 0)
    )
    best = strongest(explained)
    if not best or explained[best] < NOTABLE:
        alone = _("No single purchase speaks for it.")
        return f"{lift} {alone}"
    names = {entry.key: entry.title or entry.product for entry in entries}
    sentence = _(
        "{purchase} speaks for it most: without that purchase its probability would be {without}"
        " instead of {now}."
    ).format(
        purchase=names[best],
        without=formats.percent(now / math.exp(explained[best]), 2),
        now=formats.percent(now, 2),
    )
    return f"{lift} {sentence}"


def others(found: Evidence, first: str, second: str) -> str:
    """Say what buyers of one product did next.

    Examples
    --------
    >>> others(Evidence(buyers=60, later=41, everybody=900, of_all=90), "tea", "cup")
    '41 of 60 other buyers who bought tea bought cup later (68%); of all buyers 10% ever did.'
    """
    if not found.buyers:
        return _("No other buyer in training bought {first}.").format(first=first)
    words = _(
        "{later} of {buyers} other buyers who bought {first} bought {second} later ({share});"
        " of all buyers {usual} ever did."
    )
    if first == second:
        words = _("{later} of {buyers} other buyers who bought {first} bought it again ({share}).")
    return words.format(
        later=formats.number(found.later),
        buyers=formats.number(found.buyers),
        first=first,
        second=second,
        share=formats.percent(found.share, 0),
        usual=percent(found.usual) if found.usual < 0.1 else formats.percent(found.usual, 0),
    )
