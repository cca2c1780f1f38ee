"""Steering a run does one thing and says it in a sentence."""

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.services.runs import control
from dashboard.services.runs.comparison import compare
from data.errors import BadInput
from data.home import Home


@pytest.fixture
def table(home: Home):
    return Runs(home)


def waiting(table, **config):
    return table.create("train", "demo", {"epochs": 3} | config)


def test_a_waiting_run_is_stopped_at_once(home: Home, table):
    run = waiting(table)
    assert control.act(home, run, "stop") == "The run will not start."
    assert table.get(run).state == "stopped"


def test_a_stopped_run_resumes_and_extends(home: Home, table):
    run = waiting(table)
    control.act(home, run, "stop")
    control.act(home, run, "resume")
    assert table.get(run).state == "queued"
    control.act(home, run, "stop")
    assert "5 more epochs" in control.act(home, run, "extend-5")
    assert table.get(run).config["epochs"] == 8


def test_what_a_run_cannot_do_is_refused(home: Home, table):
    run = waiting(table)
    for wish in ("resume", "explode", "extend-many"):
        with pytest.raises(BadInput):
            control.act(home, run, wish)


def test_a_name_and_a_note_are_kept_without_blanks_around_them(home: Home, table):
    run = waiting(table)
    control.describe(home, run, label=" my run ", tags=[" wide", "", "wide", "second try "])
    assert table.get(run).label == "my run"
    assert table.get(run).tags == ("wide", "second try")


def test_what_is_not_written_anew_stays(home: Home, table):
    run = waiting(table)
    control.describe(home, run, label="mine", note="as before", tags=["wide"])
    control.describe(home, run, note="")
    found = table.get(run)
    assert (found.label, found.note, found.tags) == ("mine", "", ("wide",))


def test_a_removed_run_comes_back(home: Home, table):
    run = waiting(table)
    control.act(home, run, "stop")
    control.remove(home, run)
    assert table.list() == []
    control.restore(home, run)
    assert [one.run for one in table.list()] == [run]


def test_a_run_put_first_starts_before_those_that_waited_longer(home: Home, table):
    first, second = waiting(table), waiting(table)
    control.prioritise(home, second)
    assert table.queue.waiting() == [second, first]


def test_a_comparison_shows_what_differs_and_warns_where_targets_do(home: Home, table):
    same = [waiting(table, width=8), waiting(table, width=16)]
    found = compare(home, same)
    assert found.differences == [("width", [8, 16])]
    assert found.comparable
    other = table.create("train", "other", {"epochs": 3, "preparation.require_brand": True})
    assert len(compare(home, [same[0], other]).warnings) == 2


def test_too_many_runs_are_not_compared(home: Home, table):
    with pytest.raises(BadInput, match="7 runs are too many"):
        compare(home, [waiting(table) for _run in range(7)])
