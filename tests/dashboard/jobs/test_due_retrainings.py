"""A dataset is trained again by itself when its rule says so, and once for each change of it."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard.jobs.due_retrainings import start_due
from dashboard.jobs.retraining_rules import Rule
from dashboard.jobs.run_handle import open_run
from dashboard.jobs.runs_table import Runs
from data.datasets.store import Store
from data.errors import BadInput
from data.files import write_json
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from tests.dashboard import drift_results
from tests.dashboard.clock import Clock
from tests.dashboard.shop import RUN

DAY = 86_400


@pytest.fixture
def runs(own_shop: tuple[Home, str]) -> Runs:
    """The table of a shop whose only run is in service."""
    runs = Runs(own_shop[0])
    runs.promotions.promote(RUN)
    return runs


def add_events(runs: Runs, folder: Path, share: float) -> None:
    """Append a share of the events again, by other buyers."""
    dataset = Store(runs.home).open("toy")
    with dataset.connect() as connection:
        log = connection.execute("SELECT * FROM events ORDER BY row").df()
    more = log.head(int(share * len(log)))
    table = pd.DataFrame(
        {
            "event_time": more["time"].dt.strftime("%Y-%m-%d %H:%M:%S UTC"),
            "event_type": "purchase",
            "user_id": "later-" + more["user"],
            "product_id": more["product"],
        }
    )
    file = folder / "later.csv"
    table.to_csv(file, index=False)
    ingest(Store(runs.home), ImportRequest([file], "toy", mode="append"))


def test_without_a_rule_nothing_is_trained(runs: Runs, tmp_path: Path) -> None:
    add_events(runs, tmp_path, 0.5)
    assert start_due(runs) == []


def test_growth_is_counted_from_the_events_of_the_training(runs: Runs, tmp_path: Path) -> None:
    runs.retraining_rules.set("toy", Rule(growth=0.4))
    assert start_due(runs) == []
    add_events(runs, tmp_path, 0.5)
    runs.retraining_rules.set("toy", Rule(growth=0.6))
    assert start_due(runs) == []
    runs.retraining_rules.set("toy", Rule(growth=0.4))
    (job,) = start_due(runs)
    plan = runs.get(job).config
    assert (plan["in_service"], plan["tolerance"]) == (RUN, 0.005)
    assert plan["config"]["width"] == open_run(runs.home, RUN).config.width
    assert plan["config"]["start_from"] == ""
    assert start_due(runs) == []  # it is under way
    runs.request_stop(job)
    assert start_due(runs) == []  # and was, for this version of the dataset


def test_a_warm_training_starts_from_the_model_in_service(runs: Runs, tmp_path: Path) -> None:
    add_events(runs, tmp_path, 0.5)
    runs.retraining_rules.set("toy", Rule(growth=0.4, warm=True))
    (job,) = start_due(runs)
    assert runs.get(job).config["config"]["start_from"] == RUN


def test_days_count_from_the_end_of_the_training(runs: Runs, tmp_path: Path) -> None:
    finished = runs.get(RUN).finished
    assert finished is not None
    clock = Clock(finished + 6.9 * DAY)
    later = Runs(runs.home, clock=clock)
    later.retraining_rules.set("toy", Rule(days=7))
    clock.now += DAY
    assert start_due(later) == []  # the dataset is the same
    add_events(runs, tmp_path, 0.1)
    clock.now -= DAY
    assert start_due(later) == []
    clock.now += DAY
    assert start_due(later) == ["toy-retrain-1"]


def test_a_small_lead_over_popularity_is_found_by_a_check(runs: Runs, tmp_path: Path) -> None:
    runs.retraining_rules.set("toy", Rule(lead=0.2))
    add_events(runs, tmp_path, 0.1)
    (check,) = start_due(runs)
    assert runs.get(check).kind == "check"
    assert start_due(runs) == []
    version = Store(runs.home).open("toy").fingerprint

    def checked(lead: float) -> dict[str, Any]:
        result = drift_results.drift(-0.05, -0.03)
        result["since"]["models"][0]["metrics"]["ndcg@10"] = 0.1 + lead
        return result | {"dataset_version": version}

    file = runs.folder(RUN) / "drift.json"
    write_json(file, checked(0.25))
    assert start_due(runs) == []
    write_json(file, checked(0.15))
    assert start_due(runs) == ["toy-retrain-1"]


def test_a_dataset_that_is_gone_is_passed_over(runs: Runs) -> None:
    runs.retraining_rules.set("toy", Rule(days=1))
    Store(runs.home).delete("toy")
    assert start_due(runs) == []


def test_of_two_workers_one_asks(runs: Runs) -> None:
    runs.retraining_rules.set("toy", Rule(days=1))
    assert [runs.retraining_rules.ask("toy", "v") for _worker in range(2)] == [True, False]


def test_the_rule_follows_the_name_of_its_dataset(runs: Runs) -> None:
    runs.retraining_rules.set("toy", Rule(days=1))
    runs.rename_dataset("toy", "shop", lambda: None)
    assert runs.retraining_rules.all() == {"shop": Rule(days=1)}
    runs.retraining_rules.set("shop", None)
    assert runs.retraining_rules.all() == {}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({}, "takes days, growth or lead"),
        ({"days": 0}, "days cannot be “0”"),
        ({"growth": -0.1}, "growth cannot be"),
        ({"days": 1, "tolerance": 2}, "tolerance cannot be “2”"),
    ],
)
def test_a_rule_is_checked(rule: dict[str, float], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Rule(**rule)
