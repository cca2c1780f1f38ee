"""Placements: versions of rules, and a model in service of their own."""

import pytest

from dashboard.jobs.runs_table import Runs
from data.errors import BadInput
from tests.dashboard.clock import Clock

PLACE = "home-page"


def test_every_change_is_a_version_with_its_author(runs: Runs, clock: Clock) -> None:
    runs.placements.set("demo", PLACE, {"max_per_brand": 1}, user="ana")
    clock.now += 60
    runs.placements.set("demo", PLACE, {})
    current = runs.placements.get("demo", PLACE)
    assert (current.number, current.rules, current.time) == (2, {}, clock.now)
    versions = runs.placements.history("demo", PLACE)
    assert [(v.number, v.rules, v.user) for v in versions] == [
        (2, {}, None),
        (1, {"max_per_brand": 1}, "ana"),
    ]


def test_placements_are_listed_by_dataset_and_name(runs: Runs) -> None:
    for dataset, name in (("other", "a"), ("demo", "b"), ("demo", "a")):
        runs.placements.set(dataset, name, {})
    assert [(p.dataset, p.name) for p in runs.placements.current()] == [
        ("demo", "a"),
        ("demo", "b"),
        ("other", "a"),
    ]
    assert [p.name for p in runs.placements.current("demo")] == ["a", "b"]


def test_a_removed_placement_is_unknown_and_its_number_counts_on(runs: Runs) -> None:
    runs.placements.set("demo", PLACE, {})
    assert runs.placements.remove("demo", PLACE, user="ben").rules is None
    assert runs.placements.current() == []
    with pytest.raises(BadInput, match="no placement home-page"):
        runs.placements.get("demo", PLACE)
    with pytest.raises(BadInput, match="no placement home-page"):
        runs.placements.remove("demo", PLACE)
    assert runs.placements.set("demo", PLACE, {}).number == 3


@pytest.mark.parametrize("name", ["", " ", "-x", "a/b", "a b", "x" * 61])
def test_a_name_has_to_stand_in_an_address(runs: Runs, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be a placement's name"):
        runs.placements.set("demo", name, {})


def test_of_two_people_the_later_one_is_told(runs: Runs) -> None:
    runs.placements.set("demo", PLACE, {}, seen=0)
    for change in (
        lambda: runs.placements.set("demo", PLACE, {}, seen=0),
        lambda: runs.placements.remove("demo", PLACE, seen=0),
    ):
        with pytest.raises(BadInput, match="changed meanwhile"):
            change()
    assert runs.placements.set("demo", PLACE, {}, seen=1).number == 2


def test_a_placement_has_a_model_of_its_own(runs: Runs) -> None:
    first, second = (runs.create("train", "demo", {}) for _run in range(2))
    runs.placements.set("demo", PLACE, {})
    runs.promotions.promote(first)
    runs.promotions.promote(second, placement=PLACE)
    in_service = {(p.placement, p.run) for p in runs.promotions.current()}
    assert in_service == {("", first), (PLACE, second)}
    assert [p.run for p in runs.promotions.history("demo")] == [first]
    assert runs.promotions.previous("demo", PLACE) is None
    runs.promotions.promote(first, placement=PLACE)
    assert runs.promotions.roll_back("demo", placement=PLACE).run == second
    assert runs.promotions.withdraw("demo", placement=PLACE).run is None
    assert runs.promotions.newest("demo").run == first  # type: ignore[union-attr]


def test_no_model_is_promoted_for_a_placement_that_does_not_exist(runs: Runs) -> None:
    run = runs.create("train", "demo", {})
    for change in (
        lambda: runs.promotions.promote(run, placement=PLACE),
        lambda: runs.promotions.roll_back("demo", placement=PLACE),
    ):
        with pytest.raises(BadInput, match="no placement home-page"):
            change()


def test_the_model_of_a_placement_cannot_be_deleted(runs: Runs) -> None:
    run = runs.create("train", "demo", {})
    runs.request_stop(run)
    runs.placements.set("demo", PLACE, {})
    runs.promotions.promote(run, placement=PLACE)
    with pytest.raises(BadInput, match="vitrina model withdraw demo --placement home-page"):
        runs.deletion.soft_delete(run)


def test_placements_follow_a_renamed_dataset(runs: Runs) -> None:
    runs.placements.set("new", PLACE, {"max_per_brand": 3})
    runs.placements.set("old", PLACE, {"max_per_brand": 1})
    runs.placements.set("old", PLACE, {"max_per_brand": 2})
    runs.rename_dataset("old", "new", lambda: None)
    assert runs.placements.current("old") == []
    versions = runs.placements.history("new", PLACE)
    assert [v.rules for v in versions] == [{"max_per_brand": n} for n in (2, 1, 3)]
