"""Candidates for a repeat purchase: the products of a history, with how often and how long ago.

The features of a candidate are exact at any length of the history, of which a network reads the
latest events only. Beside counts and ages they have the usual interval between the buyer's events
with the product, and its base-level activation: a sum of powers of the ages of its events
(Anderson and Schooler 1991; as part of ACT-R for repeat consumption, Reiter-Haas et al. 2021).
"""

from typing import NamedTuple

import numpy as np

from data.preparation.sequences import FIRST, Floats, Ints
from model.sequences.features import CONTEXT_DROPOUT
from model.sequences.histories import Histories, known, repeats_within
from model.sequences.repeats_numpy import FEATURES, MOST_CANDIDATES, NO_TIME


class RepeatCandidates(NamedTuple):
    """The distinct products of each history, the latest first, padded with code 0.

    Attributes
    ----------
    product : int32 [histories, candidates]
        Codes.
    type : int32 [histories, candidates]
        Code of the type of the product's latest event.
    features : float32 [histories, candidates, FEATURES]
        See ``repeat_candidates``.
    """

    product: Ints
    type: Ints
    features: Floats


CANDIDATE_INPUTS = ("candidate", "candidate_type", "candidate_features")
"""Names of the inputs of a network that ``RepeatCandidates`` holds, in its order."""
TIMES = slice(6, FEATURES)
"""The features that need times."""


def drop_times(candidates: RepeatCandidates, random: np.random.Generator) -> RepeatCandidates:
    """Mask the times of a random ``CONTEXT_DROPOUT`` of the histories of a batch."""
    dropped = random.random(len(candidates.product)) < CONTEXT_DROPOUT
    features = candidates.features.copy()
    features[dropped, :, TIMES] = 0
    return candidates._replace(features=features)


PRIOR = 4.0
"""Targets of the mean share of repeats that smooth the share of a product."""


def product_statistics(buyers: Histories, products: int) -> Floats:
    """Return the rates of repeat purchases of each product in training, float32 [products, 2].

    The logarithm of its number of targets by the mean one, and the log-odds that a target of it is
    a repeat, smoothed towards the mean share.
    """
    event, is_repeat = repeats_within(buyers)
    codes = buyers.columns["product"][event]
    ranked = known(codes)
    index = codes[ranked] - FIRST
    count = np.bincount(index, minlength=products)
    repeats = np.bincount(index, is_repeat[ranked], minlength=products)
    mean = (repeats.sum() + 1) / (count.sum() + 2)
    share = (repeats + PRIOR * mean) / (count + PRIOR)
    statistics = [np.log((count + 1) / (count.mean() + 1)), np.log(share / (1 - share))]
    return np.stack(statistics, axis=1).astype(np.float32)


def repeat_candidates(histories: Histories) -> RepeatCandidates:
    """Return the candidates of each history with their features.

    Of a history with more than ``MOST_CANDIDATES`` distinct products, those of the highest
    activation in events are candidates.
    The features of a candidate are, with ages as of the asking time of the history:

    0. log(1 + its events that are targets)
    1. log(1 + its other events)
    2. log(1 + events since its latest)
    3. log of the activation Σ (1 + events since)^-½
    4. log(1 + events of the history)
    5. share of the history's events that repeat a product
    6. whether the times are known; otherwise all that follow are 0
    7. log(1 + hours since its latest event)
    8. log of the activation Σ (1 + days since)^-½
    9. whether its latest event has the asking time, as in the same basket
    10. whether it has events at several times; otherwise those that follow are 0
    11. log(1 + mean days between its events)
    12. log of the days since its latest event by that mean, each plus ½
    13. log(1 + baskets with it); a basket ends where no event follows for 30 minutes
    14. log(1 + baskets since its latest)
    15. log of the share of the history's baskets that have it
    16. log of the sum of .95^(baskets since) over its baskets
    17. log of the sum of .8^(baskets since) over its baskets
    18. log of the baskets since its latest by the mean number between its baskets, each plus ½; 0
        where it is in one basket

    Parameters
    ----------
    histories : Histories
        Whole, not cut to the events that a network reads.
    """
    from model.sequences.repeats_kernel import fill  # the compiler takes 130 MB

    columns = histories.columns
    rows = len(histories)
    at = np.full(rows, NO_TIME) if histories.at is None else histories.at
    width = max(min(int(histories.lengths.max(initial=0)), MOST_CANDIDATES), 1)
    product, kind = (np.zeros((rows, width), np.int32) for _array in range(2))
    features = np.zeros((rows, width, FEATURES), np.float32)
    slots = np.full(int(columns["product"].max(initial=0)) + 1, -1)
    counts = np.zeros(rows, np.int64)
    fill(
        (columns["product"], columns["type"], columns["time"], histories.events.is_target),
        (histories.start, histories.stop, at),
        slots,
        (product, kind, features, counts),
    )
    used = slice(max(int(counts.max(initial=0)), 1))
    return RepeatCandidates(product[:, used], kind[:, used], features[:, used])
