"""Two runs are compared buyer by buyer where they were judged on the same targets."""

import json

import numpy as np
import pandas as pd
import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.pages.runs import comparison_tables
from dashboard.services.runs import comparison
from data.home import Home
from model.run_files import TARGETS as KEPT
from model.run_folder import RunFolder

TARGETS = 300


def keep(folder: RunFolder, rank: np.ndarray) -> None:
    """Keep ranks as an evaluation does: two targets a buyer."""
    places = np.arange(len(rank))
    columns = {"user": (places // 2).astype(str), "after": places % 2, "truth": 0, "rank": rank}
    table = pd.DataFrame(columns)
    folder.write(KEPT, lambda file: table.to_parquet(file, index=False))


def judged(home: Home, shift: int, *, targets: int = TARGETS, version: str = "v1") -> str:
    """Return a run whose model ranked every target a few places lower."""
    table = Runs(home)
    run = table.create("train", "demo", {"epochs": 3})
    folder = RunFolder(table.folder(run))
    keep(folder, np.arange(targets) % 20 + 1 + shift)
    folder.write_json("record.json", {"dataset": {"version": version}})
    return run


def test_each_later_run_is_set_against_the_first(home: Home) -> None:
    first, worse, same = judged(home, 0), judged(home, 4), judged(home, 0)
    compared = comparison.compare(home, [first, worse, same])
    found = comparison.paired(home, compared)
    assert set(found) == {worse, same}
    assert (found[worse].targets, found[worse].buyers) == (TARGETS, TARGETS // 2)
    assert found[worse].metrics["ndcg@10"].high < 0
    assert not found[same].metrics["ndcg@10"].significant
    assert (
        comparison_tables.paired_finding(compared, found)
        == f"No run is significantly better than {first}"
    )


def test_the_finding_names_the_better_run(home: Home) -> None:
    first, better = judged(home, 4), judged(home, 0)
    compared = comparison.compare(home, [first, better])
    found = comparison.paired(home, compared)
    said = comparison_tables.paired_finding(compared, found)
    assert said.startswith(f"{better} is better than {first}: NDCG@10 by 0.")
    backwards = comparison.compare(home, [better, first])
    assert "is better than every other" in comparison_tables.paired_finding(
        backwards, comparison.paired(home, backwards)
    )


def test_the_settings_of_one_run_are_not_said_to_be_the_same(home: Home) -> None:
    one, other = judged(home, 0), judged(home, 1)
    assert comparison_tables.settings(comparison.compare(home, [one])) is None
    both = comparison_tables.settings(comparison.compare(home, [one, other]))
    assert both is not None


def test_runs_on_other_targets_are_not_paired(home: Home) -> None:
    first, other = judged(home, 0), judged(home, 0, targets=TARGETS - 2)
    never = Runs(home).create("train", "demo", {"epochs": 3})
    assert comparison.paired(home, comparison.compare(home, [first, other, never])) == {}


def test_a_dataset_that_was_imported_anew_is_warned_of_and_nothing_is_paired(home: Home) -> None:
    compared = comparison.compare(home, [judged(home, 0), judged(home, 1, version="v2")])
    assert len(compared.warnings) == 1
    assert "imported anew" in compared.warnings[0]
    assert comparison.paired(home, compared) == {}


def test_runs_of_different_horizons_are_not_compared(home: Home) -> None:
    table = Runs(home)
    week, month = (
        table.create("train", "demo", {"protocol": "horizon", "horizon_days": days})
        for days in (7, 30)
    )
    assert "horizons differ" in comparison.compare(home, [week, month]).warnings[0]


def test_a_run_that_is_judged_again_is_compared_anew(home: Home) -> None:
    first, second = judged(home, 0), judged(home, 4)
    compared = comparison.compare(home, [first, second])
    before = comparison.paired(home, compared)[second].metrics["hr@10"].value
    folder = RunFolder(Runs(home).folder(second))
    keep(folder, np.ones(TARGETS, dtype=int))
    assert before < 0 < comparison.paired(home, compared)[second].metrics["hr@10"].value


@pytest.mark.parametrize("record", ["", "{}", json.dumps({"dataset": {}})])
def test_a_run_without_a_record_is_compared_all_the_same(home: Home, record: str) -> None:
    first, second = judged(home, 0), judged(home, 4)
    (Runs(home).folder(second) / "record.json").write_text(record)
    assert comparison.compare(home, [first, second]).comparable


def test_a_run_that_is_no_training_is_left_out_and_said(home: Home) -> None:
    first = judged(home, 0)
    read = Runs(home).create("import", "demo", {"request": {}})
    compared = comparison.compare(home, [first, read])
    assert [run.run for run in compared.runs] == [first]
    assert compared.problems == (
        f"{read} is no training, and is left out: trainings alone are compared.",
    )
    alone = comparison.compare(home, [read])
    assert alone.runs == ()
    assert comparison.paired(home, alone) == {}
