"""How fast the page of a training answers when many people watch it.

Thirty browsers poll one run every 0.8 seconds, as its page does, while the run writes rows three
times a second; then they poll it while nothing changes. The browsers' own processor time is on the
same machine.

Measured on two cores that others kept busy (a load of 19), which makes times meaningless and leaves
the processor time of the server: 43.5 ms for a poll that draws the loss and 14.1 ms for one that
changes nothing, before answers were shared; 22.8 ms and 5.3 ms since then.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from data.home import Home
from tests.benchmarks._run_page import RunPage

CLIENTS = int(os.environ.get("BENCH_CLIENTS", "30"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "20"))
PERIOD = 0.8
STEPS = 3_000


def main() -> None:
    """Print the times of polls of a run that changes, and of one that does not."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        runs = Runs(home)
        run = begin(runs)
        with start_server(home) as server:
            try:
                address = address_of(server)
                measure("while it writes", address, server, (runs, run), writes=True)
                measure("while nothing changes", address, server, (runs, run), writes=False)
            finally:
                server.terminate()
        runs.close()


def begin(runs: Runs) -> str:
    """Begin a training that has written rows of ten epochs."""
    run = runs.create("train", "shop", {"epochs": 50})
    runs.queue.claim()
    runs.attempts.begin(run, 1, Process.current())
    points = [Point(1 + s // 300, s, "loss", 1 / s, float(s)) for s in range(1, STEPS + 1)]
    runs.metric_writer.append(run, 1, points)
    names = ("loss", "val_loss", "val_ndcg@10", "val_hr@10", "val_accuracy", "accuracy", "seconds")
    epochs = [Point(e, None, name, 1 / e, 0.0) for e in range(1, 10) for name in names]
    runs.metric_writer.append(run, 1, epochs)
    return run


def start_server(home: Home) -> "subprocess.Popen[str]":
    """Start a web server without a worker."""
    command = [sys.executable, "-m", "dashboard", "--home", str(home.path)]
    command += ["serve", "--port", "0", "--no-worker"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=home.environment())


def address_of(server: "subprocess.Popen[str]") -> str:
    """Return host and port at which a server answers."""
    assert server.stdout is not None
    return server.stdout.readline().split("http://")[1].split()[0]


def measure(
    what: str,
    address: str,
    server: "subprocess.Popen[str]",
    watched: tuple[Runs, str],
    *,
    writes: bool,
    clients: int = CLIENTS,
) -> None:
    """Print how long polls take while a training writes, or while it does not."""
    runs, run = watched
    over, taken, sizes = threading.Event(), list[float](), list[int]()

    def watch(number: int) -> None:
        browser, turn = RunPage(address, run), 0
        over.wait(PERIOD * number / clients)
        while not over.is_set():
            turn += 1
            before, began = browser.size, time.perf_counter()
            browser.poll(turn)
            taken.append(time.perf_counter() - began)
            sizes.append(browser.size - before)
            over.wait(max(PERIOD - taken[-1], 0))
        browser.close()

    browsers = [threading.Thread(target=watch, args=(number,)) for number in range(clients)]
    process = psutil.Process(server.pid)
    for client in browsers:
        client.start()
    time.sleep(3 * PERIOD)  # the first answers are whole
    taken.clear()
    sizes.clear()
    before, began, step = process.cpu_times(), time.perf_counter(), STEPS
    while time.perf_counter() - began < SECONDS:
        time.sleep(0.3)
        if writes:
            step += 1
            runs.metric_writer.append(run, 1, [Point(10, step, "loss", 1 / step, float(step))])
    after = process.cpu_times()
    over.set()
    for client in browsers:
        client.join()
    spent = (after.user + after.system - before.user - before.system) / max(len(taken), 1)
    cut = statistics.quantiles(taken, n=20)
    print(
        f"{what:<24} {len(taken):5d} polls   {1e3 * statistics.median(taken):7.1f} ms median   "
        f"{1e3 * cut[18]:7.1f} ms 95 %   {1e3 * spent:6.1f} ms of processor each   "
        f"{statistics.mean(sizes) / 1e3:6.1f} kB each"
    )


if __name__ == "__main__":
    main()
