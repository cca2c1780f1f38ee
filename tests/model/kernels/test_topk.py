"""The largest of many numbers are those that a stable sort puts first."""

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
def test_the_top_is_the_start_of_a_stable_sort(dtype: type, numbers: int, k: int) -> None:
    random = np.random.default_rng(numbers)
    for values in (random.integers(0, 40, (9, numbers)), random.normal(size=(9, numbers))):
        scores = values.astype(dtype)
        expected = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        np.testing.assert_array_equal(top_k(scores, k), expected)


def test_what_is_left_out_or_no_number_is_last() -> None:
    scores = np.array([[np.nan, 1, -np.inf, 2, np.nan], [np.nan] * 5, [-np.inf] * 5])
    assert top_k(scores, 2)[0].tolist() == [3, 1]
    assert all(len(set(row)) == 3 for row in top_k(scores, 3).tolist())


def test_of_nothing_there_is_no_top() -> None:
    assert top_k(np.zeros((2, 1)), 0).shape == (2, 0)
    assert top_k(np.zeros((0, 3)), 2).shape == (0, 2)
    assert top_k(np.zeros((2, 0)), 2).shape == (2, 0)


@pytest.mark.parametrize("number", [1, 7, 100])
def test_of_each_row_the_strongest_entries_are_kept_and_of_equal_ones_the_first(
    number: int,
) -> None:
    random = np.random.default_rng(number)
    dense = random.integers(0, 6, (30, 200)).astype(np.float32)
    dense[3] = 0
    matrix = sparse.csr_matrix(dense)
    kept = Entries.empty(np.minimum(np.diff(matrix.indptr), number))
    topk.largest_entries(Entries.of(matrix), kept)
    expected = np.zeros_like(dense)
    for row, values in enumerate(dense):
        chosen = np.argsort(-values, kind="stable")[:number]
        expected[row, chosen] = values[chosen]
    np.testing.assert_array_equal(kept.matrix(200).toarray(), expected)
