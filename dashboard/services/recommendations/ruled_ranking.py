"""The ranked list of products after a history under the rules of a placement."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from dashboard.services.recommendations.ranking import (
    Bools,
    RankedList,
    RankedProduct,
    ScoredHistory,
    top_indices,
)
from dashboard.services.recommendations.what_if import HistoryEvent
from data.preparation.sequences import Longs
from model.sequences.buyer_attributes import Values
from model.serving.predictor import Predictor, rank_of
from model.serving.rules.ranking import ruled_list
from model.serving.rules.rules_numpy import RuleTables


def rank_by_rules(
    model: Predictor,
    rules: RuleTables,
    history: Sequence[HistoryEvent],
    *,
    k: int,
    exclude_seen: bool = False,
    target: str | None = None,
    previous: Sequence[HistoryEvent] | None = None,
    allowed: Bools | None = None,
    at: datetime | None = None,
    buyers: Sequence[Values] | None = None,
) -> RankedList:
    """Rank the products that come after a history under rules, and say what the rules did.

    Parameters
    ----------
    model : Predictor
    rules : RuleTables
        On the catalogue of the model.
    history, k, exclude_seen, target, previous, allowed, at, buyers
        As for ``rank_products``; rules are applied to the products that pass the filters.
    """
    scored = ScoredHistory.of(
        model, history, previous, exclude_seen=exclude_seen, allowed=allowed, at=at, buyers=buyers
    )
    scores = np.where(scored.mask, scored.scores, -np.inf).astype(np.float32)
    targets = scored.histories.of_targets()
    ruled = ruled_list(rules, targets, 0, scores[0], k)
    own = [index for index in top_indices(scores[0], k) if scored.mask[index]]

    def positions(row: int) -> Longs:
        """Return the position of each product under rules, beyond the last for removed ones."""
        order = ruled_list(rules, targets, row, scores[row], len(model.catalogue.products)).top
        result = np.full(len(model.catalogue.products), len(order) + 1, dtype=np.int64)
        result[order] = np.arange(1, len(order) + 1)
        return result

    before = None if previous is None else positions(1)

    def item(rank: int, index: int) -> RankedProduct:
        return scored.item(
            rank,
            index,
            None if before is None else int(before[index]),
            model_rank=rank_of(scores[0], index),
            rules=ruled.moves.get(index, ()),
        )

    target_index = None if target is None else model.catalogue.index_of(target)
    if target_index is not None and not (
        scored.mask[target_index] and ruled.removal[target_index] < 0
    ):
        target_index = None
    return RankedList(
        items=tuple(item(rank, index) for rank, index in enumerate(ruled.top.tolist(), start=1)),
        target=None
        if target_index is None
        else item(int(positions(0)[target_index]), target_index),
        products=int((scored.mask & (ruled.removal < 0)).sum()),
        probabilities=scored.probabilities[0],
        popularity=scored.popularity,
        removed=ruled.removed(),
        left_out=tuple(
            (item(own.index(index) + 1, index), rule) for index, rule in ruled.missing(own).items()
        ),
    )
