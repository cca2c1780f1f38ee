"""Many people and machines: polls of fifty pages beside a queue of 1,000, and lists by workers.

SQLite in a file beside PostgreSQL on the same machine, in one run. Where workers share the cores of
one machine, as here, several of them show what sharing costs, not what it gains. ``BENCH_BUYERS``
is how many buyers are ranked for: a million for the whole table, at which there are eight parts; of
fewer than 130,000 there is one part, which nobody shares. ``queue`` measures how many runs are
queued, claimed, begun and ended a second.

Measured once on two cores that others kept busy, so that times say little beyond their ratios; the
load is that of a minute, these processes included:

- fifty pages that poll a training while 1,000 runs wait (load 7): 68 ms at the median and 588 ms at
  the 95th percentile with SQLite, 573 and 1,305 ms with PostgreSQL; the server spends 6.6 and
  6.7 ms of processor on a poll. A shorter measurement (load 8) had 86 and 296, 138 and 464 ms.
- lists of 1,000,000 buyers: 43.0 s with SQLite (load 8); with PostgreSQL 44.5 s by one worker
  (load 8), 39.8 s by two (load 11) and 41.9 s by four (load 15). On two cores more workers gain
  nothing but a larger share of what others leave, and lose nothing either.
- parts cost no processor time that can be told from chance: 14,500 to 14,800 of 400,000 buyers a
  second of processor, kept or not, and 14,600 to 14,900 before there were parts, in turns.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.jobs.node import NODE
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from data.home import Home
from tests.benchmarks import polling, recommendations
from tests.postgres import Postgres, installed

PAGES = int(os.environ.get("BENCH_PAGES", "50"))
QUEUED = int(os.environ.get("BENCH_RUNS", "1000"))
WORKERS = (1, 2, 4)


def main() -> None:
    """Print the times of polls and of lists on both databases."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    installation = installed()
    server = None if installation is None else Postgres(installation)
    with tempfile.TemporaryDirectory() as folder:
        homes = {"SQLite": Home(Path(folder) / "file")}
        if server is not None:
            homes["PostgreSQL"] = Home(Path(folder) / "served", server.new_schema())
        for name, home in homes.items():
            _poll(name, home)
        for name, home in homes.items():
            _score(name, home, Path(folder))
    if server is not None:
        server.close()
    print(f"load {os.getloadavg()[0]:.1f}")


def _poll(name: str, home: Home) -> None:
    """Watch a training from many pages while many runs wait."""
    runs = Runs(home)
    run = polling.begin(runs)
    runs.queue.pause()
    waiting = [runs.create("train", "shop", {"epochs": 5}) for _number in range(QUEUED)]
    with polling.start_server(home) as server:
        try:
            address = polling.address_of(server)
            what = f"{name}, {PAGES} pages"
            polling.measure(what, address, server, (runs, run), writes=True, clients=PAGES)
        finally:
            server.terminate()
    for one in (*waiting, run):
        runs.request_stop(one)
    runs.attempts.end(run, 1, State.STOPPED)
    runs.queue.pause(False)
    runs.close()


def _score(name: str, home: Home, folder: Path) -> None:
    """Rank for every buyer by a network, with as many workers as the database allows."""
    recommendations.import_log(home, folder, recommendations.SIZES[0])
    run = recommendations.untrained(home, "fast", recommendations.SIZES[0])
    config = {"run": run, "k": 20, "exclude_seen": False, "format": "parquet"}
    runs = Runs(home)
    for number in WORKERS if home.database_url else WORKERS[:1]:
        with _workers(home, runs, number):
            job = runs.create("score", "bench", config)
            while not (row := runs.get(job)).ended:
                time.sleep(0.2)
        assert row.state is State.FINISHED, row.message
        assert row.started is not None
        assert row.finished is not None
        seconds, buyers = row.finished - row.started, row.progress["buyers"]
        print(
            f"{name:<10} {number} workers {buyers:10,} buyers {seconds:8.1f} s"
            f" {buyers / seconds:10,.0f} buyers/s   load {os.getloadavg()[0]:.1f}"
        )
    runs.close()


@contextmanager
def _workers(home: Home, runs: Runs, number: int) -> Iterator[None]:
    """Run workers as machines of their own have them."""
    command = [sys.executable, "-m", "dashboard.jobs.worker", "--home", str(home.path)]
    workers = [
        subprocess.Popen(
            command,
            env=home.environment() | {NODE: f"machine-{one}"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for one in range(number)
    ]
    while len(runs.lease.holders()) < number:
        time.sleep(0.1)
    yield
    for worker in workers:
        worker.terminate()
        worker.wait()


if __name__ == "__main__":
    main()
