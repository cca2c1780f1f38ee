"""A Ray cluster of three nodes: runs survive the worker, and a node may be lost."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from dashboard.jobs.failures import KILLED, LOST
from dashboard.jobs.node import ENGINE, node_name
from dashboard.jobs.states import State
from tests.databases import on_postgresql
from tests.faults.conftest import TINY, Place, until
from tests.faults.test_several_machines import Watch

pytestmark = [pytest.mark.fault, pytest.mark.slow, on_postgresql]

NODES = 3
EPOCHS = [40] * NODES + [3] * NODES
ON_RAY = ("--engine", "ray")
OBJECT_STORE = 80 << 20  # bytes of shared memory; nothing here needs any


class Cluster:
    """Nodes of one core each, as processes of this machine."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        self._cluster = Cluster()
        self._nodes = [
            self._cluster.add_node(num_cpus=1, object_store_memory=OBJECT_STORE)
            for _node in range(NODES)
        ]
        self.address = self._cluster.address

    def busy(self) -> dict[int, list[int]]:
        """Return the processes of runs on each node, by the node's number."""
        return {
            number: [process.pid for process in self._processes(number) if _is_child(process)]
            for number in range(len(self._nodes))
        }

    def lose(self, number: int) -> None:
        """Kill everything on a node at once, as when its power fails; not the first, the head."""
        processes = self._processes(number)
        self._cluster.remove_node(self._nodes[number], allow_graceful=False)
        for process in processes:
            with suppress(psutil.Error):
                process.kill()

    def _processes(self, number: int) -> list[psutil.Process]:
        raylet = self._nodes[number].all_processes["raylet"][0].process
        with suppress(psutil.Error):
            return psutil.Process(raylet.pid).children(recursive=True)
        return []

    def close(self) -> None:
        """End every node."""
        self._cluster.shutdown()


def _is_child(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return "dashboard.jobs.child" in process.cmdline()
    return False


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    cluster = Cluster()
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    yield cluster
    cluster.close()


def running(place: Place, number: int) -> dict[str, int]:
    """Return the processes of the running runs by name; empty where they are fewer than this."""
    rows = place.runs.list(states={State.RUNNING})
    return {row.run: row.pid for row in rows if row.pid} if len(rows) >= number else {}


@pytest.mark.timeout(600)
def test_every_run_ends_once_although_worker_process_and_node_are_killed(
    place: Place, cluster: Cluster
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


def test_a_training_reserves_what_its_configuration_says(place: Place, cluster: Cluster) -> None:
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
    place: Place, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENGINE, "ray")
    place.serve()
    name = place.runs.create("import", "tiny", {"files": [str(place.log())]})
    assert place.reached(name, State.FINISHED).node == node_name()
    holders = place.runs.lease.holders()
    assert [(one.node, one.keeper is not None) for one in holders] == [(node_name(), True)]
    assert place.datasets() == ["tiny"]
