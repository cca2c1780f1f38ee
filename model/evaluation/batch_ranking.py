"""Predictions of models for the targets of a few histories."""

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from data.preparation.sequences import Floats, Longs
from model.baselines.base import Recommender, SparseBaseline, log_sum_exp
from model.blend.blend import Blend
from model.evaluation.predictions import Predictions
from model.kernels.csr import Entries
from model.metrics.ranking import target_ranks, top_k
from model.sequences.histories import Array, Histories, stored_entries

if TYPE_CHECKING:
    from model.kernels.sparse_ranking import DefaultOrder


class BatchRanking:
    """Ranks the products for a batch of histories by one model after the other.

    The scores of a model are computed once for it and the blends that it is in. They are kept by
    the model itself: two models of one name may be fitted differently.

    Parameters
    ----------
    histories : Histories
    answers : int array [targets]
        Index of each target; -1 for a cold product.
    row : int array [targets]
        Row of the history of each target, in ascending order.
    seen : CSR matrix [histories, products], optional
        Products that are not ranked.
    depth : int
        Length of the lists, at most the number of products.
    """

    def __init__(
        self,
        histories: Histories,
        answers: Longs,
        row: Longs,
        *,
        seen: sparse.csr_matrix | None,
        depth: int,
    ) -> None:
        self._histories = histories
        self._answers, self._row = answers, row
        self._seen, self._depth = seen, depth
        self._scores: dict[Recommender, Floats] = {}
        self._personal: dict[SparseBaseline, sparse.csr_matrix] = {}

    def by_scores(self, model: Recommender) -> Predictions:
        """Return the predictions of a model that scores every product."""
        scores, row = self._scores_of(model), self._row
        if self._seen is not None:
            scores = scores.copy()
            scores[self._seen.nonzero()] = -np.inf
        predictions = Predictions.empty(len(row), self._depth)
        predictions.rank[:] = target_ranks(scores, self._answers, row)
        predictions.top[:] = top_k(scores, self._depth)[row]
        if model.probabilistic:
            log_total = log_sum_exp(scores)[:, 0]
            target_score = scores[row, np.maximum(self._answers, 0)]
            predictions.loss[:] = np.where(self._answers < 0, np.nan, log_total[row] - target_score)
            predictions.top_probability[:] = np.exp(scores.max(axis=1) - log_total)[row]
        return predictions

    def by_personal_scores(self, model: SparseBaseline, order: "DefaultOrder") -> Predictions:
        """Return the same of a sparse baseline, without a row of all scores.

        Parameters
        ----------
        model : SparseBaseline
        order : DefaultOrder
            Its default scores.
        """
        from model.kernels.sparse_ranking import SparseRanking, log_totals

        personal, row = self._personal_of(model), self._row
        entries = Entries.of(personal if self._seen is None else _without(personal, self._seen))
        ranking = SparseRanking.of(order, entries, self._answers, row, self._depth)
        predictions = Predictions.empty(len(row), self._depth)
        predictions.rank[:] = ranking.rank
        predictions.top[:] = ranking.top[row]
        if model.probabilistic:
            log_total: Array = np.empty(len(ranking.top_score))
            log_totals(order, entries, ranking.top_score, log_total)
            predictions.loss[:] = log_total[row] - ranking.score
            predictions.top_probability[:] = np.exp(ranking.top_score - log_total)[row]
        return predictions

    def _scores_of(self, model: Recommender) -> Floats:
        if isinstance(model, Blend):
            dense = [self._scores_of(member) for member in model.dense_members]
            return model.combine(self._histories, dense, self._personal_of)
        if model not in self._scores:
            self._scores[model] = model.scores(model.read(self._histories))
        return self._scores[model]

    def _personal_of(self, model: SparseBaseline) -> sparse.csr_matrix:
        if model not in self._personal:
            self._personal[model] = model.personal_scores(model.read(self._histories))
        return self._personal[model]


def _without(personal: sparse.csr_matrix, seen: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return personal scores in which those of the seen products are -∞."""
    products = personal.shape[1]
    row, column = stored_entries(personal)
    seen_row, seen_column = stored_entries(seen)
    kept = ~np.isin(row * products + column, seen_row * products + seen_column)
    values = np.append(personal.data[kept], np.full(len(seen_row), -np.inf, np.float32))
    places = np.append(row[kept], seen_row), np.append(column[kept], seen_column)
    return sparse.csr_matrix((values, places), shape=personal.shape)
