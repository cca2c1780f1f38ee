"""UP-CF on baskets whose frequencies and similarities are computed by hand."""

import pytest

from model.baselines.up_cf import UserPopularityCF
from model.sequences.histories import Histories
from tests.model.baselines.baskets import log_of

P, Q, R = range(3)


def scores_of(history: Histories, *users: list[set[int]], **settings: float) -> list[float]:
    model = UserPopularityCF(**settings)
    model.fit(log_of(*users), 3)
    return (model.scores(history)[0] - model.default_scores).tolist()


@pytest.mark.parametrize(
    ("asymmetry", "locality", "similarity"),
    [(0.0, 1.0, 1 / 2), (1.0, 1.0, 1.0), (0.5, 1.0, 0.5**0.5), (0.0, 2.0, 1 / 4)],
)
def test_the_score_is_that_of_the_paper(
    asymmetry: float, locality: float, similarity: float
) -> None:
    """The history is all P; the first of the users bought P and Q, the other one Q and R."""
    users = [{P}, {Q}], [{Q}, {R}]
    settings = {"recency": 2.0, "asymmetry": asymmetry, "locality": locality}
    expected = [1 + similarity / 2, similarity / 2, 0]
    assert scores_of(log_of([{P}]), *users, **settings) == pytest.approx(expected, abs=1e-6)


def test_what_was_bought_before_the_latest_baskets_has_no_frequency() -> None:
    """It counts in the similarity all the same."""
    settings = {"recency": 1.0, "asymmetry": 1.0, "locality": 1.0}
    history = log_of([{P}, {R}])
    assert scores_of(history, [{P}, {Q}], **settings) == pytest.approx([0, 1 / 2, 1], abs=1e-6)
