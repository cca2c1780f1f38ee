import numpy as np
import pytest

from data.datasets.dataset import Dataset
from data.errors import BadInput
from data.preparation.preparation import PREPARATIONS
from data.preparation.prepare import PreparedEvents, prepare
from data.preparation.sequences import UNKNOWN, microseconds, sequences
from data.preparation.splits import PROTOCOLS, Split, split


@pytest.fixture(scope="module")
def prepared(groceries: Dataset) -> PreparedEvents:
    return prepare(groceries, PREPARATIONS["paper"])


@pytest.fixture(scope="module", params=PROTOCOLS)
def protocol_split(request: pytest.FixtureRequest, prepared: PreparedEvents) -> Split:
    return split(prepared, request.param, seed=7)


def test_the_temporal_split_of_the_groceries_is_the_published_one(
    published_groceries: Dataset,
) -> None:
    prepared = prepare(published_groceries, PREPARATIONS["paper"])
    temporal = split(prepared, "temporal")
    codes = sequences(prepared, temporal.visible)
    assert temporal.visible.sum() == 59_426
    assert len(temporal.test) == 7_425
    assert len(np.unique(codes.user[temporal.test])) == 1_631
    assert (codes.product[temporal.test] == UNKNOWN).sum() == 1_484


def test_training_validation_and_test_targets_are_disjoint(protocol_split: Split) -> None:
    parts = [
        set(part) for part in (protocol_split.train, protocol_split.validation, protocol_split.test)
    ]
    assert all(parts)
    assert sum(map(len, parts)) == len(set.union(*parts))


def test_held_out_targets_are_not_visible_and_training_targets_are(protocol_split: Split) -> None:
    assert protocol_split.visible[protocol_split.train].all()
    assert not protocol_split.visible[protocol_split.validation].any()
    assert not protocol_split.visible[protocol_split.test].any()


def test_every_target_has_an_earlier_event_of_the_same_user(
    protocol_split: Split, prepared: PreparedEvents
) -> None:
    users = prepared.events["user"].to_numpy()
    for part in (protocol_split.train, protocol_split.validation, protocol_split.test):
        assert (users[part] == users[part - 1]).all()


def test_the_history_of_a_training_target_is_visible(
    protocol_split: Split, prepared: PreparedEvents
) -> None:
    assert protocol_split.visible[protocol_split.train - 1].all()


def test_the_temporal_split_has_no_training_event_after_a_held_out_target(
    prepared: PreparedEvents,
) -> None:
    temporal = split(prepared, "temporal")
    time = microseconds(prepared.events["time"])
    assert time[temporal.visible].max() < time[temporal.validation].min()
    assert time[temporal.validation].max() < time[temporal.test].min()


def test_leave_one_out_holds_out_the_last_two_events_of_each_user(prepared: PreparedEvents) -> None:
    leave_one_out = split(prepared, "leave-one-out")
    codes = sequences(prepared, leave_one_out.visible)
    assert (leave_one_out.test == codes.offsets[1:] - 1).all()
    assert set(leave_one_out.validation) <= set(codes.offsets[1:] - 2)


def test_the_split_of_the_paper_divides_users_and_limits_histories(
    prepared: PreparedEvents,
) -> None:
    paper = split(prepared, "paper", seed=7)
    user = sequences(prepared).user
    parts = [user[part] for part in (paper.train, paper.validation, paper.test)]
    shares = [len(np.unique(part)) / (user.max() + 1) for part in parts]
    assert shares == pytest.approx([0.6, 0.3, 0.1], abs=0.001)
    assert not set(parts[0]) & set(parts[1]) and not set(parts[0]) & set(parts[2])
    assert len(np.unique(parts[2])) == len(parts[2])
    assert paper.history == 4


def test_the_split_of_the_paper_depends_on_the_seed_only(prepared: PreparedEvents) -> None:
    first, again, other = (split(prepared, "paper", seed=seed) for seed in (1, 1, 2))
    assert (first.test == again.test).all()
    assert len(first.test) != len(other.test) or (first.test != other.test).any()


def test_an_unknown_protocol_is_refused(prepared: PreparedEvents) -> None:
    with pytest.raises(BadInput, match="temporal, basket, horizon, leave-one-out, paper"):
        split(prepared, "random")
