"""The engine Ray: the processes of runs execute on the nodes of a cluster."""

import asyncio
import os
from contextlib import chdir, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from ray.exceptions import RayError, RayTaskError

from dashboard.jobs.engines.child_process import ChildProcess
from dashboard.jobs.engines.engine import UNKNOWN_STATUS, Progress
from dashboard.jobs.failures import START, status_of
from dashboard.jobs.queue import PART, SERIES, TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.shared_home import home_id
from dashboard.jobs.states import ACTIVE
from dashboard.jobs.worker_log import log
from data.errors import BadInput
from data.home import HOME, Home
from data.i18n import _
from data.sharing.cache_limit import CACHE_LIMIT

ray: Any = import_module("ray")  # its functions have no types
CORES_A_TRAINING = 2
ANY = -1
"""GPUs of a configuration that asks for one where there is any."""
_PASSED_ON = "VITRINA_"
"""Variables that the process of a run gets from the worker; all others are those of its node."""
_OF_NODE = {HOME, CACHE_LIMIT}
"""Variables of this kind that are its node's all the same: where its home is, and how large."""


class Attempt:
    """The process of one attempt at a run, on the node where Ray has placed this actor."""

    def __init__(self) -> None:
        self._process: ChildProcess | None = None

    async def start(
        self, home: Path | None, run: str, attempt: int, settings: dict[str, str]
    ) -> None:
        """Start the process, once; without a home, in the one that this node has by itself."""
        if self._process is not None:
            return
        here = Home(home) if home else Home.default()
        folder = here.runs / run
        self._process = ChildProcess(here.path, folder, run, attempt, os.environ | settings)
        self._ended = asyncio.create_task(asyncio.to_thread(self._process.wait))

    async def wait(self, _started: None) -> int:
        """Return the exit status of the process at its end."""
        return await asyncio.shield(self._ended)

    async def stop(self, kill: bool) -> None:
        """Send SIGTERM to the process, or SIGKILL to it and all that it started."""
        if self._process is not None:
            self._process.stop(kill)


@dataclass
class _Remote:
    """An attempt as the worker sees it: the actor, and what it will return."""

    actor: Any
    started: Any
    ended: Any
    killed: bool = False
    lost: bool = False


