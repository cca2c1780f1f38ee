"""Leaks, calibration and collapsed rankings are detected."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.preparation.splits import PROTOCOLS
from model.evaluation.diagnostics import (
    AFTER_CUT,
    COUNTS,
    LATER,
    MOMENT,
    TARGETS,
    calibration,
    find_leaks,
    modal_list_share,
)
from model.metrics.segments import segment_masks
from model.sequences.histories import Histories
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import START, prepared, random_histories, small


def task(protocol: str) -> SplitData:
    """Return a split of two weeks in which every third purchase begins a session."""

    def times(events: pd.DataFrame) -> pd.Series:
        return START + pd.to_timedelta(events["step"] * 30 + events["row"] % 24, unit="h")

    log = prepared(random_histories(80, 20), time=times)
    return split_prepared(log, small(protocol=protocol, horizon_days=3))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_correct_split_has_no_leak(protocol: str) -> None:
    assert find_leaks(task(protocol)) == []


def test_a_visible_target_is_a_leak() -> None:
    correct = task("temporal")
    visible = correct.split.visible.copy()
    visible[correct.split.test[3]] = True
    leaking = replace(correct, split=replace(correct.split, visible=visible))
    assert {TARGETS, LATER, COUNTS} <= set(find_leaks(leaking))


@pytest.mark.parametrize("events", [1, 7, 100])
def test_leaks_and_repeats_are_found_in_blocks_of_any_size(
    events: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    correct, leaking = task("basket"), task("basket")
    leaking.columns["lag"][:] = 0
    targets = correct.split.test
    expected = segment_masks(correct, targets)["target"]["repeat"]
    blocks = Histories.blocks
    monkeypatch.setattr(Histories, "blocks", lambda self: blocks(self, events))
    assert (find_leaks(correct), find_leaks(leaking)) == ([], [MOMENT])
    repeats = segment_masks(correct, targets)["target"]["repeat"]
    assert 0 < repeats.sum() < len(repeats)
    np.testing.assert_array_equal(repeats, expected)


@pytest.mark.parametrize(("protocol", "leak"), [("basket", MOMENT), ("horizon", AFTER_CUT)])
def test_a_history_that_holds_a_part_of_its_set_is_a_leak(protocol: str, leak: str) -> None:
    leaking = task(protocol)
    leaking.columns["lag"][:] = 0
    assert leak in find_leaks(leaking)


def test_a_vocabulary_of_all_events_is_a_leak() -> None:
    correct = task("leave-one-out")
    vocabulary = replace(correct.sequences.products, counts=correct.popularity + 1)
    leaking = replace(correct, sequences=replace(correct.sequences, products=vocabulary))
    assert find_leaks(leaking) == [COUNTS]


def test_the_calibration_error_of_true_probabilities_is_small() -> None:
    random = np.random.default_rng(0)
    probability = random.random(20_000)
    hit = (random.random(20_000) < probability).astype(float)
    assert calibration(probability, hit)["error"] < 0.02
    assert calibration(probability**3, hit)["error"] > 0.1


def test_a_model_without_probabilities_has_no_calibration() -> None:
    assert calibration(np.array([np.nan, 0.2]), np.array([1.0, 0.0])) is None


def test_the_share_of_the_most_frequent_list() -> None:
    top = np.tile(np.arange(10), (100, 1))
    top[:5] += 10
    assert modal_list_share(top) == 0.95
