"""The rows of the table of runs: one a run, or one for equal settings over seeds."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.pages.runs import runs_table
from dashboard.pages.runs.run_columns import USUAL, View, columns
from dashboard.services.runs import control
from data.errors import BadInput
from data.home import Home

PLAIN = View({}, {})
GROUPED = View({}, {}, grouped=True)


def evaluated(home: Home, ndcg: float, **config: Any) -> str:
    """Add an ended run whose served model has a test figure."""
    runs = Runs(home)
    run = runs.create("train", "shop", {"epochs": 3, "network": "gru", **config})
    control.stop(home, run)
    with runs.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE runs SET epochs_done = 3 WHERE run = '{run}'")
    folder = Path(runs.folder(run))
    folder.mkdir(parents=True)
    model = {"name": "gru", "kind": "network", "metrics": {"ndcg@10": ndcg}}
    (folder / "evaluation.json").write_text(json.dumps({"models": [model]}), "utf-8")
    return run


@pytest.fixture
def seeds(home: Home) -> list[str]:
    """Two seeds of one configuration, and another configuration."""
    first = evaluated(home, 0.2, seed=1, width=32)
    second = evaluated(home, 0.4, seed=2, width=32)
    return [first, second, evaluated(home, 0.1, seed=1, width=64)]


def rows(home: Home, view: View) -> list[dict[str, Any]]:
    return runs_table.rows(home, Runs(home).list(kind="train"), view)


def test_runs_that_differ_in_the_seed_alone_share_a_row(home: Home, seeds: list[str]) -> None:
    first, second, other = seeds
    shared = {tuple(sorted(row["runs"])): row for row in rows(home, GROUPED)}
    assert shared.keys() == {(first, second), (other,)}
    both = shared[first, second]
    assert both["ndcg@10"] == pytest.approx(0.3)
    assert both["ndcg@10_deviation"] == pytest.approx(0.2 / 2**0.5)
    assert "2 seeds" in both["label"]
    assert shared[(other,)]["ndcg@10"] == 0.1
    assert "ndcg@10_deviation" not in shared[(other,)]


def test_every_run_has_its_difference_to_the_reference(home: Home, seeds: list[str]) -> None:
    first, second, other = seeds
    view = View({}, {}, reference=first)
    found = {row["run"]: row["difference"] for row in rows(home, view)}
    assert found == pytest.approx({first: 0.0, second: 0.2, other: -0.1})
    (pinned,) = runs_table.reference_row(rows(home, view), view)
    assert pinned["run"] == first


def test_rows_over_seeds_have_their_difference_to_the_row_of_the_reference(
    home: Home, seeds: list[str]
) -> None:
    first, _second, other = seeds
    view = View({}, {}, grouped=True, reference=first)
    found = {tuple(sorted(row["runs"])): row["difference"] for row in rows(home, view)}
    assert found == pytest.approx({tuple(seeds[:2]): 0.0, (other,): -0.2})


def test_without_a_reference_there_is_no_difference(home: Home, seeds: list[str]) -> None:
    assert {row["difference"] for row in rows(home, PLAIN)} == {None}
    assert runs_table.reference_row(rows(home, PLAIN), PLAIN) == []
    gone = View({}, {}, reference="shop-99")
    assert runs_table.reference_row(rows(home, gone), gone) == []


def test_the_address_gives_order_and_hidden_columns() -> None:
    view = View.of("{}", "ndcg@10:desc,created:asc", "", "")
    found = {column.key: column for column in columns(USUAL, view)}
    assert (found["ndcg@10"].order, found["ndcg@10"].order_rank) == ("desc", 0)
    assert (found["created"].order, found["created"].order_rank) == ("asc", 1)
    assert found["seed"].hidden
    assert found["difference"].hidden
    assert not found["run"].hidden
    assert not {c.key: c for c in columns([], View({}, {}, reference="a"))}["difference"].hidden


@pytest.mark.parametrize(
    ("filter", "sort"), [("{", ""), ("[]", ""), ("", "run:up"), ("", "run:asc:desc")]
)
def test_an_address_that_cannot_be_read_is_refused(filter: str, sort: str) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        View.of(filter, sort, "", "")


def test_a_run_in_service_says_so_first(home: Home) -> None:
    run = evaluated(home, 0.2)
    Runs(home).promotions.promote(run)
    assert [row["label"] for row in rows(home, PLAIN)] == ["in service · GRU"]


def test_runs_for_which_more_was_reserved_are_equal(home: Home) -> None:
    evaluated(home, 0.2, seed=1, cpus=0, memory=0)
    evaluated(home, 0.4, seed=2, cpus=4, memory=8)
    (shared,) = rows(home, GROUPED)
    assert shared["ndcg@10"] == pytest.approx(0.3)
