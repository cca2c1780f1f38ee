"""How fast a live page is answered from a table that holds many long runs."""

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from dashboard.jobs.metrics import Point
from dashboard.jobs.process import Process
from dashboard.jobs.table import Runs
from data.home import Home

RUNS = int(os.environ.get("BENCH_RUNS", "50"))
ROWS = int(os.environ.get("BENCH_ROWS", "200000"))
BATCH = 5_000
POLLS = 200
NAMES = ("loss", "accuracy", "memory", "processor")


def main() -> None:
    """Fill a table, then poll it as pages do while another run is being written."""
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(Home(Path(folder)))
        began = time.perf_counter()
        names = [_fill(runs, number) for number in range(RUNS)]
        rows = RUNS * ROWS
        speed = rows / (time.perf_counter() - began)
        size = runs.home.database.stat().st_size / 1e6
        print(f"{RUNS} runs × {ROWS:,} rows: {size:,.0f} MB, appended at {speed:,.0f} rows/s")
        over = threading.Event()
        writer = threading.Thread(target=_write, args=(runs, over))
        writer.start()
        _time("is there anything new (last_seq)", runs.last_seq, names)
        _time("what is new (100 rows)", lambda run: runs.metrics(run, ROWS - 100), names)
        _time("history by epoch", runs.history, names)
        _time("one curve of 2,000 points", lambda run: runs.curve(run, "loss"), names)
        _time("everything of a live page", lambda run: _page(runs, run), names)
        _time("the list of runs", lambda _run: runs.list(), names)
        over.set()
        writer.join()
        memory = psutil.Process().memory_info().rss / 1e6
        print(f"memory of this process: {memory:.0f} MB")
        runs.close()


def _fill(runs: Runs, number: int) -> str:
    run = runs.create("train", f"set{number}", {"epochs": 50})
    runs.set_parallel(64)
    runs.claim()
    runs.begin(run, 1, Process.current())
    steps = ROWS // len(NAMES)
    for first in range(1, steps + 1, BATCH // len(NAMES)):
        block = range(first, min(first + BATCH // len(NAMES), steps + 1))
        points = [
            Point(1 + s * 50 // (steps + 1), s, n, 1 / s, float(s)) for s in block for n in NAMES
        ]
        runs.append(run, 1, points)
    runs.append(
        run, 1, [Point(e, None, n, 1 / e, 0.0) for e in range(1, 51) for n in (*NAMES, "val_loss")]
    )
    return run


def _write(runs: Runs, over: threading.Event) -> None:
    """Go on training the last run, four figures three times a second."""
    step = ROWS
    while not over.wait(0.3):
        step += 1
        runs.append(f"set{RUNS - 1}-1", 1, [Point(50, step, name, 1.0, 0.0) for name in NAMES])


def _page(runs: Runs, run: str) -> None:
    runs.get(run)
    runs.history(run)
    for name in runs.step_names(run):
        runs.curve(run, name)


def _time(what: str, ask: Callable[[str], object], names: list[str]) -> None:
    taken = []
    for poll in range(POLLS):
        began = time.perf_counter()
        ask(names[poll % len(names)])
        taken.append((time.perf_counter() - began) * 1_000)
    cut = statistics.quantiles(taken, n=20)
    print(f"{what:<36} median {statistics.median(taken):7.2f} ms   95 % {cut[18]:7.2f} ms")


if __name__ == "__main__":
    main()
