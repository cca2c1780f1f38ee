"""How fast a live page is answered from a table that holds many long runs.

Measured on two quiet cores with 50 runs of 200,000 rows (821 MB), while another run was being
written: everything a live page asks of the table took 9.3 ms at the median and 22.8 ms at the 95th
percentile, a poll over HTTP that draws the loss anew 31.5 and 34.2 ms, a poll of the run that
trains 4.8 and 6.0 ms; the web server held 230 MB.
"""

import gzip
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
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
        _time("is there anything new (last_seq)", runs.metrics.last_seq, names)
        _time("what is new (100 rows)", lambda run: runs.metrics.rows(run, ROWS - 100), names)
        _time("history by epoch", runs.metrics.history, names)
        _time("one curve of 2,000 points", lambda run: runs.metrics.curve(run, "loss"), names)
        _time("everything of a live page", lambda run: _page(runs, run), names)
        _time("the list of runs", lambda _run: runs.list(), names)
        _live_page(runs.home, names)
        over.set()
        writer.join()
        memory = psutil.Process().memory_info().rss / 1e6
        print(f"memory of this process: {memory:.0f} MB")
        runs.close()


def _fill(runs: Runs, number: int) -> str:
    run = runs.create("train", f"set{number}", {"epochs": 50})
    runs.queue.set_parallel(64)
    runs.queue.claim()
    runs.attempts.begin(run, 1, Process.current())
    steps = ROWS // len(NAMES)
    for first in range(1, steps + 1, BATCH // len(NAMES)):
        block = range(first, min(first + BATCH // len(NAMES), steps + 1))
        points = [
            Point(1 + s * 50 // (steps + 1), s, n, 1 / s, float(s)) for s in block for n in NAMES
        ]
        runs.metric_writer.append(run, 1, points)
    runs.metric_writer.append(
        run, 1, [Point(e, None, n, 1 / e, 0.0) for e in range(1, 51) for n in (*NAMES, "val_loss")]
    )
    return run


def _write(runs: Runs, over: threading.Event) -> None:
    """Go on training the last run, four figures three times a second."""
    step = ROWS
    while not over.wait(0.3):
        step += 1
        runs.metric_writer.append(
            f"set{RUNS - 1}-1", 1, [Point(50, step, name, 1.0, 0.0) for name in NAMES]
        )


def _page(runs: Runs, run: str) -> None:
    runs.get(run)
    runs.metrics.history(run)
    for name in NAMES:
        runs.metrics.curve(run, name)


def _live_page(home: Home, names: list[str]) -> None:
    """Poll pages of runs through a web server of its own, as browsers do."""
    command = [sys.executable, "-m", "dashboard", "--home", str(home.path)]
    command += ["serve", "--port", "0", "--no-worker"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split("http://")[1].split()[0]
        host, port = address.split(":")
        browser = http.client.HTTPConnection(host, int(port))
        live = [names[-1]]
        poll = _poll(browser)
        _time("HTTP: the first poll", lambda run: poll(run, {}), names)
        seen: dict[str, Any] = {}
        _time("HTTP: a poll of the run that trains", lambda run: poll(run, seen), live)
        rss = psutil.Process(server.pid).memory_info().rss / 1e6
        print(f"memory of the web server: {rss:.0f} MB")
        browser.close()
        server.terminate()


def _poll(browser: http.client.HTTPConnection) -> Callable[[str, dict[str, Any]], None]:
    """Return what asks a server for what a run's page asks again and again."""
    follow = next(
        one
        for one in _ask(browser, "GET", "/_dash-dependencies")
        if any(
            part["id"] == "run-clock" and part["property"] == "n_intervals"
            for part in one["inputs"]
        )
    )

    def poll(run: str, seen: dict[str, Any]) -> None:
        values = {"run-clock": 1, "theme": "light", "run-axis": "epoch", "run-name": run}
        asked = {
            "output": follow["output"],
            "outputs": _outputs(follow["output"]),
            "inputs": [part | {"value": values[part["id"]]} for part in follow["inputs"]],
            "state": [_state(part, values, seen) for part in follow["state"]],
            "changedPropIds": ["run-clock.n_intervals"],
        }
        told = _ask(browser, "POST", "/_dash-update-component", asked)["response"]
        seen |= {key: value["data"] for key, value in told.items() if "run-mark" in key}

    return poll


def _state(part: dict[str, Any], values: dict[str, Any], seen: dict[str, Any]) -> dict[str, Any]:
    known = values.get(part["id"], seen.get(part["id"]))
    name = json.loads(part["id"]) if part["id"].startswith("{") else part["id"]
    return {"id": name, "property": part["property"], "value": known}


def _outputs(joined: str) -> list[dict[str, Any]]:
    """Return the outputs that Dash joins into one name."""
    parts = [part.replace("\\.", ".").rpartition(".") for part in joined.strip(".").split("...")]
    return [
        {"id": json.loads(name) if name.startswith("{") else name, "property": prop}
        for name, _dot, prop in parts
    ]


def _ask(browser: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> Any:
    head = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
    browser.request(method, path, None if body is None else json.dumps(body), head)
    answer = browser.getresponse()
    told = answer.read()
    if answer.status == 204:
        return {"response": {}}
    assert answer.status == 200, told[:200]
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return json.loads(gzip.decompress(told) if packed else told)


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
