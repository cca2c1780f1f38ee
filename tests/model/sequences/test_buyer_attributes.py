"""Attributes of buyers as codes: what training saw has one, all else is missing."""

import numpy as np
import pandas as pd
import pytest

from data.datasets.attribute_table import AttributeTable
from data.datasets.side_tables import Attribute
from data.errors import BadInput
from data.preparation.sequences import UNKNOWN
from model.sequences.attributes_numpy import RARE
from model.sequences.buyer_attributes import BuyerAttributes, drop_attributes
from model.sequences.split_data import SplitData, split_prepared
from model.sequences.windows import Windows, target_windows, training_windows
from tests.model.toys import buyer_table, prepared, random_histories, small

SEX, CITY, AGE = (
    Attribute("sex", "category", "Sex"),
    Attribute("city", "category", "City"),
    Attribute("age", "number", "Age"),
)
USERS = [f"u{number:05d}" for number in range(100)]


def table(attribute: Attribute, values: list[object]) -> AttributeTable:
    rows = pd.DataFrame({attribute.name: values}, index=USERS[: len(values)])
    return AttributeTable((attribute,), rows)


def codes(attribute: Attribute, values: list[object]) -> list[int]:
    """Return the codes of values that are all of training."""
    given = table(attribute, values)
    users = USERS[: len(values)]
    codes = BuyerAttributes.of(given, users).codes_of_users(given, users)
    return codes[:, 0].tolist()


def test_values_have_codes_by_falling_frequency_and_rare_ones_share_one() -> None:
    values = ["F"] * 5 + ["M"] * 6 + ["X", "Y", None]
    assert codes(SEX, values) == [4] * 5 + [3] * 6 + [RARE, RARE, UNKNOWN]


def test_numbers_are_in_intervals_of_about_as_many_buyers() -> None:
    found = codes(AGE, [*range(100)])
    assert np.bincount(found)[RARE:].tolist() == [10] * 10
    assert found == sorted(found)


def test_an_attribute_that_tells_no_buyers_apart_is_left_out() -> None:
    for values in (["F"] * 20, [None] * 20, USERS[:20]):
        assert not BuyerAttributes.of(table(SEX, values), USERS[: len(values)])


def test_values_that_training_never_saw_are_missing() -> None:
    known = BuyerAttributes.of(table(SEX, ["F", "M"] * 10), USERS[:20])
    later = table(SEX, ["M", "D", "F"])
    assert known.codes_of_users(later, [*USERS[:3], "nobody"])[:, 0].tolist() == [
        4,
        UNKNOWN,
        3,
        UNKNOWN,
    ]


def test_an_attribute_that_was_replaced_by_others_is_missing() -> None:
    known = BuyerAttributes.of(table(AGE, [*range(20)]), USERS[:20])
    for other in (table(SEX, ["F"] * 20), table(AGE, ["young"] * 20), AttributeTable()):
        assert (known.codes_of_users(other, USERS[:20]) == UNKNOWN).all()


def test_a_buyer_given_by_hand_has_the_codes_of_the_table() -> None:
    given = buyer_table(100)
    known = BuyerAttributes.of(given, USERS)
    by_table = known.codes_of_users(given, USERS)
    by_hand = [known.codes(row)[0].tolist() for row in given.rows.to_dict("records")]
    assert by_table.tolist() == by_hand
    assert (
        known.codes({"age": "31", "sex": "M"}).tolist()
        == known.codes({"age": 31.0, "sex": "M"}).tolist()
    )
    assert known.known({"age": 31, "sex": "D", "shoe": 9}) == ["age"]


@pytest.mark.parametrize(
    ("buyer", "words"), [({"shoe": 9}, "age, sex"), ({"age": "old"}, "a number")]
)
def test_what_no_buyer_has_is_refused(buyer: dict[str, object], words: str) -> None:
    known = BuyerAttributes.of(buyer_table(100), USERS)
    with pytest.raises(BadInput, match=words):
        known.check(buyer)
    known.check({"age": None, "sex": "never seen"})


def test_training_masks_whole_buyers_and_single_attributes() -> None:
    dropped = drop_attributes(np.full((20_000, 3), 7, np.int32), np.random.default_rng(0))
    lost = dropped == UNKNOWN
    assert 0.49 < lost.all(axis=1).mean() < 0.52
    assert 0.54 < lost[:, 0].mean() < 0.56


@pytest.fixture(scope="module")
def data() -> SplitData:
    log = prepared(random_histories(100, 20, longest=30), buyers=buyer_table(100))
    return split_prepared(log, small())


def test_every_history_and_window_has_the_attributes_of_its_buyer(data: SplitData) -> None:
    expected = data.buyer_attributes.codes_of_users(buyer_table(100), data.sequences.users)
    user = data.sequences.user
    for targets in (data.split.validation, data.split.test):
        histories = data.histories(targets)
        assert histories.buyer is not None
        assert histories.buyer.tolist() == expected[user[targets]].tolist()
        of_targets = histories.of_targets()
        assert of_targets.buyer is histories.buyer
        windows = target_windows(histories, targets, 10)
        assert of_each_target(windows) == expected[user[windows.target]].tolist()
    windows = training_windows(data.buyers, 10, np.random.default_rng(0))
    training = user[data.split.visible]
    assert of_each_target(windows) == expected[training[windows.target]].tolist()


def of_each_target(windows: Windows) -> list[list[int]]:
    """Return the attributes of the buyer of each target's window."""
    assert windows.histories.buyer is not None
    codes: list[list[int]] = np.repeat(
        windows.histories.buyer, np.diff(windows.first), axis=0
    ).tolist()
    return codes


def test_batches_hold_attributes_where_they_are_asked_for(data: SplitData) -> None:
    windows = training_windows(data.buyers, 10, np.random.default_rng(0))
    assert "buyer" not in next(windows.batches(("product",), 200)).inputs
    batch = next(windows.batches(("product",), 200, buyer=True))
    assert batch.inputs["buyer"].shape == (len(batch.inputs["length"]), 2)


def test_a_dataset_without_attributes_has_no_column_of_them() -> None:
    data = split_prepared(prepared(random_histories(60, 20)), small())
    assert "buyer" not in data.columns
    assert data.histories(data.split.test).buyer is None
