"""A run is judged on what came after its training, under the protocol of its training."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from model.evaluation.drift import assess_drift
from model.evaluation.later_comparison import compare_later
from model.evaluation.later_targets import DEPTH, Period, judge
from model.run_files import DRIFT, EVALUATION
from model.run_folder import RunFolder
from model.training.trainer import train
from tests.conftest import Setup
from tests.model.changing_shop import write_log
from tests.model.toys import small
from tests.model.training.test_trainer import Notes, never

pytestmark = pytest.mark.slow


def train_and_add(folder: Path) -> None:
    """Train on three weeks, and add a fourth one of another taste."""
    store = Store(Home(folder / "home"))
    three = write_log(folder / "three.csv", 0, 3)
    dataset = ingest(store, ImportRequest([three], "shop"))
    for protocol in ("temporal", "basket", "horizon"):
        config = small(protocol=protocol, epochs=8, learning_rate=0.01, horizon_days=3)
        train(config, dataset, folder / protocol, Notes(), never)
    shutil.copytree(folder / "home", folder / "before")
    fourth = write_log(folder / "fourth.csv", 3, 1, changed=True)
    ingest(store, ImportRequest([fourth], "shop", mode="append"))


@pytest.fixture(scope="module")
def shop(set_up_once: Setup) -> Path:
    return set_up_once("changing-shop", train_and_add)


def dataset(shop: Path, home: str = "home") -> Dataset:
    return Store(Home(shop / home)).open("shop")


@pytest.fixture(scope="module")
def drift(shop: Path) -> dict[str, Any]:
    return assess_drift(shop / "temporal", dataset(shop))


@pytest.mark.parametrize("protocol", ["temporal", "basket", "horizon"])
def test_the_figures_of_the_test_part_are_those_of_the_run(shop: Path, protocol: str) -> None:
    """Added events change neither the targets nor the vocabulary nor popularity."""
    evaluation = RunFolder(shop / protocol).read_json(EVALUATION)
    before = assess_drift(shop / protocol, dataset(shop))["before"]
    stored = {model["name"]: model for model in evaluation["models"]}
    assert before["targets"] == evaluation["targets"]
    for model in before["models"]:
        assert model["metrics"].items() <= stored[model["name"]]["metrics"].items()
        assert model["ci95"].items() <= stored[model["name"]]["ci95"].items()


def test_the_targets_after_the_training_are_those_of_a_run_that_holds_them_out(shop: Path) -> None:
    """The fourth week is judged as the test part of a run on four weeks would be."""
    run = RunFolder(shop / "temporal")
    _past, later = judge(run, dataset(shop))
    times = later.task.sequences.time
    stop = times[later.task.split.test].min()
    before = later.task.split.ends[later.task.split.test] - 1
    assert (times[before] < times[later.task.split.test]).all()
    assert not later.task.split.visible[later.task.split.test].any()
    assert later.task.split.visible.sum() == (times < stop).sum()


def test_a_change_of_taste_is_a_fall(drift: dict[str, Any]) -> None:
    change, before, since = drift["change"], drift["before"], drift["since"]
    assert before["models"][0]["metrics"]["hr@10"] > 0.9
    assert change["high"] < 0
    assert change["low"] <= change["value"] <= change["high"]
    network, popularity = since["models"]
    assert popularity["name"] == "popularity"
    hr = [part["models"][0]["metrics"]["hr@10"] for part in (since, before)]
    assert change["value"] == pytest.approx(hr[0] - hr[1])
    assert network["metrics"]["ndcg@10"] < before["models"][0]["metrics"]["ndcg@10"]


def test_the_change_is_the_sum_of_its_parts(drift: dict[str, Any]) -> None:
    change = drift["change"]
    assert change["unknown_products"] + change["known_products"] == pytest.approx(change["value"])
    assert change["unknown_products"] < 0
    assert drift["before"]["unknown_products"] == 0
    assert drift["since"]["unknown_products"] == pytest.approx(0.3, abs=0.05)


def test_weeks_lie_around_the_end_of_the_training(drift: dict[str, Any]) -> None:
    weeks = drift["weeks"]
    assert [week["since"] for week in weeks] == [False, True]
    assert weeks[0]["until"] == weeks[1]["from"] == drift["trained_until"]
    assert sum(week["targets"] for week in weeks) == sum(
        drift[part]["targets"] for part in ("before", "since")
    )


def test_the_log_itself_drifted(drift: dict[str, Any]) -> None:
    before, since = drift["before"], drift["since"]
    assert since["median_price"] == pytest.approx(before["median_price"] + 5, abs=1)
    assert (before["new_products"], since["new_products"]) == (0, 0.5)
    assert (before["unknown_buyers"], since["unknown_buyers"]) == (0, 0)
    assert before["category_distance"] == 0
    assert 0 < since["category_distance"] < 0.1


def test_the_result_is_a_file_of_the_run(shop: Path, drift: dict[str, Any]) -> None:
    assert json.loads((shop / "temporal" / DRIFT).read_text()) == drift


def test_under_horizon_only_whole_periods_are_judged(shop: Path) -> None:
    _past, later = judge(RunFolder(shop / "horizon"), dataset(shop))
    first, last = later.times.min(), later.times.max()
    assert 3 * 86_400_000_000 < last - first < 6 * 86_400_000_000
    assert len(np.unique(later.task.split.asking_time[later.task.split.test])) == 2


def test_hits_are_known_products_within_the_first_ten(shop: Path) -> None:
    past, later = judge(RunFolder(shop / "temporal"), dataset(shop))
    for targets in (past, later):
        whole = Period(int(targets.times.min()), int(targets.times.max()) + 1)
        assert targets.hits.mean() == pytest.approx(
            targets.figures(whole)["models"][0]["metrics"][f"hr@{DEPTH}"]
        )


def test_without_later_events_there_is_nothing_to_judge(shop: Path) -> None:
    with pytest.raises(BadInput, match="has no purchase to judge after 2024-01-2"):
        assess_drift(shop / "temporal", dataset(shop, "before"))


def test_a_replaced_dataset_is_refused(shop: Path, tmp_path: Path) -> None:
    store = Store(Home(tmp_path / "home"))
    other = ingest(store, ImportRequest([shop / "fourth.csv"], "shop"))
    with pytest.raises(BadInput, match="was replaced since run temporal was trained"):
        assess_drift(shop / "temporal", other)


def test_a_protocol_that_is_not_by_time_is_refused(shop: Path, tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.write_json("config.json", small().as_dict())
    with pytest.raises(BadInput, match="leave-one-out, which does not split by time"):
        assess_drift(tmp_path, dataset(shop))


def test_a_fresh_training_is_compared_on_targets_that_neither_was_trained_on(
    shop: Path, drift: dict[str, Any], tmp_path: Path
) -> None:
    fresh = tmp_path / "fresh"
    config = small(protocol="temporal", epochs=30, learning_rate=0.02)
    train(config, dataset(shop), fresh, Notes(), never)
    comparison = compare_later(shop / "temporal", fresh, dataset(shop))
    evaluation = RunFolder(fresh).read_json(EVALUATION)
    assert comparison["from"] >= drift["trained_until"]
    assert comparison["targets"] == evaluation["targets"]
    assert comparison["new"].items() <= evaluation["models"][0]["metrics"].items()
    difference = comparison["difference"]["ndcg@10"]
    assert difference["low"] > 0
    assert difference["value"] == pytest.approx(
        comparison["new"]["ndcg@10"] - comparison["old"]["ndcg@10"]
    )


def test_a_run_is_no_better_than_itself(shop: Path) -> None:
    run = shop / "temporal"
    difference = compare_later(run, run, dataset(shop))["difference"]
    assert {one["value"] for one in difference.values()} == {0}
