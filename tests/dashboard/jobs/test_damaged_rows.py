"""A damaged row of the table of runs hides no other run and stops no worker."""

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from data.errors import Damaged

DAMAGE = {
    "an unknown state": "state = 'dreaming'",
    "a configuration that is no JSON": "config = '{garbage'",
    "a configuration that is a list": "config = '[]'",
    "a configuration nested too deeply": f"config = '{'[' * 100_000}'",
    "tags that are a number": "tags = '5'",
    "a text for a time": "created = 'yesterday'",
    "a text for a number": "epochs_done = 'many'",
    "bytes for a text": "label = x'00ff'",
    "progress that is missing": "progress = 'null'",
}


@pytest.fixture
def database_url() -> None:
    """Return that it is a file: PostgreSQL refuses values of another type, and broken JSON."""


def damage(runs: Runs, run: str, values: str) -> None:
    with runs.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE runs SET {values} WHERE run = '{run}'")


@pytest.mark.parametrize("values", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_row_is_named_and_hides_no_other(runs: Runs, values: str) -> None:
    whole, damaged = (runs.create("train", "demo", {"epochs": 3}) for _run in range(2))
    damage(runs, damaged, values)
    assert [run.run for run in runs.list()] == [whole]
    (sentence,) = runs.damaged()
    assert "damaged row for run demo-2" in sentence
    with pytest.raises(Damaged, match="vitrina delete demo-2"):
        runs.get(damaged)


@pytest.mark.parametrize("values", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_run_can_be_deleted(runs: Runs, values: str) -> None:
    run = runs.create("train", "demo", {})
    damage(runs, run, values)
    runs.deletion.delete(run)
    assert runs.damaged() == []


def test_a_damaged_run_in_the_queue_fails_and_the_next_one_starts(runs: Runs) -> None:
    damaged, whole = (runs.create("train", "demo", {}) for _run in range(2))
    damage(runs, damaged, "config = '{'")
    claimed = [runs.queue.claim() for _time in range(2)]
    assert [run and run.run for run in claimed] == [None, whole]
    with runs.database.read() as connection:
        query = f"SELECT state FROM runs WHERE run = '{damaged}'"
        assert connection.exec_driver_sql(query).scalar() == State.FAILED


@pytest.mark.parametrize("name", ["../victim", "..", ".hidden", "a/b", ""])
def test_a_name_that_leaves_the_folder_of_runs_is_damage(runs: Runs, name: str) -> None:
    victim = runs.home.path / "victim"
    victim.mkdir()
    run = runs.create("train", "demo", {})
    damage(runs, run, f"run = '{name}'")
    assert runs.list() == []
    runs.deletion.delete(name)
    assert runs.damaged() == []
    assert victim.is_dir()
    assert runs.home.runs.is_dir()


@pytest.mark.parametrize(
    ("kind", "config"),
    [("score", {"run": "demo-1"}), ("fit", {}), ("search", {"trials": 3}), ("evaluate", {})],
)
def test_a_job_without_its_settings_is_damaged(
    runs: Runs, kind: str, config: dict[str, object]
) -> None:
    runs.create(kind, "demo", config)
    assert runs.list() == []
    assert len(runs.damaged()) == 1


def test_a_new_run_does_not_take_the_folder_of_a_run_that_the_table_lost(runs: Runs) -> None:
    runs.folder("demo-1").mkdir(parents=True)
    runs.folder("demo-3").mkdir()
    names = [runs.create("train", "demo", {}) for _run in range(3)]
    assert names == ["demo-2", "demo-4", "demo-5"]


def test_folders_of_runs_that_the_table_does_not_know_are_named(runs: Runs) -> None:
    for run in [runs.create("train", "demo", {"epochs": 3}) for _run in range(2)]:
        runs.folder(run).mkdir()
    assert runs.damaged() == []
    runs.close()
    runs.home.database.unlink()

    new = Runs(runs.home)
    (sentence,) = new.damaged()
    assert "does not know (demo-1, demo-2): put the vitrina.db back" in sentence
    assert new.create("train", "demo", {"epochs": 3}) == "demo-3"
    new.close()