class RayEngine:
    """Runs execute in a Ray cluster, each attempt in a detached actor that outlives the worker.

    The actor's name tells run and attempt, so that a later worker finds it. Ray restarts nothing:
    the table of runs alone says what is to be tried again.

    Parameters
    ----------
    runs : Runs
        The table of runs.

    Raises
    ------
    BadInput
        When there is no cluster to connect to.
    """

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._namespace = f"vitrina-{home_id(runs)}"
        self._remotes: dict[str, _Remote] = {}
        _connect(self._namespace)
        self._remove_ended()

    def start(self, run: Run) -> str | None:
        """Start the process of a claimed run once the cluster has room for it."""
        try:
            resources = _resources(run)
            lack = _lack(resources)
            actor = (
                ray.remote(Attempt)
                .options(
                    name=_actor_name(run),
                    lifetime="detached",
                    max_restarts=0,
                    **resources,
                )
                .remote()
            )
        except (RayError, ValueError) as error:
            raise OSError(str(error)) from error
        self._begin(run, actor)
        return lack

    def adopt(self, run: Run) -> bool:
        """Take over the actor that an earlier worker made; False where the cluster has none.

        Ray drops what a worker that has ended had asked of an actor that was not there yet: the
        process may still have to be started.
        """
        try:
            actor = ray.get_actor(_actor_name(run))
        except (RayError, ValueError):
            return False
        self._begin(run, actor)
        return True

    def _begin(self, run: Run, actor: Any) -> None:
        """Let an actor start the process of a run, unless it has."""
        home = self._runs.home
        settings = {
            name: value
            for name, value in home.environment().items()
            if name.startswith(_PASSED_ON) and name not in _OF_NODE
        }
        path = home.path if home.store_url is None else None  # homes are caches of a store
        started = actor.start.remote(path, run.run, run.attempt, settings)
        self._remotes[run.run] = _Remote(actor, started, actor.wait.remote(started))

    def poll(self, run: str) -> int | Progress:
        """Return the exit status of a run's process, or how far it is.

        Of a process on a node that is lost nothing is known.
        """
        remote = self._remotes[run]
        if not _is_ready(remote.started):
            return UNKNOWN_STATUS if remote.killed else Progress.WAITING
        if not _is_ready(remote.ended):
            return Progress.RUNNING
        try:
            status: int = ray.get(remote.ended)
        except RayTaskError as error:
            log(f"{run}: {error.cause}")
            return status_of(START)
        except RayError as error:
            if not remote.lost:
                remote.lost = True
                log(f"{run}: {str(error).partition(chr(10))[0]}")
            return UNKNOWN_STATUS if remote.killed else Progress.UNKNOWN
        return status

    def stop(self, run: str, kill: bool = False) -> None:
        """Send SIGTERM to a run's process, or SIGKILL to it and all that it started."""
        remote = self._remotes[run]
        remote.killed = remote.killed or kill
        remote.actor.stop.remote(kill)

    def forget(self, run: str) -> None:
        """Remove the actor of a process that has ended."""
        remote = self._remotes.pop(run, None)
        if remote is not None:
            _remove(remote.actor)

    def names(self) -> list[str]:
        """Return the runs whose process runs, or has ended and is not removed yet."""
        return list(self._remotes)

    def slots(self) -> int:
        """Return how many trainings fit into the cluster as it is now."""
        total = ray.cluster_resources()
        slots = int(total.get("CPU", 0) // _cores_a_training())
        return max(1, min(slots, int(total["GPU"])) if "GPU" in total else slots)

    def load(self) -> dict[str, float]:
        """Return memory (bytes), cores and nodes of the cluster, and what Ray has reserved."""
        total, free = ray.cluster_resources(), ray.available_resources()

        def reserved(name: str) -> float:
            return float(total.get(name, 0.0) - free.get(name, 0.0))

        return {
            "memory": reserved("memory"),
            "memory_total": float(total.get("memory", 0.0)),
            "load": reserved("CPU"),
            "cores": float(total.get("CPU", 0.0)),
            "nodes": len(_sizes_of_nodes()),
        }

    def _remove_ended(self) -> None:
        """Remove the actors that a worker left behind whose attempt has ended."""
        actors = ray.util.list_named_actors()  # before the table: another worker may start one now
        active = {_actor_name(run) for run in self._runs.list(states=ACTIVE)}
        for name in actors:
            if name not in active:
                with suppress(ValueError):
                    _remove(ray.get_actor(name))


def _connect(namespace: str) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        with chdir("/"):  # Ray adds the current folder to the search path of its processes
            ray.init(
                address=os.environ.get("RAY_ADDRESS") or "auto",
                namespace=namespace,
                configure_logging=False,
                log_to_driver=False,
            )
    except (ConnectionError, RayError, ValueError, RuntimeError) as error:
        raise BadInput(
            _(
                "No Ray cluster can be reached; start the worker on one of its nodes, or name the "
                "cluster with RAY_ADDRESS."
            )
        ) from error


def _actor_name(run: Run) -> str:
    return f"{run.run} {run.attempt}"


def _resources(run: Run) -> dict[str, Any]:
    """Return the resources that Ray reserves for a run; those of a training are configured."""
    if run.kind in SERIES:  # they only wait for trainings of their own
        return {"num_cpus": 0}
    if run.kind == PART:  # nodes share them out, as each has threads for all cores of one
        return {"num_cpus": 1, "scheduling_strategy": "SPREAD"}
    if run.kind != TRAINING:
        return {"num_cpus": 1}
    any_gpu = 1 if "GPU" in ray.cluster_resources() else 0
    gpus = run.config.get("gpus", ANY)
    return {
        "num_cpus": run.config.get("cpus", 0) or _cores_a_training(),
        "num_gpus": any_gpu if gpus == ANY else gpus,
        "memory": int(run.config.get("memory", 0) * 2**30) or None,
    }


def _lack(resources: dict[str, Any]) -> str | None:
    """Return the resources of a run in words where no node has them now, else None."""
    options = {"CPU": "num_cpus", "GPU": "num_gpus", "memory": "memory"}
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    wanted = {name: resources.get(key) or 0 for name, key in options.items()}
    if any(all(node.get(name, 0) >= value for name, value in wanted.items()) for node in nodes):
        return None
    return ", ".join(f"{value:g} {name}" for name, value in wanted.items() if value)


def _cores_a_training() -> int:
    """Return the cores that a training reserves: no more than the largest node has."""
    return max(1, min(CORES_A_TRAINING, int(max(_sizes_of_nodes(), default=1))))


def _sizes_of_nodes() -> list[float]:
    """Return the cores of each node that is alive and has any for runs."""
    sizes = [node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]]
    return [size for size in sizes if size]


def _is_ready(reference: Any) -> bool:
    ready, _pending = ray.wait([reference], timeout=0, fetch_local=False)
    return bool(ready)


def _remove(actor: Any) -> None:
    with suppress(RayError, ValueError):
        ray.kill(actor, no_restart=True)
