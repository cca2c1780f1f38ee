import numpy as np
import pytest

from data.datasets.store import Dataset
from data.errors import BadInput
from data.preparation.preparation import PREPARATIONS
from data.preparation.prepare import Prepared, prepare
from data.preparation.sequences import UNKNOWN, microseconds, sequences
from data.preparation.splits import PROTOCOLS, Split, split


@pytest.fixture(scope="module")
def prepared(groceries: Dataset) -> Prepared:
    return prepare(groceries, PREPARATIONS["paper"])


@pytest.fixture(scope="module", params=PROTOCOLS)
def division(request: pytest.FixtureRequest, prepared: Prepared) -> Split:
    return split(prepared, request.param, seed=7)


def test_the_temporal_split_of_the_groceries_is_the_published_one(prepared: Prepared) -> None:
    division = split(prepared, "temporal")
    codes = sequences(prepared, division.visible)
    assert division.visible.sum() == 59_426
    assert len(division.test) == 7_425
    assert len(np.unique(codes.user[division.test])) == 1_631
    assert (codes.product[division.test] == UNKNOWN).sum() == 1_484


def test_targets_of_one_part_are_not_targets_of_another(division: Split) -> None:
    parts = [set(part) for part in (division.train, division.validation, division.test)]
    assert all(parts)
    assert sum(map(len, parts)) == len(set.union(*parts))


def test_held_out_targets_are_not_visible_and_training_targets_are(division: Split) -> None:
    assert division.visible[division.train].all()
    assert not division.visible[division.validation].any()
    assert not division.visible[division.test].any()


def test_every_target_has_an_earlier_event_of_its_buyer(
    division: Split, prepared: Prepared
) -> None:
    users = prepared.events["user"].to_numpy()
    for part in (division.train, division.validation, division.test):
        assert (users[part] == users[part - 1]).all()


def test_the_history_of_a_training_target_is_visible(division: Split, prepared: Prepared) -> None:
    assert division.visible[division.train - 1].all()


def test_training_by_time_sees_no_event_after_a_held_out_target(prepared: Prepared) -> None:
    division = split(prepared, "temporal")
    time = microseconds(prepared.events["time"])
    assert time[division.visible].max() < time[division.validation].min()
    assert time[division.validation].max() < time[division.test].min()


def test_leaving_one_out_holds_out_each_buyers_last_two_events(prepared: Prepared) -> None:
    division = split(prepared, "leave-one-out")
    codes = sequences(prepared, division.visible)
    assert (division.test == codes.offsets[1:] - 1).all()
    assert set(division.validation) <= set(codes.offsets[1:] - 2)


def test_the_papers_split_divides_buyers_and_bounds_histories(prepared: Prepared) -> None:
    division = split(prepared, "paper", seed=7)
    user = sequences(prepared).user
    parts = [user[part] for part in (division.train, division.validation, division.test)]
    shares = [len(np.unique(part)) / (user.max() + 1) for part in parts]
    assert shares == pytest.approx([0.6, 0.3, 0.1], abs=0.001)
    assert not set(parts[0]) & set(parts[1]) and not set(parts[0]) & set(parts[2])
    assert len(np.unique(parts[2])) == len(parts[2])
    assert division.history == 4


def test_the_seed_alone_decides_the_papers_split(prepared: Prepared) -> None:
    first, again, other = (split(prepared, "paper", seed=seed) for seed in (1, 1, 2))
    assert (first.test == again.test).all()
    assert len(first.test) != len(other.test) or (first.test != other.test).any()


def test_an_unknown_protocol_is_refused(prepared: Prepared) -> None:
    with pytest.raises(BadInput, match="temporal, leave-one-out, paper"):
        split(prepared, "random")
