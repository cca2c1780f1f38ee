"""A webhook gets one message for each event, also when the processes are killed in between."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dashboard.jobs.notifier import TARGETS
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from tests.faults.conftest import Place, until

pytestmark = [pytest.mark.fault, pytest.mark.slow]
SECRET = "hush-hush-7391"


class Receiver:
    """A webhook that records what it gets; while ``held`` it does not answer."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.held = threading.Event()
        self.released = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.calls.append((self.headers["Idempotency-Key"], body))
                if receiver.held.is_set():
                    receiver.released.wait()
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_words: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def target(self) -> str:
        return f"json://127.0.0.1:{self.server.server_port}/hook?token={SECRET}"

    @property
    def keys(self) -> Counter[str]:
        return Counter(key for key, _body in self.calls)

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    receiver = Receiver()
    monkeypatch.setenv(TARGETS, receiver.target)
    yield receiver
    receiver.close()


def end_run(runs: Runs) -> str:
    """End a training as its child does, and return the key of its message."""
    name = runs.create("train", "shop", {"epochs": 1})
    claimed = runs.queue.claim()
    assert claimed is not None
    runs.attempts.begin(name, claimed.attempt, Process.current())
    runs.attempts.end(name, claimed.attempt, State.FAILED, "error", "Why.")
    return f"{name}/1/failed"


def sent(place: Place) -> int:
    return sum(message.sent is not None for message in place.runs.outbox.newest(99))


def files_with(secret: str, folder: Path) -> list[str]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file.name for file in files if secret.encode() in file.read_bytes()]


def test_events_of_the_time_without_a_server_are_told_once_each(
    place: Place, receiver: Receiver
) -> None:
    keys = [end_run(place.runs) for _run in range(3)]
    place.worker("--until-idle").wait(timeout=120)
    assert receiver.keys == Counter(keys)
    assert receiver.calls[0][1]["title"] == "Run shop-1 has failed"
    assert sent(place) == 3
    place.worker("--until-idle").wait(timeout=120)
    assert receiver.keys == Counter(keys)
    assert files_with(SECRET, place.home.path) == []
    assert all(SECRET not in json.dumps(body) for _key, body in receiver.calls)


def test_a_worker_that_is_killed_while_it_sends_leaves_no_event_untold(
    place: Place, receiver: Receiver
) -> None:
    """What was under way is sent again with its key, by which a receiver tells a repetition."""
    first = end_run(place.runs)
    receiver.held.set()
    worker = place.worker()
    until(lambda: receiver.calls)
    worker.kill()
    worker.wait()
    receiver.held.clear()
    receiver.released.set()
    second = end_run(place.runs)
    place.worker()
    until(lambda: sent(place) == 2)
    assert receiver.keys == Counter({first: 2, second: 1})
    assert files_with(SECRET, place.home.path) == []


def test_a_server_that_is_killed_tells_later(place: Place, receiver: Receiver) -> None:
    server = place.serve()
    place.worker_process()
    for victim in place.processes():
        victim.kill()
    server.process.wait()
    key = end_run(place.runs)
    place.serve()
    until(lambda: sent(place) == 1)
    assert receiver.keys == Counter([key])
