"""Sparse baselines are ranked alike with and without a row of all scores."""

from dataclasses import replace

import numpy as np
import pytest

from model.baselines import BASELINES
from model.baselines.base import SparseBaseline
from model.evaluation.batch_ranking import BatchRanking
from model.kernels.sparse_ranking import DefaultOrder
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import prepared, random_histories, small

SPARSE = [name for name in BASELINES if issubclass(BASELINES.load(name), SparseBaseline)]


@pytest.fixture(scope="module")
def task() -> SplitData:
    return split_prepared(prepared(random_histories(150, 60, longest=30)), small())


@pytest.mark.parametrize("exclude_seen", [False, True])
@pytest.mark.parametrize("name", SPARSE)
def test_a_sparse_baseline_has_the_predictions_of_its_scores(
    name: str, exclude_seen: bool, task: SplitData
) -> None:
    """Each history has several targets, some of them cold; the second history is empty."""
    model = BASELINES.load(name)()
    model.fit(task.buyers, task.products)
    histories = task.histories(task.split.test)
    stop = histories.stop.copy()
    stop[1] = histories.start[1]
    histories = replace(histories, stop=stop)
    row = np.repeat(np.arange(len(histories)), 5)
    answers = np.random.default_rng(0).integers(-1, task.products, len(row))
    seen = histories.matrix(task.products) if exclude_seen else None
    ranking = BatchRanking(histories, answers, row, seen=seen, depth=20)
    expected = ranking.by_scores(model)
    found = ranking.by_personal_scores(model, DefaultOrder.of(model.default_scores))
    np.testing.assert_array_equal(found.rank, expected.rank)
    np.testing.assert_array_equal(found.top, expected.top)
    np.testing.assert_allclose(found.loss, expected.loss, rtol=1e-5)
    np.testing.assert_allclose(found.top_probability, expected.top_probability, rtol=1e-5)
