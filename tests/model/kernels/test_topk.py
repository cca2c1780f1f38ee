"""Top-k selection agrees with a stable sort."""

import numpy as np
import pytest
from scipy import sparse

from model.kernels import topk
from model.kernels.csr import Entries
from model.metrics.ranking import top_k


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("numbers", "k"), [(1, 1), (5, 20), (64, 64), (65, 3), (700, 20), (5000, 20)]
)
def test_the_top_k_are_the_first_of_a_stable_sort(dtype: type, numbers: int, k: int) -> None:
    random = np.random.default_rng(numbers)
    for values in (random.integers(0, 40, (9, numbers)), random.normal(size=(9, numbers))):
        scores = values.astype(dtype)
        expected = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        np.testing.assert_array_equal(top_k(scores, k), expected)


def test_excluded_products_and_nan_sort_last() -> None:
    scores = np.array([[np.nan, 1, -np.inf, 2, np.nan], [np.nan] * 5, [-np.inf] * 5])
    assert top_k(scores, 2)[0].tolist() == [3, 1]
    assert all(len(set(row)) == 3 for row in top_k(scores, 3).tolist())


def test_the_top_k_of_empty_arrays_are_empty() -> None:
    assert top_k(np.zeros((2, 1)), 0).shape == (2, 0)
    assert top_k(np.zeros((0, 3)), 2).shape == (0, 2)
    assert top_k(np.zeros((2, 0)), 2).shape == (2, 0)


@pytest.mark.parametrize("k", [1, 7, 100])
def test_the_largest_entries_of_each_row_are_selected_and_ties_broken_by_column(k: int) -> None:
    random = np.random.default_rng(k)
    dense = random.integers(0, 6, (30, 200)).astype(np.float32)
    dense[3] = 0
    matrix = sparse.csr_matrix(dense)
    result = Entries.empty(np.minimum(np.diff(matrix.indptr), k))
    topk.largest_entries(Entries.of(matrix), result)
    expected = np.zeros_like(dense)
    for row, values in enumerate(dense):
        columns = np.argsort(-values, kind="stable")[:k]
        expected[row, columns] = values[columns]
    np.testing.assert_array_equal(result.matrix(200).toarray(), expected)
