"""Item kNN with shrunk cosines."""

import numpy as np
import pytest
from scipy import sparse

from data.preparation.sequences import FIRST
from model.baselines import knn
from model.baselines.item_knn import ItemKNN
from model.sequences.histories import Histories
from model.sequences.split_data import split_prepared
from tests.model.toys import prepared, small


def test_a_pair_of_many_users_is_more_similar_than_a_pair_of_one() -> None:
    """Who has the cup often has the pot; one user alone has both the rug and the saw."""
    together, apart = [["cup", "pot"]] * 15, [["cup", "pan"]] * 5 + [["pot", "lid"]] * 5
    log = [[*pair, pair[0], pair[0]] for pair in [*together, *apart, ["rug", "saw"]]]
    task = split_prepared(prepared(log), small())
    model = ItemKNN()
    model.fit(task.buyers, task.products)
    code = {name: number for number, name in enumerate(task.sequences.products.ids, start=FIRST)}
    history = np.array([code["cup"], code["rug"]], dtype=np.int32)
    scores = model.scores(Histories({"product": history}, np.array([0]), np.array([2])))[0]
    best = task.sequences.products.ids[np.argsort(-scores)]
    assert list(best[:2]) == ["cup", "pot"]


@pytest.mark.parametrize("terms", [1, 50, 1000, 2**24])
def test_the_neighbours_are_the_same_in_blocks_of_any_size(
    monkeypatch: pytest.MonkeyPatch, terms: int
) -> None:
    """Entries are small integers, so that many are equal; the first and last rows are empty."""
    random = np.random.default_rng(0)
    dense = random.integers(1, 4, (40, 30)) * (random.random((40, 30)) < 0.3)
    dense[:, [0, 12, 29]] = 0
    right = sparse.csr_matrix(dense.astype(np.float32))
    left = right.T.tocsr()
    expected = knn.nearest((left @ right).tocsr(), 5).toarray()
    monkeypatch.setattr(knn, "TERMS_PER_BLOCK", terms)
    found = knn.nearest_in_product(left, right, 5)
    assert np.diff(found.indptr).max() == 5
    np.testing.assert_array_equal(found.toarray(), expected)
