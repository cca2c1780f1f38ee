"""What the pods of ``deploy/kubernetes.ray.yaml`` start makes a cluster that carries out runs."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from dashboard.jobs.node import node_name
from dashboard.jobs.states import State
from data.home import DATABASE, HOME
from tests.databases import on_postgresql
from tests.faults.conftest import Place, until
from tests.test_deployment import containers

pytestmark = [pytest.mark.fault, pytest.mark.slow, on_postgresql]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A folder for what Ray writes; processes that were started with it end with the test."""
    folder = tempfile.mkdtemp(prefix="ray", dir="/tmp")  # the path of a socket in it is short
    monkeypatch.setenv("RAY_TMPDIR", folder)
    yield folder
    for process in psutil.process_iter(["cmdline"]):
        if any(folder in word for word in process.info["cmdline"] or ()):
            with suppress(psutil.Error):
                process.kill()
    shutil.rmtree(folder, ignore_errors=True)


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def test_head_and_node_of_the_manifests_carry_out_a_run(place: Place, folder: str) -> None:
    """Both on this machine, with a port of their own."""
    pods = {one["name"]: one for one in containers() if "command" in one}
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    image = os.environ | {HOME: str(place.home.path), "PATH": programs}
    database = {DATABASE: place.home.database_url or ""}
    port = free_port()
    started = []
    try:
        for name in ("head", "node"):
            (shown,) = pods[name]["args"]
            script = shown.replace("vitrina-ray:", "127.0.0.1:").replace("6379", port)
            assert script != shown
            own = {one["name"]: one.get("value", "a secret") for one in pods[name]["env"]}
            environment = image | own | (database if DATABASE in own else {})
            started.append(subprocess.Popen(["sh", "-c", script], env=environment, cwd="/"))
            until(lambda: place.runs.lease.status().alive)
        run = place.runs.create("import", "tiny", {"files": [str(place.log())]})
        assert place.reached(run, State.FINISHED).node == f"ray@{node_name()}"
        (holder,) = place.runs.lease.holders()
        assert holder.load["cores"] == 2.0
    finally:
        for process in started:
            process.kill()
            process.wait()
