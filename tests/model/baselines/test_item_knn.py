"""Item kNN with shrunk cosines."""

import numpy as np

from data.preparation.sequences import FIRST
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
