"""Demographic popularity: by hand, and where it must help or leave popularity alone."""

import numpy as np
import pytest

from data.preparation.sequences import UNKNOWN
from model.baselines.demographic import Demographic
from model.baselines.popularity import Popularity
from model.baselines.tuning import fit, fit_all, validation_ndcg
from model.sequences.histories import Histories
from model.sequences.split_data import split_prepared
from tests.model.toys import buyer_table, prepared, random_histories, small


def histories(buyer: list[list[int]], product: list[list[int]]) -> Histories:
    stop = np.cumsum([len(row) for row in product])
    start = np.append(0, stop[:-1])
    columns = {"product": np.array([2 + p for row in product for p in row], dtype=np.int32)}
    return Histories(columns, start, stop, buyer=np.array(buyer, dtype=np.uint8))


def test_scores_are_those_computed_by_hand() -> None:
    baseline = Demographic(strength=10.0, weight=0.5)
    baseline.fit(histories([[2, 3], [2, 2], [3, 2]], [[0, 0, 1], [0], [1, 1, 1, 1]]), 2)
    shares = np.array([3, 5]) / 9  # one more than the events, see popularity_shares
    asked = histories([[2, 2], [UNKNOWN, 3], [9, UNKNOWN]], [[0], [0], [0]])
    lifted = [  # the events of each product in the groups of each buyer
        [(3, 1), (1, 4)],
        [(2, 1)],
        [],
    ]
    expected = [
        np.log(shares) + sum(0.5 * np.log(1 + np.array(n) / (10 * shares)) for n in groups)
        for groups in lifted
    ]
    np.testing.assert_allclose(baseline.scores(asked), np.stack(expected), atol=1e-5)


def test_where_nothing_is_known_it_is_popularity() -> None:
    task = split_prepared(prepared(random_histories(150, 30), buyers=buyer_table(150)), small())
    demographic, popularity = fit("demographic", task), fit("popularity", task)
    tested = task.histories(task.split.test)
    nobody = Histories(tested.columns, tested.start, tested.stop)
    np.testing.assert_allclose(demographic.scores(nobody), popularity.scores(nobody), atol=1e-6)


def test_where_the_age_decides_it_beats_popularity() -> None:
    buyers = buyer_table(200)
    random = np.random.default_rng(0)
    older = (buyers.rows["age"] >= 45).to_numpy()
    log = [[f"p{p:02d}" for p in random.integers(12, size=6) + 12 * is_old] for is_old in older]
    task = split_prepared(prepared(log, buyers=buyers), small())
    popularity = Popularity()
    popularity.fit(task.buyers, task.products)
    assert validation_ndcg(fit("demographic", task), task) > 1.5 * validation_ndcg(popularity, task)


@pytest.mark.parametrize("known", [True, False])
def test_it_is_fitted_where_something_is_known_of_buyers(known: bool) -> None:
    table = {"buyers": buyer_table(60)} if known else {}
    task = split_prepared(prepared(random_histories(60, 20), **table), small())
    assert ("demographic" in [model.name for model in fit_all(task)]) is known
