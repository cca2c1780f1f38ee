"""How fast the page of a training answers when many people watch it.

Thirty browsers poll one run every 0.8 seconds, as its page does, while the run writes rows three
times a second; then they poll it while nothing changes. The browsers' own processor time is on the
same machine.

Measured on two cores that others kept busy (a load of 19), which makes times meaningless and leaves
the processor time of the server: 43.5 ms for a poll that draws the loss and 14.1 ms for one that
changes nothing, before answers were shared; 22.8 ms and 5.3 ms since then.
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
from pathlib import Path
from typing import Any

import psutil

from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from data.home import Home

CLIENTS = int(os.environ.get("BENCH_CLIENTS", "30"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "20"))
PERIOD = 0.8
STEPS = 3_000


def main() -> None:
    """Print the times of polls of a run that changes, and of one that does not."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        runs = Runs(home)
        run = _begin(runs)
        with _server(home) as server:
            try:
                address = _address(server)
                _measure("while it writes", address, server, (runs, run), writes=True)
                _measure("while nothing changes", address, server, (runs, run), writes=False)
            finally:
                server.terminate()
        runs.close()


def _begin(runs: Runs) -> str:
    run = runs.create("train", "shop", {"epochs": 50})
    runs.queue.claim()
    runs.attempts.begin(run, 1, Process.current())
    points = [Point(1 + s // 300, s, "loss", 1 / s, float(s)) for s in range(1, STEPS + 1)]
    runs.metric_writer.append(run, 1, points)
    names = ("loss", "val_loss", "val_ndcg@10", "val_hr@10", "val_accuracy", "accuracy", "seconds")
    epochs = [Point(e, None, name, 1 / e, 0.0) for e in range(1, 10) for name in names]
    runs.metric_writer.append(run, 1, epochs)
    return run


def _server(home: Home) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "dashboard", "--home", str(home.path)]
    command += ["serve", "--port", "0", "--no-worker"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _address(server: "subprocess.Popen[str]") -> str:
    assert server.stdout is not None
    return server.stdout.readline().split("http://")[1].split()[0]


def _measure(
    what: str,
    address: str,
    server: "subprocess.Popen[str]",
    watched: tuple[Runs, str],
    *,
    writes: bool,
) -> None:
    runs, run = watched
    over, taken, sizes = threading.Event(), list[float](), list[int]()

    def watch(number: int) -> None:
        browser, turn = _Browser(address, run), 0
        over.wait(PERIOD * number / CLIENTS)
        while not over.is_set():
            turn += 1
            before, began = browser.size, time.perf_counter()
            browser.poll(turn)
            taken.append(time.perf_counter() - began)
            sizes.append(browser.size - before)
            over.wait(max(PERIOD - taken[-1], 0))
        browser.close()

    clients = [threading.Thread(target=watch, args=(number,)) for number in range(CLIENTS)]
    process = psutil.Process(server.pid)
    for client in clients:
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
    for client in clients:
        client.join()
    spent = (after.user + after.system - before.user - before.system) / max(len(taken), 1)
    cut = statistics.quantiles(taken, n=20)
    print(
        f"{what:<24} {len(taken):5d} polls   {1e3 * statistics.median(taken):7.1f} ms median   "
        f"{1e3 * cut[18]:7.1f} ms 95 %   {1e3 * spent:6.1f} ms of processor each   "
        f"{statistics.mean(sizes) / 1e3:6.1f} kB each"
    )


class _Browser:
    """A page of a run: polls it, and asks for what has changed."""

    def __init__(self, address: str, run: str) -> None:
        self._connection = http.client.HTTPConnection(address)
        self._callbacks = json.loads(_send(self._connection, "GET", "/_dash-dependencies"))
        self._values: dict[str, Any] = {"theme": "light", "run-axis": "epoch", "run-name": run}
        self.size = 0

    def poll(self, turn: int) -> None:
        self._values["run-clock"] = turn
        changed = self._call("run-clock.n_intervals", ["run-clock.n_intervals"])
        drawn = [one for one in changed if json.loads(one)["name"] in {"seq", "state", "time"}]
        if drawn:
            self._call(_mark("seq"), [f"{one}.data" for one in drawn])

    def close(self) -> None:
        self._connection.close()

    def _call(self, trigger: str, changed: list[str]) -> list[str]:
        """Call the first callback that a property triggers; return the markers that changed."""
        callback = next(
            one
            for one in self._callbacks
            if trigger in {f"{part['id']}.{part['property']}" for part in one["inputs"]}
        )
        body = {
            "output": callback["output"],
            "outputs": [self._part(*_split(one)) for one in _outputs(callback["output"])],
            "inputs": [self._part(one["id"], one["property"]) for one in callback["inputs"]],
            "state": [self._part(one["id"], one["property"]) for one in callback["state"]],
            "changedPropIds": changed,
        }
        content = _send(self._connection, "POST", "/_dash-update-component", json.dumps(body))
        self.size += len(content)
        answer = json.loads(content or "{}").get("response", {})
        marks = {name: values["data"] for name, values in answer.items() if "run-mark" in name}
        self._values |= marks
        return list(marks)

    def _part(self, name: str, property_: str) -> dict[str, Any]:
        id_ = json.loads(name) if name.startswith("{") else name
        return {"id": id_, "property": property_, "value": self._values.get(name)}


def _mark(name: str) -> str:
    return f'{{"name":"{name}","type":"run-mark"}}.data'


def _outputs(output: str) -> list[str]:
    return output.strip(".").split("...") if output.startswith("..") else [output]


def _split(output: str) -> tuple[str, str]:
    name, _dot, property_ = output.rpartition(".")
    return name.replace("\\.", "."), property_


def _send(browser: http.client.HTTPConnection, method: str, path: str, body: str = "") -> bytes:
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"} if body else {}
    browser.request(method, path, body or None, headers)
    answer = browser.getresponse()
    content = answer.read()
    assert answer.status in {200, 204}, content
    if answer.headers.get("Content-Encoding") == "gzip":
        return gzip.decompress(content)
    return content


if __name__ == "__main__":
    main()
