"""The table of runs in a SQLite file, beside one on a PostgreSQL server of the same machine.

A thousand runs are queued; then claimers in processes of their own take each of them through a
whole life (claimed, begun, ended) with two slots in all, while pages ask for the list. Both
databases are measured in turns, in one run. PostgreSQL has the settings of the tests, which do not
wait for the disk; SQLite is as it is in use.

Measured on two cores that others kept busy (a load of 6 to 9), in two turns: 1,790 and 1,850 runs
queued a second with SQLite, 700 and 660 with PostgreSQL; 42 and 81, 46 and 46 claimed, begun and
ended; the list of 1,000 in 630 and 390 ms, 400 and 520 ms at the 95th percentile. Starting the
process of a run takes seconds and is not part of this.
"""

import multiprocessing
import os
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from data.home import Home
from tests.postgres import Postgres, installed

RUNS = int(os.environ.get("BENCH_RUNS", "1000"))
CLAIMED = int(os.environ.get("BENCH_CLAIMED", "200"))
CLAIMERS = 4
SLOTS = 2
PAGES = 5


def main() -> None:
    """Print the times of both databases."""
    installation = installed()
    servers = [] if installation is None else [Postgres(installation)]
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(2):
            for server in (None, *servers):
                name = "SQLite" if server is None else "PostgreSQL"
                home = Home(Path(folder) / f"{name}{turn}")
                _measure(name, home if server is None else Home(home.path, server.new_schema()))
    for server in servers:
        server.close()


def _measure(name: str, home: Home) -> None:
    runs = Runs(home)
    began = time.perf_counter()
    for number in range(RUNS):
        runs.create("train", f"shop{number % 7}", {"epochs": 5})
    queued = RUNS / (time.perf_counter() - began)
    runs.queue.set_parallel(SLOTS)
    over = threading.Event()
    taken: list[float] = []
    pages = [threading.Thread(target=_ask, args=(runs, over, taken)) for _page in range(PAGES)]
    for page in pages:
        page.start()
    context = multiprocessing.get_context("spawn")
    ready, left = context.Barrier(CLAIMERS + 1), context.Value("i", CLAIMED)
    claimers = [context.Process(target=_claim, args=(home, ready, left)) for _ in range(CLAIMERS)]
    for claimer in claimers:
        claimer.start()
    ready.wait()
    began = time.perf_counter()
    for claimer in claimers:
        claimer.join()
    lives = CLAIMED / (time.perf_counter() - began)
    over.set()
    for page in pages:
        page.join()
    cut = statistics.quantiles(taken, n=20)
    print(
        f"{name:<10} {queued:6.0f} runs queued/s   {lives:6.1f} runs claimed, begun and ended/s"
        f"   list of {RUNS:,}: median {statistics.median(taken):6.1f} ms   95 % {cut[18]:6.1f} ms"
    )
    runs.close()


def _claim(home: Home, ready: Any, left: Any) -> None:
    """Take runs through their lives until none of those to be claimed is left."""
    runs = Runs(home)
    runs.queue.waiting()
    ready.wait()
    while left.value > 0:
        run = runs.queue.claim()
        if run is not None:
            runs.attempts.begin(run.run, run.attempt, Process.current())
            runs.attempts.end(run.run, run.attempt, State.FINISHED)
            with left.get_lock():
                left.value -= 1
    runs.close()


def _ask(runs: Runs, over: threading.Event, taken: list[float]) -> None:
    while not over.wait(0.2):
        began = time.perf_counter()
        runs.list()
        taken.append((time.perf_counter() - began) * 1_000)


if __name__ == "__main__":
    main()
