"""Ranks and lists from default and personal scores are those of all scores."""

import numpy as np
import pytest
from scipy import sparse

from model.baselines.base import log_sum_exp
from model.kernels.csr import Entries
from model.kernels.sparse_ranking import DefaultOrder, SparseRanking, log_totals
from model.metrics.ranking import target_ranks, top_k

PRODUCTS, HISTORIES = 60, 40


@pytest.mark.parametrize("k", [1, 20, PRODUCTS])
@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("odd", [0.0, np.nan, -np.inf])
def test_the_ranking_is_that_of_all_scores(k: int, share: float, odd: float) -> None:
    """Scores are small integers, so that most are equal; some are NaN, or -∞."""
    random = np.random.default_rng(k)
    default = random.integers(-3, 4, PRODUCTS).astype(np.float32)
    default[:5] = odd
    is_personal = random.random((HISTORIES, PRODUCTS)) < share
    is_personal[[0, 7, -1]] = False
    row, column = np.nonzero(is_personal)
    values = random.integers(-5, 6, len(row)).astype(np.float32)
    values[::6] = odd
    scores = np.tile(default, (HISTORIES, 1))
    scores[row, column] = values
    personal = sparse.csr_matrix((values, (row, column)), shape=scores.shape)
    answers = random.integers(-1, PRODUCTS, 200)
    of_history = np.sort(random.integers(0, HISTORIES, 200))
    order = DefaultOrder.of(default)
    found = SparseRanking.of(order, Entries.of(personal), answers, of_history, k)
    np.testing.assert_array_equal(found.rank, target_ranks(scores, answers, of_history))
    if not np.isnan(odd):  # among products without a score, any order will do
        np.testing.assert_array_equal(found.top, top_k(scores, k))
        np.testing.assert_array_equal(found.top_score, scores.max(axis=1))
        totals = np.empty(HISTORIES)
        log_totals(order, Entries.of(personal), found.top_score, totals)
        np.testing.assert_allclose(totals, log_sum_exp(scores)[:, 0], rtol=1e-5)
    known = answers >= 0
    np.testing.assert_array_equal(found.score[known], scores[of_history[known], answers[known]])
    assert np.isnan(found.score[~known]).all()
