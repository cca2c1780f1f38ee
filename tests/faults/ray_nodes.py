"""Nodes of a Ray cluster, kept by a process of their own.

Ray sets a handler of SIGTERM in the process that starts nodes, and ends that process where it
cannot reach them any longer: a worker of pytest would go down with its tests.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

OBJECT_STORE = 80 << 20  # bytes of shared memory; nothing here needs any
_MARK = "nodes: "  # before lines for whoever started this process; Ray prints lines, too
_CLOSE_SECONDS = 60


class RayNodes:
    """A cluster whose nodes have one core each and are processes of this machine.

    Parameters
    ----------
    homes : sequence of Path
        The home of each node, as its own environment says; the first node is the head.
    """

    def __init__(self, homes: Sequence[Path]) -> None:
        self._keeper = subprocess.Popen(
            [sys.executable, __file__, *map(str, homes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",  # Ray adds the current folder to the search path of its processes
        )
        self.address: str
        self._raylets: list[int]
        self.address, self._raylets = self._answer()

    def busy(self) -> dict[int, list[int]]:
        """Return the processes of runs on each node, by the node's number."""
        return {
            number: [process.pid for process in self._processes(number) if _is_child(process)]
            for number in range(len(self._raylets))
        }

    def lose(self, number: int) -> None:
        """Kill everything on a node at once, as when its power fails; not the first, the head."""
        processes = self._processes(number)
        assert self._keeper.stdin is not None
        print(number, file=self._keeper.stdin, flush=True)
        self._answer()
        for process in processes:
            with suppress(psutil.Error):
                process.kill()

    def close(self) -> None:
        """End every node."""
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        try:
            self._keeper.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            keeper = psutil.Process(self._keeper.pid)
            for process in [*keeper.children(recursive=True), keeper]:
                with suppress(psutil.Error):
                    process.kill()
            self._keeper.wait()
        assert self._keeper.stdout is not None
        self._keeper.stdout.close()

    def _processes(self, number: int) -> list[psutil.Process]:
        with suppress(psutil.Error):
            return psutil.Process(self._raylets[number]).children(recursive=True)
        return []

    def _answer(self) -> Any:
        assert self._keeper.stdout is not None
        for line in self._keeper.stdout:
            if line.startswith(_MARK):
                return json.loads(line.removeprefix(_MARK))
        raise RuntimeError(f"the nodes ended with status {self._keeper.wait()}")


def _is_child(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return "dashboard.jobs.child" in process.cmdline()
    return False


def _keep(homes: list[str]) -> None:
    """Start nodes, remove those whose number comes, and end with the input."""
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    nodes = [
        cluster.add_node(
            num_cpus=1, object_store_memory=OBJECT_STORE, env_vars={"VITRINA_HOME": home}
        )
        for home in homes
    ]
    raylets = [node.all_processes["raylet"][0].process.pid for node in nodes]
    _say([cluster.address, raylets])
    for line in sys.stdin:
        cluster.remove_node(nodes[int(line)], allow_graceful=False)
        _say(None)
    cluster.shutdown()


def _say(answer: object) -> None:
    sys.stdout.write(f"{_MARK}{json.dumps(answer)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _keep(sys.argv[1:])
