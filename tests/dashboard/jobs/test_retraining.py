"""A model that is trained again replaces the one in service where it is no worse."""

import shutil
from pathlib import Path
from typing import Any, cast

import pytest

from dashboard.jobs.job import Job
from dashboard.jobs.outbox import CANDIDATE, REPLACED
from dashboard.jobs.process import Process
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.retraining import FILE, USER, retrain
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from data.datasets.store import Store
from data.files import read_json
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from model.training.trainer import train
from tests.conftest import Setup
from tests.model.changing_shop import write_log
from tests.model.toys import small
from tests.model.training.test_trainer import Notes, never

pytestmark = pytest.mark.slow

OLD, GOOD, BAD = "old", "good", "bad"
CONFIG = small(protocol="temporal", epochs=12, learning_rate=0.02)


def train_all(folder: Path) -> None:
    """Train until the third week, and a good and a bad model until the fourth."""
    store = Store(Home(folder / "home"))
    three = write_log(folder / "three.csv", 0, 3)
    train(CONFIG, ingest(store, ImportRequest([three], "shop")), folder / OLD, Notes(), never)
    fourth = write_log(folder / "fourth.csv", 3, 1)
    dataset = ingest(store, ImportRequest([fourth], "shop", mode="append"))
    train(CONFIG.override({"epochs": 30}), dataset, folder / GOOD, Notes(), never)
    bad = CONFIG.override({"epochs": 1, "learning_rate": 1e-6, "blend": False})
    train(bad, dataset, folder / BAD, Notes(), never)


@pytest.fixture(scope="module")
def trained(set_up_once: Setup) -> Path:
    return set_up_once("retrained-shop", train_all)


class Trainer:
    """Replaces the worker: the training ends at once with a model that was trained before."""

    def __init__(self, runs: Runs, model: Path, meanwhile: str | None = None) -> None:
        self.runs, self.model, self.meanwhile = runs, model, meanwhile
        self.run = ""

    def stop(self) -> bool:
        return False

    def saved(self) -> None: ...

    def progress(self, **_numbers: object) -> None: ...

    def log(self, text: str) -> None:
        name = text.partition(":")[0]
        if self.run or not name.startswith("shop-"):
            return
        self.run = name
        claimed = self.runs.queue.claim()
        assert claimed is not None
        self.runs.attempts.begin(name, claimed.attempt, Process.current())
        shutil.copytree(self.model, self.runs.folder(name), dirs_exist_ok=True)
        self.runs.attempts.end(name, claimed.attempt, State.FINISHED)
        if self.meanwhile:
            self.runs.promotions.promote(self.meanwhile)


@pytest.fixture
def home(trained: Path, tmp_path: Path) -> Home:
    """A home whose model in service knows three weeks of four."""
    shutil.copytree(trained / "home", tmp_path / "home")
    home = Home(tmp_path / "home")
    runs = Runs(home)
    for _run in range(2):
        name = runs.create("train", "shop", CONFIG.as_dict())
        runs.request_stop(name)
        shutil.copytree(trained / OLD, runs.folder(name))
    runs.promotions.promote("shop-1")
    return home


def retrained(home: Home, model: Path, meanwhile: str | None = None) -> tuple[Runs, dict[str, Any]]:
    runs = Runs(home)
    plan = {"preset": "fast", "config": CONFIG.as_dict(), "trials": 1, "in_service": "shop-1"}
    job = runs.create("retrain", "shop", plan | {"version": "v", "tolerance": 0.005})
    assert runs.queue.claim() is not None
    folder = runs.folder(job)
    folder.mkdir(parents=True)
    trainer = Trainer(runs, model, meanwhile)
    assert retrain(Job(home, runs.get(job), folder), cast("Reporter", trainer))
    return runs, read_json(folder / FILE)


def test_a_model_that_is_no_worse_replaces_the_one_in_service(home: Home, trained: Path) -> None:
    runs, result = retrained(home, trained / GOOD)
    newest = runs.promotions.newest("shop")
    assert newest is not None
    assert (newest.run, newest.user) == ("shop-3", USER)
    assert result["replaced"]
    assert result["comparison"]["difference"]["ndcg@10"]["low"] >= -0.005
    assert runs.get("shop-3").note.startswith("It replaces shop-1 (NDCG@10 ")
    assert runs.outbox.newest(1)[0].event == REPLACED


def test_a_worse_model_stays_a_candidate_with_the_reason(home: Home, trained: Path) -> None:
    runs, result = retrained(home, trained / BAD)
    newest = runs.promotions.newest("shop")
    assert newest is not None
    assert newest.run == "shop-1"
    assert not result["replaced"]
    assert "it may be worse than shop-1 (NDCG@10 -" in runs.get("shop-3").note
    assert runs.outbox.newest(1)[0].event == CANDIDATE


def test_a_change_by_a_person_meanwhile_is_respected(home: Home, trained: Path) -> None:
    runs, result = retrained(home, trained / GOOD, meanwhile="shop-2")
    newest = runs.promotions.newest("shop")
    assert newest is not None
    assert newest.run == "shop-2"
    assert result["reason"] == "It stays a candidate: the model in service was changed meanwhile."
