"""A page outlives its server: what it shows goes on by itself once a new server answers."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from data.home import Home
from tests.browser.conftest import Site
from tests.browser.test_run_pages import drawn, until

pytestmark = [pytest.mark.browser, pytest.mark.fault, pytest.mark.slow]

Serve = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    """A port that is free, so that the second server can take it over from the first."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@pytest.fixture
def serve_again(home: Home, port: int) -> Iterator[Serve]:
    """Start ``vitrina serve``, again and again at one address; none is left at the end.

    No worker is started: it would take this process for the run's child, and end it.
    """
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        words = ["-m", "dashboard", "--home", str(home.path), "serve"]
        words += ["--no-worker", "--port", str(port)]
        server = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
        started.append(server)
        assert server.stdout is not None
        assert "http://" in server.stdout.readline()
        return server

    yield start
    for server in started:
        server.terminate()
        server.wait()
        assert server.stdout is not None
        server.stdout.close()


def learning(runs: Runs) -> str:
    """Return a run that this process claims to work on."""
    run = runs.create("train", "tiny", {"epochs": 50, "network": "paper"})
    runs.queue.claim()
    runs.attempts.begin(run, 1, Process.current())
    return run


def learn(runs: Runs, run: str, epoch: int) -> None:
    """Write the figures of an epoch."""
    names = {"loss": 2 / epoch, "val_loss": 3 / epoch, "accuracy": 0.1, "val_accuracy": 0.1}
    runs.metric_writer.append(
        run, 1, [Point(epoch, None, name, one, time.time()) for name, one in names.items()]
    )


def test_a_page_goes_on_by_itself_when_its_killed_server_is_back(
    home: Home,
    port: int,
    serve_again: Serve,
    open_page: Callable[..., Any],
    record_property: Callable[[str, object], None],
) -> None:
    runs = Runs(home)
    run = learning(runs)
    server = serve_again()
    page, trouble = open_page(Site(f"http://127.0.0.1:{port}", home), f"/runs/{run}")
    for epoch in range(1, 4):
        learn(runs, run, epoch)
        until(page, lambda n=epoch: len(drawn(page, "Validation")) == n, f"epoch {epoch}")
        server.kill()
        server.wait()
        learn(runs, run, epoch + 1)
        with page.expect_event("requestfailed"):  # it asked, and nobody was there
            pass
        server = serve_again()
        back = time.monotonic()
        until(page, lambda n=epoch: len(drawn(page, "Validation")) > n, "the epoch meanwhile")
        record_property("seconds until the page went on", time.monotonic() - back)
    assert any("ERR_CONNECTION_REFUSED" in error for error in trouble.errors)
    trouble.errors.clear()  # that it could not ask is what the test is about
