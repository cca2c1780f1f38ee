"""The transition head: what it reads of a history, and that no target is its own evidence."""

from typing import Any

import numpy as np
import pytest

from data.preparation.sequences import FIRST
from model.networks.transition_head import (
    DAMPING,
    LATEST,
    LatestProducts,
    TransitionHead,
    TransitionMixture,
)
from model.sequences.histories import EventColumns, Histories
from model.sequences.rules import sequential_rules

PRODUCTS = 15
BUYERS, LENGTH = 12, 14
CODES = np.random.default_rng(0).integers(FIRST, PRODUCTS + FIRST, (BUYERS, LENGTH))
STATES = np.random.default_rng(1).normal(size=(1, 8)).astype(np.float32)


def head_of(stops: list[int], consequents: int = PRODUCTS) -> TransitionHead:
    """Return a head whose rules are those of sequences that end at these events."""
    stop = np.array(stops)
    columns = EventColumns({"product": CODES.ravel().astype(np.int32)})
    buyers = Histories(columns, np.append(0, stop[:-1]), stop)
    head = TransitionHead(PRODUCTS + FIRST, consequents)
    head(STATES, np.zeros((1, LATEST), np.int32))
    head.start_from(sequential_rules(buyers, np.arange(PRODUCTS), LATEST, consequents))
    head.linear.assign(np.random.default_rng(2).normal(size=head.linear.shape))
    return head


def by_product(head: TransitionHead, latest: Any, following: Any = None) -> Any:
    """Return the probability of what else is predicted, and of each code by the rules."""
    logs, product = head(STATES, latest, following)
    chances = np.exp(np.asarray(logs)[0])
    of_codes = np.bincount(np.asarray(product)[0], chances[1:], minlength=PRODUCTS + FIRST)
    return np.append(chances[0], of_codes)


@pytest.mark.parametrize("event", [1, 2, 5, 9, LENGTH - 1])
def test_what_follows_a_history_in_training_is_no_part_of_its_rules(event: int) -> None:
    """As if the sequence of the buyer had ended there, and another had begun."""
    buyer = 4
    ends = [(one + 1) * LENGTH for one in range(BUYERS)]
    cut = sorted([*ends, buyer * LENGTH + event])
    own = CODES[buyer]
    latest, following = np.zeros((2, 1, LATEST), np.int32)
    before, after = own[:event][::-1][:LATEST], own[event:][:LATEST]
    latest[0, : len(before)], following[0, : len(after)] = before, after
    found = by_product(head_of(ends), latest, following)
    np.testing.assert_allclose(found, by_product(head_of(cut), latest), atol=1e-5)
    assert found.sum() == pytest.approx(1, abs=1e-5)
    assert not np.allclose(found, by_product(head_of(ends), latest), atol=1e-4)


def test_a_rule_weaker_than_those_left_out_counts_for_nothing() -> None:
    """Otherwise a target that is in the table by its own evidence alone would be given away."""
    head = head_of([(one + 1) * LENGTH for one in range(BUYERS)], consequents=4)
    latest = np.full((1, LATEST), CODES[0, 3], np.int32)
    weakest = int(np.asarray(head.consequent)[CODES[0, 3], 3])
    following = np.zeros((1, LATEST), np.int32)
    following[0, 0] = weakest
    assert by_product(head, latest)[1 + weakest] >= 0
    assert by_product(head, latest, following)[1 + weakest] == 0


def test_untrained_rules_of_the_last_product_are_those_of_a_markov_chain_with_back_off() -> None:
    ends = [(one + 1) * LENGTH for one in range(BUYERS)]
    head = head_of(ends)
    head.linear.assign(np.tile(np.arange(head.linear.shape[1]) == 0, (LATEST, 1)))
    latest = np.zeros((1, LATEST), np.int32)
    latest[0, 0] = code = CODES[2, 2]
    found = by_product(head, latest)
    weights = np.zeros(PRODUCTS + FIRST)
    for row in CODES:
        for i in np.flatnonzero(row == code):
            for distance, second in enumerate(row[i + 1 : i + 1 + LATEST], start=1):
                weights[second] += 1 / distance
    expected = weights / (weights.sum() + DAMPING)
    np.testing.assert_allclose(found[1:] / found[0], expected, rtol=1e-4)


def test_the_latest_products_are_those_of_the_types_that_are_predicted() -> None:
    product = np.array([[5, 6, 7, 8, 9, 0], [3, 4, 0, 0, 0, 0]], np.int32)
    kind = np.array([[2, 3, 3, 2, 4, 0], [2, 2, 0, 0, 0, 0]], np.int32)
    position = np.array([4, 2, 7, 6], np.int32)
    every = np.asarray(LatestProducts()(product, None, position))
    assert every[:, :5].tolist() == [
        [9, 8, 7, 6, 5],
        [7, 6, 5, 0, 0],
        [4, 3, 0, 0, 0],
        [3] + [0] * 4,
    ]
    some = np.asarray(LatestProducts((3, 4))(product, kind, position))
    assert some[:, :3].tolist() == [[9, 7, 6], [7, 6, 0], [0, 0, 0], [0, 0, 0]]


def test_probabilities_of_a_product_by_several_rules_add_up() -> None:
    rules, product = np.zeros((1, 1 + LATEST), np.float32), np.zeros((1, LATEST), np.int32)
    chances = np.array([0.4, 0.1, 0.2, 0.3, 0, 0])
    rules[0] = np.log(np.maximum(chances, 1e-30))
    product[0, :3] = FIRST + 1, FIRST + 2, FIRST + 1
    scores = np.asarray(
        TransitionMixture()(np.log([[0.5, 0.25, 0.25]]).astype("f"), rules, product)
    )
    np.testing.assert_allclose(np.exp(scores[0]), [0.2, 0.5, 0.3], atol=1e-6)
