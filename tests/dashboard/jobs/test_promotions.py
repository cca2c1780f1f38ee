"""The model in service of a dataset: promoted, rolled back, withdrawn, never deleted."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from dashboard.jobs.runs_table import Runs
from data.errors import BadInput
from data.home import Home
from tests.dashboard.clock import Clock


@pytest.fixture
def names(runs: Runs) -> list[str]:
    return [runs.create("train", "demo", {}) for _run in range(3)]


def in_service(runs: Runs, dataset: str = "demo") -> str | None:
    newest = runs.promotions.newest(dataset)
    return newest and newest.run


def test_no_run_is_in_service_before_one_is_promoted(runs: Runs, names: list[str]) -> None:
    assert in_service(runs) is None
    assert runs.promotions.current() == runs.promotions.history("demo") == []


def test_the_newest_promotion_counts_and_every_one_is_remembered(
    runs: Runs, names: list[str], clock: Clock
) -> None:
    runs.promotions.promote(names[0], user="ana")
    clock.now += 60
    runs.promotions.promote(names[1])
    assert in_service(runs) == names[1]
    assert [(p.number, p.run, p.user) for p in runs.promotions.history("demo")] == [
        (2, names[1], None),
        (1, names[0], "ana"),
    ]
    assert runs.promotions.history("demo")[0].time == clock.now


def test_each_dataset_has_its_own(runs: Runs, names: list[str], clock: Clock) -> None:
    other = runs.create("train", "other", {})
    runs.promotions.promote(names[0])
    clock.now += 1
    runs.promotions.promote(other)
    assert [(p.dataset, p.run) for p in runs.promotions.current()] == [
        ("other", other),
        ("demo", names[0]),
    ]


def test_a_rollback_returns_to_the_run_before(runs: Runs, names: list[str]) -> None:
    for name in names:
        runs.promotions.promote(name)
    assert runs.promotions.roll_back("demo", user="ben").run == names[1]
    assert runs.promotions.roll_back("demo").run == names[2]
    assert [p.run for p in runs.promotions.history("demo")][:2] == [names[2], names[1]]


def test_a_rollback_passes_over_deleted_runs(runs: Runs, names: list[str]) -> None:
    for name in names:
        runs.request_stop(name)
        runs.promotions.promote(name)
    runs.deletion.soft_delete(names[1])
    assert runs.promotions.roll_back("demo").run == names[0]


def test_a_rollback_needs_a_run_to_return_to(runs: Runs, names: list[str]) -> None:
    runs.promotions.promote(names[0])
    with pytest.raises(BadInput, match="No other run was in service"):
        runs.promotions.roll_back("demo")
    assert in_service(runs) == names[0]


def test_a_withdrawn_model_can_be_put_back(runs: Runs, names: list[str]) -> None:
    runs.promotions.promote(names[0])
    runs.promotions.withdraw("demo")
    assert in_service(runs) is None
    assert runs.promotions.current() == []
    with pytest.raises(BadInput, match="No model is in service"):
        runs.promotions.withdraw("demo")
    assert runs.promotions.roll_back("demo").run == names[0]


def test_a_run_is_not_promoted_twice(runs: Runs, names: list[str]) -> None:
    runs.promotions.promote(names[0])
    with pytest.raises(BadInput, match="in service already"):
        runs.promotions.promote(names[0])


def test_only_an_existing_run_is_promoted(runs: Runs) -> None:
    with pytest.raises(BadInput, match="no run demo-9"):
        runs.promotions.promote("demo-9")


def test_a_run_in_service_is_not_deleted(runs: Runs, names: list[str]) -> None:
    for name in names:
        runs.request_stop(name)
    runs.promotions.promote(names[0])
    for delete in (runs.deletion.soft_delete, runs.deletion.delete):
        with pytest.raises(BadInput, match="in service for dataset demo"):
            delete(names[0])
    runs.promotions.promote(names[1])
    runs.deletion.delete(names[0])
    assert names[0] not in {run.run for run in runs.list()}


def test_who_has_seen_an_older_promotion_is_told(runs: Runs, names: list[str]) -> None:
    first = runs.promotions.promote(names[0], seen=0)
    for change in (
        lambda: runs.promotions.promote(names[1], seen=0),
        lambda: runs.promotions.roll_back("demo", seen=0),
        lambda: runs.promotions.withdraw("demo", seen=0),
    ):
        with pytest.raises(BadInput, match=f"changed meanwhile \\(it is {names[0]}\\)"):
            change()
    assert runs.promotions.promote(names[1], seen=first.number).number == 2


def test_of_two_people_at_once_one_succeeds(home: Home, runs: Runs, names: list[str]) -> None:
    together = Barrier(2)

    def promote(name: str) -> bool:
        own = Runs(home)
        together.wait(10)
        try:
            own.promotions.promote(name, seen=0)
        except BadInput:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        successes = list(pool.map(promote, names[:2]))
    assert sorted(successes) == [False, True]
    assert [p.run for p in runs.promotions.history("demo")] == [names[successes.index(True)]]


def test_promotions_follow_a_dataset_to_its_new_name(runs: Runs, names: list[str]) -> None:
    earlier = runs.create("train", "shop", {})  # of a deleted dataset of that name
    runs.promotions.promote(earlier)
    runs.promotions.promote(names[0])
    runs.promotions.promote(names[1])
    runs.rename_dataset("demo", "shop", lambda: None)
    assert in_service(runs) is None
    assert [(p.number, p.run) for p in runs.promotions.history("shop")] == [
        (3, names[1]),
        (2, names[0]),
        (1, earlier),
    ]
