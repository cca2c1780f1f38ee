"""A home with real processes in it, and ways to kill them."""

import csv
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeVar
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from dashboard.jobs.node import NODE
from dashboard.jobs.process import Process
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import ENDED, State
from data.home import Home

PATIENCE_SECONDS = 240.0
TINY = {"network": "paper", "layers": 1, "width": 8, "embedding_width": 4, "batch_size": 4}
IMPATIENT = """
from dashboard.jobs import other_nodes, worker
other_nodes.LOST_SECONDS = {others}
worker.LOST_SECONDS = {own}
from dashboard.cli import main
main()
"""
Result = TypeVar("Result")


def until(condition: Callable[[], Result], seconds: float = PATIENCE_SECONDS) -> Result:
    """Return what a condition says as soon as that is something; fail when it never is."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds} s in vain")
        time.sleep(0.02)
    return answer


def write_log(file: Path, buyers: int = 40, purchases: int = 10, seed: int = 0) -> Path:
    """Write a synthetic purchase log in the columns of the Kaggle set."""
    draw = random.Random(seed)
    header = "event_time,event_type,product_id,category_id,category_code,brand,price"
    with file.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow([*header.split(","), "user_id", "user_session"])
        for buyer in range(buyers):
            for turn in range(purchases):
                product = draw.randrange(30)
                when = f"2019-11-{1 + turn * 2:02d} {draw.randrange(24):02d}:00:00 UTC"
                kind = [product % 5, f"shop.kind{product % 5}", f"brand{product % 3}"]
                what = ["purchase", product, *kind, product + 0.5]
                rows.writerow([when, *what, buyer, f"{buyer}-{turn}"])
    return file


@dataclass
class Server:
    """A ``vitrina serve`` and the address at which it answers."""

    process: subprocess.Popen[str]
    address: str

    def get(self, path: str) -> str:
        """Return what it answers, empty while it does not."""
        with suppress(URLError, OSError), urlopen(self.address + path, timeout=5) as answer:
            return str(answer.read().decode())
        return ""


@dataclass
class Place:
    """A home, its table, and every process that was started for it."""

    home: Home
    runs: Runs
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def worker(self, *options: str, stdout: IO[str] | None = None) -> subprocess.Popen[str]:
        """Start a worker; it need not hold the lease yet."""
        command = ("-m", "dashboard.jobs.worker", "--home", str(self.home.path), *options)
        return self._start(*command, stdout=stdout)

    def worker_on(
        self,
        node: str,
        *options: str,
        stdout: IO[str] | None = None,
        missed_after: float | None = None,
    ) -> subprocess.Popen[str]:
        """Start a worker as a machine of this name does.

        It misses others after 5 seconds, and its own runs after a minute, or both after others.
        """
        script = IMPATIENT.format(others=missed_after or 5.0, own=missed_after or 60.0)
        command = ("-c", script, "worker", "--home", str(self.home.path))
        return self._start(*command, *options, stdout=stdout, node=node)

    def serve(self, *options: str) -> Server:
        """Start the web server, which keeps a worker unless told otherwise."""
        process = self._start(
            *("-c", "from dashboard.cli import main; main()"),
            *("serve", "--port", "0", "--home", str(self.home.path), *options),
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        for line in process.stdout:
            found = re.search(r"http://[\d.]+:\d+", line)
            if found:
                return Server(process, found.group())
        pytest.fail("the server ended without an address")

    def _start(
        self, *command: str, stdout: int | IO[str] | None = None, node: str = ""
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *command],
            stdout=stdout,
            text=True,
            env=self.home.environment() | {NODE: node},
        )
        self.started.append(process)
        return process

    def worker_process(self) -> Process:
        """Return the worker that holds the lease here and is alive, as soon as there is one."""

        def alive() -> Process | None:
            holder = self.runs.lease.holder()
            return holder.worker if holder is not None and holder.worker.alive() else None

        return until(alive)

    def processes(self) -> list[psutil.Process]:
        """Return every process on this machine that was started for this home."""
        mine = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                    continue
                if any(str(self.home.path) in part for part in process.cmdline()):
                    mine.append(process)
        return mine

    def reached(self, run: str, *states: State, seconds: float = PATIENCE_SECONDS) -> Run:
        """Return the run as soon as it is in one of these states."""

        def there(row: Run) -> bool:
            if row.state in ENDED and row.state not in states:
                pytest.fail(f"{run} ended as {row.state}: {row.reason} {row.message}")
            return row.state in states

        return self._once(run, there, seconds)

    def reached_all(self, names: list[str], *states: State) -> list[Run]:
        """Return the runs as soon as each is in one of these states."""
        return [self.reached(name, *states) for name in names]

    def learnt(self, run: str, epochs: int) -> Run:
        """Return the run as soon as it has done this many epochs more than it has now."""
        goal = self.runs.get(run).epochs_done + epochs

        def there(row: Run) -> bool:
            if row.ended:
                pytest.fail(f"{run} ended as {row.state}: {row.reason} {row.message}")
            return row.epochs_done >= goal

        return self._once(run, there)

    def _once(
        self, run: str, holds: Callable[[Run], bool], seconds: float = PATIENCE_SECONDS
    ) -> Run:
        def found() -> Run | None:
            row = self.runs.get(run)
            return row if holds(row) else None

        return until(found, seconds)

    def child(self, run: str) -> Process:
        """Return the process that works on a run, as soon as there is one."""

        def working() -> Process | None:
            row = self.runs.get(run)
            process = Process.known(row.pid, row.born)
            return process if process is not None and process.alive() else None

        return until(working)

    def dataset(self) -> str:
        """Import a small synthetic log and return the dataset's name."""
        from data.datasets.store import Store
        from data.importing.ingest import ingest
        from data.importing.request import ImportRequest

        file = self.log()
        return ingest(Store(self.home), ImportRequest([file], "tiny")).name

    def datasets(self) -> list[str]:
        """Return the names of what has been imported."""
        from data.datasets.store import Store

        return list(Store(self.home).names())

    def log(self) -> Path:
        """Write a small synthetic log beside the home."""
        return write_log(self.home.path.parent / "tiny.csv")

    def training(self, epochs: int) -> str:
        """Queue a training of a tiny network on a small log."""
        return self.runs.create("train", self.dataset(), TINY | {"epochs": epochs})

    def clear(self) -> None:
        """End whatever still runs."""
        self.runs.close()
        for started in self.started:
            started.kill()
            started.wait()
        while processes := self.processes():  # one that is killed last may have started others
            for process in processes:
                with suppress(psutil.Error):
                    process.kill()
        for started in self.started:
            if started.stdout is not None:
                started.stdout.close()


Machine = Callable[[str], Place]


@pytest.fixture
def place(home: Home) -> Iterator[Place]:
    """A home whose every process ends with the test."""
    place = Place(home, Runs(home))
    yield place
    place.clear()


@pytest.fixture
def machine(tmp_path: Path, database_url: str, store_url: str) -> Iterator[Machine]:
    """Return a machine of this name: its home, and its processes, which end with the test."""
    places = []

    def make(name: str) -> Place:
        home = Home(tmp_path / name / "home", database_url, store_url)
        places.append(Place(home, Runs(home)))
        return places[-1]

    yield make
    for place in places:
        place.clear()


@pytest.fixture
def moments() -> random.Random:
    """Random moments, the same ones each time that the tests run."""
    return random.Random(20191101)
