"""Whether the server stays as it is under everything at once; prints a table, fails nothing.

A training runs, thirty pages poll it, files are uploaded, passwords are guessed, connections send
nothing, and the worker is killed every two minutes: ``SOAK_MINUTES=20 python -m tests.benchmarks
_soak``. Its name keeps it out of ``make bench``, since it takes so long.

Measured for twenty minutes on two cores (30 November 2026), with a training that lasts all the time
(372 epochs) and ten killed workers: in spans of ten seconds a poll took 109 ms on average at the
95th percentile, 170 at the most (120 spans); the web process took 299 MB after a minute, 303 after
five, 325 after ten and 328 at the end, with 220 open files at most. Before epochs were
read once, 28 of 120 spans were at 200 ms or more. With eight threads, three queries a request and
points written three times a second it had taken some 150 ms at the median and 340 ms at the 95th
percentile.
"""

import http.client
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psutil

from dashboard.identity import Role
from dashboard.jobs.runs_table import Runs
from dashboard.services.datasets import demo
from dashboard.services.runs.start import configure, start_training
from dashboard.users.users import Users
from data.home import Home
from tests.benchmarks._run_page import RunPage

MINUTES = float(os.environ.get("SOAK_MINUTES", "20"))
PAGES = 30
PERIOD = 0.8
SILENT = 300
KILL_SECONDS = 120.0
SAMPLE_SECONDS = 10.0
PASSWORD = "correct horse battery"
BUYERS = 20_000
CHANGES = {"epochs": 1000, "early_stopping": 0}
"""A training that lasts longer than the soak."""


@dataclass
class Soak:
    """What all threads share: where the server is, when to end, and what was seen."""

    home: Home
    address: str
    run: str
    over: threading.Event = field(default_factory=threading.Event)
    polls: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    trouble: Counter[str] = field(default_factory=Counter)
    kills: int = 0

    def repeat(self, work: Callable[["Soak"], None], seconds: float) -> None:
        """Do something again and again until the end; count what goes wrong."""
        while not self.over.wait(seconds):
            try:
                work(self)
            except (OSError, http.client.HTTPException) as error:
                self.trouble[f"{work.__name__}: {type(error).__name__} {error}"[:120]] += 1

    def request(
        self, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send a POST request over a connection of its own."""
        connection = http.client.HTTPConnection(self.address, timeout=60)
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content


def main() -> None:
    """Let everything happen at once, and print how memory, files and times change."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        demo.make(home, buyers=BUYERS)
        runs = Runs(home)
        Users(runs.database).add("ana", PASSWORD, Role.TRAIN)
        config = configure(home, demo.DEMO, "fast", CHANGES).config
        run = start_training(home, demo.DEMO, config, preset="fast")
        command = [sys.executable, "-m", "dashboard", "--home", str(home.path)]
        command += ["serve", "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            address = server.stdout.readline().split("http://")[1].split()[0]
            soak = Soak(home, address, run)
            try:
                _soak(soak, runs, psutil.Process(server.pid))
                runs.request_stop(run)
                while not runs.get(run).ended:  # its process writes into the folder
                    time.sleep(0.5)
            finally:
                server.send_signal(signal.SIGINT)
        runs.close()


def _soak(soak: Soak, runs: Runs, server: psutil.Process) -> None:
    cookie = _sign_in(soak)
    tasks: list[tuple[Callable[[Soak], None], float]] = [(_guess, 3.0), (_upload(cookie), 5.0)]
    tasks += [(_stay_silent, 1.0), (_kill_worker(runs), KILL_SECONDS)]
    threads = [threading.Thread(target=soak.repeat, args=task) for task in tasks]
    threads += [
        threading.Thread(target=_watch, args=(soak, cookie, number)) for number in range(PAGES)
    ]
    for thread in threads:
        thread.start()
    columns = {"memory": 9, "handles": 8, "polls": 6, "median": 9, "95 %": 9, "epoch": 6}
    print("minute", *(f"{name:>{width}}" for name, width in columns.items()))
    memory = []
    began = time.monotonic()
    while time.monotonic() - began < 60 * MINUTES:
        time.sleep(SAMPLE_SECONDS)
        polls, soak.polls = soak.polls, []
        memory.append(server.memory_info().rss / 1e6)
        cut = statistics.quantiles(polls, n=20) if len(polls) > 1 else [0.0] * 19
        print(
            f"{(time.monotonic() - began) / 60:6.1f} {memory[-1]:6.0f} MB {server.num_fds():8d} "
            f"{len(polls):6d} {1e3 * cut[9]:6.0f} ms {1e3 * cut[18]:6.0f} ms "
            f"{runs.get(soak.run).epochs_done:6d}",
            flush=True,
        )
    soak.over.set()
    for thread in threads:
        thread.join()
    row = runs.get(soak.run)
    print(f"answers: {dict(soak.answers)}; workers killed: {soak.kills}")
    print(f"the run: {row.state}, {row.epochs_done} epochs, attempt {row.attempt}", row.message)
    print(f"trouble: {dict(soak.trouble) or 'none'}")


def _sign_in(soak: Soak) -> str:
    answer = _send_password(soak, PASSWORD)
    return answer.headers["Set-Cookie"].split(";")[0]


def _send_password(soak: Soak, password: str) -> http.client.HTTPResponse:
    form = urlencode({"name": "ana", "password": password}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer, _content = soak.request("/login", form, headers)
    return answer


def _watch(soak: Soak, cookie: str, number: int) -> None:
    """Poll the page of the run; connect again where the connection has been closed."""
    soak.over.wait(PERIOD * number / PAGES)
    page, turn = RunPage(soak.address, soak.run, cookie), 0

    def poll(_soak: Soak) -> None:
        nonlocal page, turn
        turn += 1
        began = time.perf_counter()
        try:
            page.poll(turn)
        except (OSError, http.client.HTTPException):
            page = RunPage(soak.address, soak.run, cookie)
            raise
        soak.polls.append(time.perf_counter() - began)

    soak.repeat(poll, PERIOD)
    page.close()


def _guess(soak: Soak) -> None:
    """Guess a password."""
    soak.answers[f"guess {_send_password(soak, secrets.token_hex(8)).status}"] += 1


def _upload(cookie: str) -> Callable[[Soak], None]:
    headers = {"Cookie": cookie, "X-Vitrina-Upload": "1"}

    def upload(soak: Soak) -> None:
        piece = secrets.token_bytes(300_000)
        path = f"/upload?name=log.csv&size={len(piece)}"
        answer, _content = soak.request(path, piece, headers)
        soak.answers[f"upload {answer.status}"] += 1

    return upload


def _stay_silent(soak: Soak) -> None:
    """Open connections from another address that send nothing, or half a request, and wait."""
    host, port = soak.address.split(":")
    clients = [
        socket.create_connection((host, int(port)), 60, ("127.0.0.2", 0)) for _n in range(SILENT)
    ]
    for client in clients[::2]:
        try:
            client.sendall(b"POST /upload HTTP/1.1\r\nContent-Length: 1000\r\n\r\nab")
        except OSError:
            soak.answers["silent connection closed"] += 1
    soak.over.wait(20)
    for client in clients:
        client.close()


def _kill_worker(runs: Runs) -> Callable[[Soak], None]:
    def kill_worker(soak: Soak) -> None:
        holder = runs.lease.holder()
        if holder is not None and holder.worker.alive():
            holder.worker.send(signal.SIGKILL)
            soak.kills += 1

    return kill_worker


if __name__ == "__main__":
    main()
