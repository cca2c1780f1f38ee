"""What holds of every baseline, and the choice of hyperparameters on the validation targets."""

from dataclasses import replace

import numpy as np
import pytest

from data.preparation.sequences import FIRST
from model.baselines import BASELINES
from model.baselines.base import Baseline, log_softmax
from model.baselines.personal_frequency import PersonalFrequency
from model.baselines.popularity import Popularity
from model.baselines.serialization import from_arrays, to_arrays
from model.baselines.tuning import fit, fit_all, validation_ndcg
from model.sequences.histories import Histories
from model.sequences.split_data import SplitData, split_prepared
from tests.model.baselines.baskets import history_of
from tests.model.toys import buyer_table, carted, prepared, random_histories, small


@pytest.fixture(scope="module")
def task() -> SplitData:
    return split_prepared(prepared(random_histories(150, 30), buyers=buyer_table(150)), small())


@pytest.fixture(scope="module")
def of_every_run(task: SplitData) -> list[Baseline]:
    return fit_all(task)


@pytest.fixture(scope="module")
def fitted(task: SplitData, of_every_run: list[Baseline]) -> dict[str, Baseline]:
    on_demand = [fit(name, task) for name, entry in BASELINES.items() if entry.on_demand]
    return {baseline.name: baseline for baseline in (*of_every_run, *on_demand)}


@pytest.fixture(params=BASELINES)
def baseline(request: pytest.FixtureRequest, fitted: dict[str, Baseline]) -> Baseline:
    return fitted[request.param]


def test_the_baselines_of_every_run_are_fitted_in_the_order_of_the_registry(
    of_every_run: list[Baseline],
) -> None:
    names = [name for name, entry in BASELINES.items() if not entry.on_demand]
    assert [baseline.name for baseline in of_every_run] == names


def test_a_baseline_is_registered_by_its_name_and_has_a_label(baseline: Baseline) -> None:
    assert type(baseline) is BASELINES.load(baseline.name)
    assert BASELINES.label(baseline.name)


def test_a_baseline_computes_its_scores_in_numpy_too(baseline: Baseline) -> None:
    """Otherwise a blend would leave the baseline out."""
    assert baseline.has_numpy_scores()


def test_a_baseline_gives_every_product_a_finite_score(task: SplitData, baseline: Baseline) -> None:
    histories = task.histories(task.split.test)
    scores = baseline.scores(histories)
    assert scores.shape == (len(histories), task.products)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()


def test_a_baseline_scores_an_empty_history(task: SplitData, baseline: Baseline) -> None:
    empty = Histories(task.columns, np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
    assert np.isfinite(baseline.scores(empty)).all()


def test_a_baseline_gives_the_same_scores_after_storage(
    task: SplitData, baseline: Baseline
) -> None:
    histories = task.histories(task.split.test).select(slice(0, 20))
    stored = type(baseline)(**baseline.settings)
    stored.state = from_arrays(dict(to_arrays(baseline.state)))
    np.testing.assert_array_equal(stored.scores(histories), baseline.scores(histories))


def test_a_baseline_does_not_read_later_events(task: SplitData, baseline: Baseline) -> None:
    targets = task.split.test[:20]
    histories = task.histories(targets)
    columns = dict(task.columns) | {"product": task.columns["product"].copy()}
    columns["product"][targets] = FIRST
    changed = replace(histories, columns=columns)
    np.testing.assert_array_equal(baseline.scores(changed), baseline.scores(histories))


@pytest.fixture(scope="module")
def visits() -> SplitData:
    """Views, carts and purchases; the next basket is predicted, of which nothing is known."""
    histories, columns = carted()
    log = prepared(histories, buyers=buyer_table(150), **columns)
    return split_prepared(log, small(protocol="basket"))


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_reads_nothing_of_the_basket_that_it_predicts(
    name: str, visits: SplitData
) -> None:
    baseline: Baseline = BASELINES.load(name)()
    baseline.reads_all = True
    baseline.fit(visits.buyers, visits.products)
    histories = visits.histories(visits.split.test[:20])
    hidden = np.ones(len(visits.columns["product"]), dtype=bool)
    hidden[histories.indices()] = False
    columns = dict(visits.columns)
    for column in ("product", "type"):
        columns[column] = np.where(hidden, FIRST, columns[column]).astype(np.int32)
    columns["time"] = np.where(hidden, 0, columns["time"])
    changed = replace(histories, columns=columns)
    np.testing.assert_array_equal(baseline.scores(changed), baseline.scores(histories))


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_reads_times_and_types_in_numpy_as_it_was_fitted_to(
    name: str, visits: SplitData
) -> None:
    baseline: Baseline = BASELINES.load(name)()
    baseline.reads_all = True
    baseline.fit(visits.buyers, visits.products)
    histories = visits.histories(visits.split.test[:20])
    expected, state = baseline.scores(histories), dict(to_arrays(baseline.state))
    for row in range(len(histories)):
        scores = baseline.numpy_scores(state, baseline.settings, history_of(histories, row))
        if baseline.probabilistic:
            scores, expected[row] = (log_softmax(one[None])[0] for one in (scores, expected[row]))
        np.testing.assert_allclose(scores, expected[row], rtol=2e-5, atol=2e-5)


def test_where_nobody_buys_twice_hyperparameters_are_chosen_on_new_products() -> None:
    """A user's own products, which rank first, would hide what is right among the others."""
    random = np.random.default_rng(2)
    histories = [
        [f"p{(start + step) % 60:02d}" for step in range(8)]
        for start in random.integers(0, 60, 200)
    ]
    task = split_prepared(prepared(histories), small())
    frequent, popular = PersonalFrequency(), Popularity()
    for model in (frequent, popular):
        model.fit(task.buyers, task.products)
    assert validation_ndcg(frequent, task) == validation_ndcg(popular, task) > 0
