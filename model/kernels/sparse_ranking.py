"""Compiled ranking of histories for which most products have the same scores.

The ranks of the targets and the first products of a list follow from the default scores, which are
sorted once, and from the personal scores of each history: no array has a score for every product of
every history.
"""

from typing import Any, NamedTuple

import numpy as np

from data.preparation.sequences import Bools, Floats, Ints, Longs
from model.kernels.csr import Entries
from model.kernels.math import compiled
from model.kernels.topk import is_less, sift_down


class DefaultOrder(NamedTuple):
    """The default scores of all products, sorted.

    Attributes
    ----------
    scores : float32 [products]
    ascending : float32 [products]
        The same scores from the lowest; NaN last.
    best : int32 [products]
        Products from the highest score; ties are broken by index.
    """

    scores: Floats
    ascending: Floats
    best: Ints

    @classmethod
    def of(cls, scores: Floats) -> "DefaultOrder":
        """Return the order of some scores."""
        scores = np.ascontiguousarray(scores, np.float32)
        return cls(scores, np.sort(scores), np.argsort(-scores, kind="stable").astype(np.int32))


class SparseRanking(NamedTuple):
    """What is known of the ranking of each history and target.

    Attributes
    ----------
    rank : int64 [targets]
        As ``model.metrics.ranking.target_ranks`` returns it.
    score : float32 [targets]
        Score of the target; NaN of a cold one.
    top : int64 [histories, k]
        As ``model.metrics.ranking.top_k`` returns it.
    top_score : float32 [histories]
        The highest score.
    """

    rank: Longs
    score: Floats
    top: Longs
    top_score: Floats

    @classmethod
    def of(
        cls, order: DefaultOrder, personal: Entries, answers: Longs, row: Longs, k: int
    ) -> "SparseRanking":
        """Return the ranking.

        Parameters
        ----------
        order : DefaultOrder
        personal : Entries [histories, products]
            The scores that replace the default ones; a product is in a history once.
        answers : int array [targets]
            Index of each target; -1 for a cold product.
        row : int array [targets]
            Row of the history of each target, in ascending order.
        k : int
            Length of ``top``, at most the number of products.
        """
        histories = len(personal.first) - 1
        result = cls(
            np.empty(len(answers), np.int64),
            np.full(len(answers), np.nan, np.float32),
            np.empty((histories, k), np.int64),
            np.empty(histories, np.float32),
        )
        first = np.searchsorted(row, np.arange(histories + 1))
        _rank(order, personal, first, answers.astype(np.int64), result)
        return result


@compiled()
def log_totals(order: DefaultOrder, personal: Entries, highest: Floats, result: Floats) -> None:
    """Compute the log-sum-exp of the scores of each history.

    Parameters
    ----------
    order : DefaultOrder
    personal : Entries [histories, products]
    highest : float32 [histories]
        The highest score of each history.
    result : float64 [histories]
        Output.
    """
    best = np.float64(order.scores[order.best[0]])
    default_total = 0.0
    for i in range(len(order.scores)):
        default_total += np.exp(order.scores[i] - best)
    for row in range(len(result)):
        shift = max(best, np.float64(highest[row]))
        total = default_total * np.exp(best - shift)
        for i in range(personal.first[row], personal.first[row + 1]):
            total -= np.exp(order.scores[personal.column[i]] - shift)
        total = max(total, 0.0)
        for i in range(personal.first[row], personal.first[row + 1]):
            total += np.exp(personal.value[i] - shift)
        result[row] = shift + np.log(total)


@compiled()
def _rank(
    order: DefaultOrder, personal: Entries, first: Longs, answers: Longs, result: SparseRanking
) -> None:
    is_personal = np.zeros(len(order.scores), np.bool_)
    for row in range(len(result.top)):
        begin, end = personal.first[row], personal.first[row + 1]
        columns, values = personal.column[begin:end], personal.value[begin:end]
        replaced = order.scores[columns]
        is_personal[columns] = True
        for target in range(first[row], first[row + 1]):
            answer = answers[target]
            if answer < 0:
                result.rank[target] = len(order.scores) + 1
                continue
            score = order.scores[answer]
            if is_personal[answer]:
                for i in range(len(columns)):
                    if columns[i] == answer:
                        score = values[i]
            result.score[target] = score
            rank = len(order.scores)
            if not np.isnan(score):
                rank -= np.searchsorted(order.ascending, score)
            result.rank[target] = rank + _more_not_below(values, replaced, score)
        result.top_score[row] = _best(order, columns, values, is_personal, result.top[row])
        is_personal[columns] = False


@compiled()
def _more_not_below(values: Floats, replaced: Floats, limit: Any) -> Any:
    """Return how many more of some numbers than of others are not less than a limit."""
    count = np.int32(0)
    for i in range(len(values)):
        count += np.int32(not (values[i] < limit)) - np.int32(not (replaced[i] < limit))
    return count


@compiled()
def _best(
    order: DefaultOrder, columns: Ints, values: Floats, is_personal: Bools, top: Longs
) -> Any:
    """Compute the first products of a list, and return the highest score; NaN sorts last."""
    k = len(top)
    scores = np.full(k, -np.inf, np.float32)
    for i in range(k):  # places that any product takes, in the order of a heap
        top[i] = len(order.scores) + k - i
    for i in range(len(columns)):
        score = np.float32(-np.inf) if np.isnan(values[i]) else values[i]
        if is_less(scores[0], top[0], score, columns[i]):
            scores[0], top[0] = score, columns[i]
            sift_down(scores, top, 0)
    for i in range(len(order.best)):
        product = order.best[i]
        if is_personal[product]:
            continue
        score = order.scores[product]
        score = np.float32(-np.inf) if np.isnan(score) else score
        if not is_less(scores[0], top[0], score, product):
            break
        scores[0], top[0] = score, product
        sift_down(scores, top, 0)
    for last in range(k - 1, 0, -1):
        scores[0], scores[last] = scores[last], scores[0]
        top[0], top[last] = top[last], top[0]
        sift_down(scores[:last], top[:last], 0)
    return scores[0]
