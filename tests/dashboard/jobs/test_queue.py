"""Which run starts next, and how many run at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.jobs.process import Process
from dashboard.jobs.queue import PARALLEL_OTHERS, default_parallel
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import ACTIVE, State
from dashboard.services.runs import monitor
from data.errors import BadInput
from data.home import Home
from tests.dashboard.clock import Clock
from tests.dashboard.jobs.conftest import ME
from tests.databases import on_both_databases, on_postgresql


def _claim_names(runs: Runs) -> list[str]:
    return [claimed.run for claimed in iter(runs.queue.claim, None)]


def test_the_run_that_waited_longest_is_next(runs: Runs, clock: Clock) -> None:
    runs.queue.set_parallel(9)
    for name in ("a", "b", "c"):
        runs.create("train", name, {})
        clock.now += 1
    assert _claim_names(runs) == ["a-1", "b-1", "c-1"]


def test_a_higher_priority_goes_first(runs: Runs) -> None:
    runs.queue.set_parallel(9)
    runs.create("train", "plain", {})
    runs.create("train", "urgent", {}, priority=5)
    later = runs.create("train", "later", {})
    runs.edit(later, priority=-1)
    assert runs.queue.waiting() == ["urgent-1", "plain-1", "later-1"]
    assert _claim_names(runs) == ["urgent-1", "plain-1", "later-1"]


def test_a_resumed_run_waits_behind_the_others(runs: Runs, clock: Clock) -> None:
    first = runs.create("train", "demo", {})
    runs.request_stop(first)
    clock.now += 1
    second = runs.create("train", "demo", {})
    clock.now += 1
    runs.resume(first)
    assert runs.queue.waiting() == [second, first]


def test_no_more_trainings_run_at_once_than_the_limit_says(runs: Runs) -> None:
    runs.queue.set_parallel(2)
    for _number in range(4):
        runs.create("train", "demo", {})
    assert _claim_names(runs) == ["demo-1", "demo-2"]
    runs.attempts.begin("demo-1", 1, ME)
    runs.attempts.end("demo-1", 1, State.FINISHED)
    assert _claim_names(runs) == ["demo-3"]


def test_an_import_does_not_wait_behind_a_training(runs: Runs) -> None:
    runs.queue.set_parallel(1)
    runs.create("train", "demo", {})
    runs.create("train", "demo", {})
    for _number in range(PARALLEL_OTHERS + 1):
        runs.create("import", "shop", {})
    assert _claim_names(runs) == ["demo-1", "shop-import-1", "shop-import-2"]


@on_both_databases
def test_a_run_that_asks_for_a_label_waits_for_a_worker_that_has_it(runs: Runs) -> None:
    runs.queue.set_parallel(9)
    labelled = runs.create("train", "demo", {"worker_label": "gpu"})
    plain = [runs.create("train", "demo", {"worker_label": ""}), runs.create("train", "demo", {})]
    assert [run.run for run in iter(lambda: runs.queue.claim(9, 1, ["large"]), None)] == plain
    assert runs.queue.waiting() == [labelled]
    claimed = runs.queue.claim(9, 1, ["large", "gpu"])
    assert claimed is not None
    assert claimed.run == labelled


def test_a_queued_run_says_which_label_no_worker_has(home: Home) -> None:
    runs = Runs(home)
    runs.create("train", "demo", {})
    run = runs.create("train", "demo", {"worker_label": "gpu"})
    nobody = "Waiting for a worker with the label gpu; none has it now"
    assert monitor.waiting(home, runs.get(run)) == nobody
    runs.lease.take(Process.current(), None, over=None, labels=["gpu"])
    assert monitor.waiting(home, runs.get(run)) == "Waiting; number 2 in the queue"
    runs.lease.drain(runs.node)
    assert monitor.waiting(home, runs.get(run)) == nobody


def test_a_paused_queue_starts_nothing(runs: Runs, home: Home) -> None:
    runs.create("train", "demo", {})
    runs.queue.pause()
    assert Runs(home).queue.paused()
    assert runs.queue.claim() is None
    runs.queue.pause(False)
    assert _claim_names(runs) == ["demo-1"]


def test_a_claimed_run_does_not_wait(runs: Runs) -> None:
    runs.create("train", "demo", {})
    runs.queue.claim()
    assert runs.queue.waiting() == []


def test_a_limit_is_validated_and_can_be_removed(runs: Runs) -> None:
    for limit in (0, -1, 65):
        with pytest.raises(BadInput, match="1 to 64"):
            runs.queue.set_parallel(limit)
    runs.queue.set_parallel(3)
    assert runs.queue.parallel() == 3
    runs.queue.set_parallel(None)
    assert runs.queue.parallel() == default_parallel()


def test_concurrent_claims_get_each_run_once(runs: Runs, home: Home) -> None:
    runs.queue.set_parallel(64)
    names = {runs.create("train", "demo", {}) for _number in range(60)}

    def claim_all(_worker: int) -> list[str]:
        return _claim_names(Runs(home))

    with ThreadPoolExecutor(6) as workers:
        claimed = [name for names in workers.map(claim_all, range(6)) for name in names]
    assert len(claimed) == len(names)
    assert set(claimed) == names


def test_eight_that_claim_at_once_never_exceed_the_limit(runs: Runs, home: Home) -> None:
    runs.queue.set_parallel(2)
    names = {runs.create("train", "demo", {}) for _number in range(40)}
    most = []

    def work(_worker: int) -> list[str]:
        table, done = Runs(home), []
        while table.queue.waiting():
            claimed = table.queue.claim()
            active = table.list(states=ACTIVE)
            most.append(len(active))
            if claimed is not None:
                table.attempts.begin(claimed.run, claimed.attempt, ME)
                table.attempts.end(claimed.run, claimed.attempt, State.FINISHED)
                done.append(claimed.run)
        return done

    with ThreadPoolExecutor(8) as workers:
        done = [name for names in workers.map(work, range(8)) for name in names]
    assert max(most) == 2
    assert sorted(done) == sorted(names)


@on_postgresql
def test_a_machine_takes_as_many_trainings_as_it_has_slots(
    runs: Runs, on_node: Callable[[str], Runs]
) -> None:
    for _number in range(6):
        runs.create("train", "demo", {})
    first, second = on_node("first").queue, on_node("second").queue
    assert [first.claim(slots=1) is not None for _time in range(2)] == [True, False]
    assert [second.claim(slots=2) is not None for _time in range(3)] == [True, True, False]
    assert {run.node for run in runs.list(states=ACTIVE)} == {"first", "second"}


@on_postgresql
def test_the_limit_that_was_set_holds_for_all_machines_together(
    runs: Runs, on_node: Callable[[str], Runs]
) -> None:
    runs.queue.set_parallel(3)
    for _number in range(6):
        runs.create("train", "demo", {})
    first, second = on_node("first").queue, on_node("second").queue
    assert [first.claim(slots=2) is not None for _time in range(3)] == [True, True, False]
    assert [second.claim(slots=2) is not None for _time in range(3)] == [True, False, False]


@on_postgresql
def test_an_import_waits_for_those_of_its_machine_only(
    runs: Runs, on_node: Callable[[str], Runs]
) -> None:
    for _number in range(2 * PARALLEL_OTHERS):
        runs.create("import", "shop", {})
    for node in ("first", "second"):
        assert len(list(iter(on_node(node).queue.claim, None))) == PARALLEL_OTHERS


@on_postgresql
def test_a_machine_that_ranks_for_all_buyers_takes_no_part_of_it(
    runs: Runs, on_node: Callable[[str], Runs]
) -> None:
    lists = {"run": "shop-1", "k": 20, "exclude_seen": False}
    runs.create("score", "shop", lists | {"format": "csv"})
    for number in range(5):
        runs.create("part", "shop", lists | {"job": "shop-score-1", "parts": [number]})
    first, second, cluster = (on_node(name).queue for name in ("first", "second", "ray@third"))
    assert [run.kind for run in iter(first.claim, None)] == ["score"]
    assert [run.kind for run in iter(second.claim, None)] == ["part"]
    assert len(list(iter(lambda: cluster.claim(machines=3), None))) == 3


@on_postgresql
def test_without_a_limit_all_slots_are_used(runs: Runs, on_node: Callable[[str], Runs]) -> None:
    for node, slots in (("first", 3), ("second", 4)):
        on_node(node).lease.take(ME, None, None, slots)
    assert runs.queue.parallel() == 7
    runs.lease.drain("second")
    assert runs.queue.parallel() == 3
    runs.queue.set_parallel(2)
    assert (runs.queue.parallel(), runs.queue.possible_parallel()) == (2, 3)
