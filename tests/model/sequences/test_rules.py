"""Sequential rules, beside a count in plain Python."""

from collections import Counter

import numpy as np
import pytest

from data.preparation.sequences import FIRST
from model.sequences.histories import EventColumns, Histories
from model.sequences.rules import sequential_rules

PRODUCTS, LONGEST = 12, 3


def random_buyers(**columns: np.ndarray) -> Histories:
    product = np.random.default_rng(0).integers(1, PRODUCTS + FIRST, 300).astype(np.int32)
    start = np.arange(0, 300, 20)
    return Histories(EventColumns({"product": product} | columns), start, start + 20)


def counted(buyers: Histories) -> tuple[Counter[tuple[int, int]], Counter[tuple[int, int]]]:
    weights: Counter[tuple[int, int]] = Counter()
    counts: Counter[tuple[int, int]] = Counter()
    is_target = buyers.events.is_target
    for begin, end in zip(buyers.start, buyers.stop, strict=True):
        codes = [int(buyers.columns["product"][i]) for i in range(begin, end) if is_target[i]]
        for i, first in enumerate(codes):
            for distance, second in enumerate(codes[i + 1 : i + 1 + LONGEST], start=1):
                if min(first, second) >= FIRST:
                    weights[first, second] += 1 / distance
                    counts[first, second] += distance == 1
    return weights, counts


@pytest.mark.parametrize("some_are_targets", [False, True])
def test_rules_are_the_pairs_by_the_inverse_of_their_distance(some_are_targets: bool) -> None:
    target = np.random.default_rng(1).random(300) < 0.6
    buyers = random_buyers(**({"target": target} if some_are_targets else {}))
    weights, counts = counted(buyers)
    rules = sequential_rules(buyers, np.arange(PRODUCTS), LONGEST, PRODUCTS)
    for i in range(PRODUCTS):
        own = {pair[1]: weight for pair, weight in weights.items() if pair[0] == i + FIRST}
        codes = [int(code) for code in rules.consequent[i] if code]
        assert sorted(codes) == sorted(own)
        np.testing.assert_allclose(
            rules.weight[i, : len(codes)], [own[c] for c in codes], rtol=1e-5
        )
        assert list(rules.adjacent[i, : len(codes)]) == [counts[i + FIRST, c] for c in codes]
        assert rules.total[i] == pytest.approx(sum(own.values()), rel=1e-5)
        assert rules.least[i] == 0


def test_the_strongest_rules_are_kept_and_the_next_one_is_the_least() -> None:
    buyers = random_buyers()
    every = sequential_rules(buyers, np.arange(PRODUCTS), LONGEST, PRODUCTS)
    some = sequential_rules(buyers, np.arange(PRODUCTS), LONGEST, 4)
    np.testing.assert_array_equal(some.weight, every.weight[:, :4])
    np.testing.assert_array_equal(some.least, every.weight[:, 4])
    np.testing.assert_array_equal(some.total, every.total)
