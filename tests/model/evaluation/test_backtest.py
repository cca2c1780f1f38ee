"""A rolling backtest judges runs with several cuts as ordinary runs are judged."""

import gc
import shutil
import weakref
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from model.evaluation import backtest as module
from model.evaluation.backtest import backtest, cut_days
from model.evaluation.drift import assess_drift
from model.evaluation.evaluate import evaluate_run
from model.evaluation.later_targets import RankedTargets, judge_later
from model.run_files import EVALUATION
from model.run_folder import RunFolder
from model.sequences.split_data import SplitData
from model.training.trainer import train
from tests.conftest import Setup
from tests.model.changing_shop import write_log
from tests.model.toys import small
from tests.model.training.test_trainer import Notes, never

pytestmark = pytest.mark.slow

CUTS = cut_days(datetime(2024, 1, 1), datetime(2024, 1, 28, 23), 2, 7)


def train_until_each_cut(folder: Path) -> None:
    """Train until the end of the second and of the third week of a log of four weeks."""
    logs = [
        write_log(folder / "three.csv", 0, 3),
        write_log(folder / "four.csv", 3, 1, changed=True),
    ]
    dataset = ingest(Store(Home(folder / "home")), ImportRequest(logs, "shop"))
    for number, day in enumerate(CUTS):
        settings = {"protocol": "temporal", "epochs": 8, "learning_rate": 0.01}
        settings["compare_baselines"] = False
        config = small(**settings, **{"preparation.last": day.isoformat()})
        train(config, dataset, folder / f"cut-{number}", Notes(), never)


@pytest.fixture(scope="module")
def shop(set_up_once: Setup) -> Path:
    return set_up_once("backtest-shop", train_until_each_cut)


def dataset(shop: Path) -> Dataset:
    return Store(Home(shop / "home")).open("shop")


@pytest.fixture(scope="module")
def judged(shop: Path) -> dict[str, Any]:
    return backtest([shop / "cut-0", shop / "cut-1"], dataset(shop), CUTS)


def test_cuts_are_whole_periods_apart_and_before_the_end() -> None:
    assert [date(2024, 1, 13), date(2024, 1, 20)] == CUTS


@pytest.mark.parametrize(
    ("days", "cuts", "words"),
    [(9, 1, "too short for a backtest, which takes 14 days"), (27, 3, "room for 1 to 2 cuts")],
)
def test_a_log_that_is_too_short_is_refused(days: int, cuts: int, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        cut_days(datetime(2024, 1, 1), datetime(2024, 1, 1 + days), cuts, 7)


def test_every_model_is_judged_on_each_period_after_its_cut(judged: dict[str, Any]) -> None:
    points = [(point["run"], point["age"], point["from"][:10]) for point in judged["points"]]
    assert points == [
        ("cut-0", 0, "2024-01-14"),
        ("cut-0", 1, "2024-01-21"),
        ("cut-1", 0, "2024-01-21"),
    ]


def test_the_figures_of_a_cut_are_those_of_an_ordinary_run_with_that_cut(
    shop: Path, judged: dict[str, Any]
) -> None:
    for run in ("cut-0", "cut-1"):
        drift = assess_drift(shop / run, dataset(shop))
        evaluation = RunFolder(shop / run).read_json(EVALUATION)
        assert drift["before"]["targets"] == evaluation["targets"]
        weeks = [week["models"] for week in drift["weeks"] if week["since"]]
        points = [point["models"] for point in judged["points"] if point["run"] == run]
        assert points == weeks[: len(points)]


def test_a_cut_is_judged_until_the_next_one(judged: dict[str, Any]) -> None:
    first, second = judged["cuts"]
    assert [first["last_day"], second["last_day"]] == [day.isoformat() for day in CUTS]
    assert first["until"] == second["from"]
    for cut, point in zip((first, second), (judged["points"][n] for n in (0, 2)), strict=True):
        assert cut["models"] == point["models"]  # the next cut is one period later
        assert cut["targets"] == point["targets"]


def test_progress_rises_over_all_runs(shop: Path) -> None:
    shares: list[float] = []
    backtest([shop / "cut-0", shop / "cut-1"], dataset(shop), CUTS, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert any(0 < share < 1 for share in shares)


def test_the_log_of_one_run_at_a_time_is_in_memory(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two dozen copies of a log of millions of events would not fit."""
    tasks: list[weakref.ref[SplitData]] = []

    def judge(*arguments: Any) -> RankedTargets:
        gc.collect()
        assert all(task() is None for task in tasks)
        judged = judge_later(*arguments)
        tasks.append(weakref.ref(judged.task))
        return judged

    monkeypatch.setattr(module, "judge_later", judge)
    backtest([shop / "cut-0", shop / "cut-1"], dataset(shop), CUTS)
    assert len(tasks) == 2


def test_a_training_without_all_baselines_is_beside_popularity(shop: Path, tmp_path: Path) -> None:
    models = RunFolder(shop / "cut-0").read_json(EVALUATION)["models"]
    names = [model["name"] for model in models]
    assert names[1:] == ["popularity"]
    folder = shutil.copytree(shop / "cut-0", tmp_path / "cut-0")
    assert [model["name"] for model in evaluate_run(folder, dataset(shop))["models"]] == names


def test_the_loss_of_an_older_model_is_paired(judged: dict[str, Any]) -> None:
    (age,) = judged["ages"]
    old, new = judged["points"][1:]
    assert old["targets"] == new["targets"] == age["targets"]
    assert age["days"] == 7
    difference = new["models"][0]["metrics"]["hr@10"] - old["models"][0]["metrics"]["hr@10"]
    assert age["loss"]["hr@10"] == pytest.approx(difference)
    low, high = age["ci95"]["hr@10"]
    assert low <= age["loss"]["hr@10"] <= high
