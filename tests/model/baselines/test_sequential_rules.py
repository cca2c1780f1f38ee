"""Sequential rules, damped and undamped."""

import numpy as np
import pytest

from data.preparation.sequences import FIRST
from model.baselines.sequential_rules import SequentialRules
from model.sequences.histories import Histories
from model.sequences.split_data import split_prepared
from tests.model.toys import prepared, small


@pytest.mark.parametrize(("damping", "higher", "lower"), [(1.0, "lid", "pan"), (1e6, "pan", "lid")])
def test_little_damping_ranks_by_confidence_and_much_by_support(
    damping: float, higher: str, lower: str
) -> None:
    """A pan follows nine of 99 cups, a lid every pot: more pans, a larger share of lids."""
    log = [["cup", "pan"]] * 9 + [["cup", "cup"]] * 45 + [["pot", "lid"]] * 3
    task = split_prepared(prepared([[*pair, "end", "end"] for pair in log]), small())
    code = {name: number for number, name in enumerate(task.sequences.products.ids, start=FIRST)}
    events = np.array([code["pot"], code["cup"]], dtype=np.int32)
    model = SequentialRules(damping=damping)
    model.fit(task.buyers, task.products)
    scores = model.scores(Histories({"product": events}, np.array([0]), np.array([2])))[0]
    assert scores[code[higher] - FIRST] > scores[code[lower] - FIRST]
