"""The settings of rules: what they take, and what is stored."""

from typing import Any

import pytest

from data.errors import BadInput
from model.serving.rules.settings import Rules


def test_rules_that_are_set_are_stored_and_read_again() -> None:
    rules = Rules().override(
        {"pinned": "3:tea, 1:cup", "price_high": "2", "never_brands": ["a, b"], "recent_days": 0}
    )
    stored = {"never_brands": ["a, b"], "price_high": 2.0, "pinned": ["3:tea", "1:cup"]}
    assert rules.as_dict() == stored
    assert Rules.from_dict(stored) == rules
    assert Rules().as_dict() == {}


def test_pins_are_in_the_order_of_their_positions() -> None:
    assert Rules(pinned=("3:tea", "1:cup:red")).pins == {1: "cup:red", 3: "tea"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"max_per_brand": "-1"}, "max_per_brand cannot be “-1”: it takes a whole number from 0"),
        ({"max_brand": 1}, "There is no setting “max_brand”; the settings are stock_list"),
        ({"new_factor": 0}, "new_factor cannot be “0”"),
        ({"again_share": 1.5}, "again_share cannot be “1.5”"),
        ({"stock_column": "state"}, "stock_column and stock_values go together"),
        ({"stock_values": "yes"}, "stock_column and stock_values go together"),
        ({"price_low": 3, "price_high": 2}, "price_low (3.0) is above price_high (2.0)"),
        ({"pinned": "tea"}, "pinned cannot be “tea”"),
        ({"pinned": "0:tea"}, "pinned cannot be “0:tea”"),
        ({"pinned": "1:"}, "pinned cannot be “1:”"),
        ({"pinned": "1:tea,1:cup"}, "names a position or a product twice"),
        ({"pinned": "1:tea,2:tea"}, "names a position or a product twice"),
    ],
)
def test_a_wrong_rule_is_refused_in_a_sentence(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput) as error:
        Rules.from_dict(settings)
    assert words in str(error.value)
