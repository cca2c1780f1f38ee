"""Leaks, calibration and collapsed rankings are detected."""

from dataclasses import replace

import numpy as np
import pytest

from model.evaluation.diagnostics import (
    COUNTS,
    LATER,
    TARGETS,
    calibration,
    find_leaks,
    modal_list_share,
)
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import prepared, random_histories, small


def task(protocol: str) -> SplitData:
    return split_prepared(prepared(random_histories(80, 20)), small(protocol=protocol))


@pytest.mark.parametrize("protocol", ["temporal", "leave-one-out", "paper"])
def test_an_honest_split_has_no_leak(protocol: str) -> None:
    assert find_leaks(task(protocol)) == []


def test_a_visible_target_is_found() -> None:
    honest = task("temporal")
    visible = honest.split.visible.copy()
    visible[honest.split.test[3]] = True
    leaking = replace(honest, split=replace(honest.split, visible=visible))
    assert {TARGETS, LATER, COUNTS} <= set(find_leaks(leaking))


def test_a_vocabulary_of_all_events_is_found() -> None:
    honest = task("leave-one-out")
    whole = replace(honest.sequences.products, counts=honest.popularity + 1)
    leaking = replace(honest, sequences=replace(honest.sequences, products=whole))
    assert find_leaks(leaking) == [COUNTS]


def test_a_model_that_is_as_right_as_it_says_is_calibrated() -> None:
    random = np.random.default_rng(0)
    chance = random.random(20_000)
    hit = (random.random(20_000) < chance).astype(float)
    assert calibration(chance, hit)["error"] < 0.02
    assert calibration(chance**3, hit)["error"] > 0.1


def test_a_model_without_probabilities_has_no_calibration() -> None:
    assert calibration(np.array([np.nan, 0.2]), np.array([1.0, 0.0])) is None


def test_a_list_that_nearly_everybody_gets_is_noticed() -> None:
    best = np.tile(np.arange(10), (100, 1))
    best[:5] += 10
    assert modal_list_share(best) == 0.95
