"""A Ray cluster of three nodes: runs survive the worker, and a node may be lost."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.jobs.failures import KILLED, LOST
from dashboard.jobs.node import ENGINE, node_name
from dashboard.jobs.states import State
from tests.databases import on_postgresql
from tests.faults.conftest import TINY, Place, until
from tests.faults.ray_nodes import RayNodes
from tests.faults.test_several_machines import Watch

pytestmark = [pytest.mark.fault, pytest.mark.slow, on_postgresql]

NODES = 3
EPOCHS = [40] * NODES + [3] * NODES
ON_RAY = ("--engine", "ray")


@pytest.fixture
def count() -> int:
    """How many nodes the cluster has."""
    return NODES


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, count: int) -> Iterator[RayNodes]:
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    cluster = RayNodes([tmp_path / "unused"] * count)  # without a store they share the worker's
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    yield cluster
    cluster.close()


def running(place: Place, number: int) -> dict[str, int]:
    """Return the processes of the running runs by name; empty where they are fewer than this."""
    rows = place.runs.list(states={State.RUNNING})
    return {row.run: row.pid for row in rows if row.pid} if len(rows) >= number else {}


@pytest.mark.timeout(600)
def test_every_run_ends_once_although_worker_process_and_node_are_killed(
    place: Place, cluster: RayNodes
) -> None:
    dataset = place.dataset()
    names = [place.runs.create("train", dataset, TINY | {"epochs": n}) for n in EPOCHS]
    watch = Watch(place, names, limit=NODES)
    driver = place.worker_on("first", *ON_RAY)
    before = until(lambda: running(place, NODES))
    until(lambda: all(cluster.busy().values()))

    driver.kill()
    driver.wait()
    place.worker_on("first", *ON_RAY)
    until(lambda: watch.all_ended() or place.runs.lease.holders()[0].worker.pid != driver.pid)
    killed, pid = next(iter(until(lambda: running(place, 1)).items()))
    os.kill(pid, signal.SIGKILL)
    assert place.reached(killed, State.INTERRUPTED).reason == KILLED
    assert {place.runs.get(name).attempt for name in before} == {1}

    last = NODES - 1
    doomed = until(
        lambda: {
            name for name, process in running(place, 1).items() if process in cluster.busy()[last]
        }
    )
    cluster.lose(last)
    for name in doomed:
        assert place.reached(name, State.INTERRUPTED).reason == LOST
    interrupted = {killed, *doomed}
    for name in interrupted:
        place.runs.resume(name)
    until(watch.all_ended, seconds=400)

    for run, goal in zip(place.reached_all(names, State.FINISHED), EPOCHS, strict=True):
        assert run.node == "ray@first"
        assert run.attempt == (2 if run.run in interrupted else 1)
        epochs = [entry["epoch"] for entry in place.runs.metrics.history(run.run)]
        assert epochs == list(range(1, goal + 1))


@pytest.mark.parametrize("count", [1])
def test_a_run_without_room_is_started_although_its_worker_ends_meanwhile(
    place: Place, cluster: RayNodes, tmp_path: Path
) -> None:
    long = place.training(epochs=1_000)
    with (tmp_path / "log").open("w") as log:
        driver = place.worker_on("first", *ON_RAY, "--slots", "2", stdout=log)
    place.learnt(long, epochs=1)
    waiting = place.runs.create("train", "tiny", TINY | {"epochs": 1})
    until(lambda: f"{waiting}: started" in (tmp_path / "log").read_text())
    driver.kill()
    driver.wait()
    place.worker_on("first", *ON_RAY, "--slots", "2")
    until(lambda: place.runs.lease.holders()[0].worker.pid != driver.pid)
    place.runs.request_stop(long)
    place.reached(long, State.STOPPED)
    assert place.reached(waiting, State.FINISHED).attempt == 1


def test_a_training_reserves_what_its_configuration_says(place: Place, cluster: RayNodes) -> None:
    resources = {"cpus": 1, "gpus": 0, "memory": 0.25}
    run = place.runs.create("train", place.dataset(), TINY | resources | {"epochs": 1_000})
    place.worker_on("first", *ON_RAY)
    place.reached(run, State.RUNNING)

    def reserved() -> tuple[float, float]:
        load = place.runs.lease.holders()[0].load
        return load.get("load", 0.0), load.get("memory", 0.0)

    until(lambda: reserved() == (1.0, 2.0**28))
    too_large = place.runs.create("train", "tiny", TINY | {"epochs": 1, "gpus": 3})
    place.runs.queue.set_parallel(2)
    place.reached(too_large, State.STARTING)
    place.runs.request_stop(run)
    place.reached(run, State.STOPPED)
    assert place.runs.get(too_large).state is State.STARTING


def test_a_web_server_keeps_a_worker_of_the_cluster(
    place: Place, cluster: RayNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENGINE, "ray")
    place.serve()
    name = place.runs.create("import", "tiny", {"files": [str(place.log())]})
    assert place.reached(name, State.FINISHED).node == node_name()
    holders = place.runs.lease.holders()
    assert [(one.node, one.keeper is not None) for one in holders] == [(node_name(), True)]
    assert place.datasets() == ["tiny"]
