"""TIFU-KNN on baskets whose vectors are computed by hand."""

import numpy as np
import pytest

from data.preparation.sequences import FIRST
from model.baselines import tifu_knn
from model.baselines.tifu_knn import TifuKNN, basket_weights
from model.sequences.histories import Histories
from tests.model.baselines.baskets import log_of

P, Q, R = range(3)


def fitted(*users: list[set[int]], alpha: float = 0.5) -> TifuKNN:
    model = TifuKNN(basket_decay=0.5, group_decay=0.5, alpha=alpha)
    model.fit(log_of(*users), 3)
    return model


def scores_of(model: TifuKNN, history: Histories) -> list[float]:
    return (model.scores(history)[0] - model.default_scores).tolist()


def test_the_score_is_that_of_the_paper() -> None:
    """The first user's vector is (1/4, 1/2, 0), that of the history (1, 0, 0)."""
    model = fitted([{P}, {Q}], [{Q}, {R}])
    own, neighbour = np.array([1, 0, 0]), np.array([1 / 4, 1 / 2, 0])
    expected = 0.5 * own + 0.5 * neighbour
    assert scores_of(model, log_of([{P}])) == pytest.approx(expected.tolist(), abs=1e-6)


def test_the_nearest_user_is_the_one_at_the_least_distance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """(1/4, 1/2, 0) and (1/2, 0, 1/4) are .81 and .31 from the history (1, 0, 0), squared."""
    monkeypatch.setattr(tifu_knn, "NEIGHBOURS", 1)
    model = fitted([{P}, {Q}], [{R}, {P}], alpha=0.0)
    expected = [1 / 2, 0, 1 / 4]
    assert scores_of(model, log_of([{P}])) == pytest.approx(expected, abs=1e-6)


def test_a_product_counts_once_in_a_basket() -> None:
    model = fitted([{P}, {Q}], alpha=1.0)
    minute = 60_000_000
    twice = {
        "product": np.array([P, P, Q], dtype=np.int32) + FIRST,
        "time": np.array([0, 1, 100]) * minute,
    }
    history = Histories(twice, np.array([0]), np.array([3]))
    assert scores_of(model, history) == scores_of(model, log_of([{P}, {Q}]))


def test_baskets_decay_within_groups_of_seven_and_groups_decay_as_a_whole() -> None:
    weights = basket_weights(np.arange(14), 14, basket_decay=0.5, group_decay=0.1)
    first = 0.5 ** np.arange(7) / (2 * 7)
    np.testing.assert_allclose(weights, np.append(first, 0.1 * first), rtol=1e-6)
