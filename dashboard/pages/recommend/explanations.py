"""Sentences that explain the rank of a product."""

import math
from collections.abc import Mapping

from dashboard import formats
from dashboard.pages.recommend.fragments import ProductDescription, percent, product_label
from dashboard.services.recommendations.co_purchases import CoPurchases
from dashboard.services.recommendations.ranking import RankedList
from dashboard.services.recommendations.what_if import History
from data.i18n import _
from model.serving.predictor import Predictor

MIN_EFFECT = math.log(1.05)
"""Smallest effect on the log probability for which a purchase is named."""


def strongest(effects: Mapping[str, float]) -> str:
    """Return the key of the event with the largest effect; empty where none is notable."""
    key = max(effects, key=lambda key: effects[key], default="")
    return key if key and effects[key] >= MIN_EFFECT else ""


def effect_sentence(
    model: Predictor,
    events: History,
    effects: Mapping[str, float],
    ranked: RankedList,
    product: str,
) -> str:
    """Return the lift of a product over its popularity, and the event with the largest effect.

    Parameters
    ----------
    model : Predictor
    events : tuple of HistoryEvent
    effects : mapping
        As ``leave_one_out_effects`` returns them.
    ranked : RankedList
        The ranking after the same history.
    product : str
    """
    index = model.catalogue.index_of(product)
    if index is None:
        return _("The model does not know {product}.").format(
            product=product_label(model.catalogue.describe(product))
        )
    probability, popularity = float(ranked.probabilities[index]), float(ranked.popularity[index])
    lift = probability / popularity if popularity else math.inf
    lift_text = _("{times} times its popularity.").format(
        times=formats.number(lift, 1 if lift < 10 else 0)
    )
    key = strongest(effects)
    if not key:
        none = _("No single purchase makes it notably more probable.")
        return f"{lift_text} {none}"
    names = {event.key: product_label(event) for event in events}
    sentence = _(
        "{purchase} has the largest effect: without that purchase the probability would be"
        " {without} instead of {probability}."
    ).format(
        purchase=names[key],
        without=formats.percent(probability / math.exp(effects[key]), 2),
        probability=formats.percent(probability, 2),
    )
    return f"{lift_text} {sentence}"


def co_purchase_sentence(
    counts: CoPurchases, first: ProductDescription, second: ProductDescription
) -> str:
    """Return how many buyers of one product bought another one later.

    Examples
    --------
    >>> counts = CoPurchases(buyers=60, later=41, all_buyers=900, all_second=90)
    >>> from model.serving.catalogue import Product
    >>> co_purchase_sentence(counts, Product("tea"), Product("cup"))
    '41 of 60 other buyers who bought tea bought cup later (68%); of all buyers 10% ever did.'
    """
    if not counts.buyers:
        return _("No other buyer in training bought {first}.").format(first=product_label(first))
    text = _(
        "{later} of {buyers} other buyers who bought {first} bought {second} later ({share});"
        " of all buyers {base_rate} ever did."
    )
    if first.product == second.product:
        text = _("{later} of {buyers} other buyers who bought {first} bought it again ({share}).")
    return text.format(
        later=formats.number(counts.later),
        buyers=formats.number(counts.buyers),
        first=product_label(first),
        second=product_label(second),
        share=formats.percent(counts.share, 0),
        base_rate=percent(counts.base_rate)
        if counts.base_rate < 0.1
        else formats.percent(counts.base_rate, 0),
    )
