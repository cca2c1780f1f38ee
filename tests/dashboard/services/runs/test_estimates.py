"""The size of a training is estimated from its preparation, its duration from earlier runs."""

import pytest

from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.services.runs.estimates import estimate
from data.home import Home
from data.preparation.steps import Step
from model.config.presets import preset
from model.config.run_config import RunConfig

CONFIG = preset("fast").override({"epochs": 10, "early_stopping": 0})
STEPS = (
    Step("all", "All", 2000, 200, 50, 2000),
    Step("min_user_events", "Least", 1000, 100, 40, 1000),
)


def trained(home: Home, dataset: str, config: RunConfig, *, seconds: float) -> str:
    """Store a run whose one epoch took some seconds for 1,000 targets."""
    runs = Runs(home)
    name = runs.create("train", dataset, config.as_dict())
    claimed = runs.queue.claim()
    assert claimed is not None
    runs.attempts.begin(name, claimed.attempt, Process.current())
    metrics = {"targets": 1000.0, "seconds": seconds}
    points = [Point(1, None, key, value, 0.0) for key, value in metrics.items()]
    runs.metric_writer.append(name, claimed.attempt, points)
    runs.attempts.end(name, claimed.attempt, State.FINISHED, None, None)
    return name


def test_targets_are_the_training_events_that_have_an_earlier_one(home: Home) -> None:
    assert estimate(home, "shop", CONFIG, STEPS).targets == 700


def test_without_a_comparable_run_no_duration_is_estimated(home: Home) -> None:
    trained(home, "shop", CONFIG.override({"width": 16}), seconds=5)
    assert estimate(home, "shop", CONFIG, STEPS).seconds is None


def test_the_duration_follows_the_throughput_of_a_comparable_run(home: Home) -> None:
    run = trained(home, "shop", CONFIG, seconds=10)
    estimated = estimate(home, "shop", CONFIG, STEPS)
    assert estimated.run == run
    assert estimated.seconds is not None
    low, high = estimated.seconds
    assert low < 10 * 700 / 100 < high


def test_an_ensemble_takes_as_many_times_as_long(home: Home) -> None:
    trained(home, "shop", CONFIG, seconds=10)
    alone = estimate(home, "shop", CONFIG, STEPS).seconds
    together = estimate(home, "shop", CONFIG.override({"ensemble_size": 3}), STEPS).seconds
    assert alone is not None
    assert together == pytest.approx((3 * alone[0], 3 * alone[1]))


def test_the_least_duration_is_that_of_a_training_that_patience_ends(home: Home) -> None:
    trained(home, "shop", CONFIG, seconds=10)
    whole = estimate(home, "shop", CONFIG, STEPS).seconds
    patient = estimate(home, "shop", CONFIG.override({"early_stopping": 4}), STEPS).seconds
    hasty = estimate(home, "shop", CONFIG.override({"early_stopping": 40}), STEPS).seconds
    assert whole is not None
    assert patient == (whole[0] / 2, whole[1])
    assert hasty == whole


def test_a_run_on_the_same_dataset_is_preferred_to_a_newer_one(home: Home) -> None:
    same = trained(home, "shop", CONFIG, seconds=10)
    trained(home, "other", CONFIG, seconds=1)
    assert estimate(home, "shop", CONFIG, STEPS).run == same
