"""A server over a home of its own, and a page in a real browser that remembers what went wrong."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import waitress
from flask import Flask, Response, request
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from dashboard.app import create_app
from dashboard.services.datasets import imports
from data.demo import generator
from data.home import Home
from data.importing.request import ImportRequest
from tests.browser.chromium import ARGUMENTS, find
from tests.conftest import Setup

# A machine that does much else is slow, not broken.
PATIENCE = 60_000  # milliseconds
expect.set_options(timeout=PATIENCE)
SMALL = "small"


@dataclass
class Trouble:
    """What a page must not do: say errors on the console, throw, or ask another host."""

    address: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} {message.location.get('url', '')}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme.startswith("http") and parts.netloc != urlsplit(self.address).netloc:
            self.foreign.append(request.url)


@dataclass
class Site:
    """A running web server; ``cleared_wrongly`` are outputs that broke the rule of ``_watch``."""

    address: str
    home: Home
    cleared_wrongly: set[str] = field(default_factory=set)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a worker."""
    path = find()
    if path is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Home], Site]]:
    """Start web servers in threads, and end them with the last test."""
    servers = []

    def start(home: Home) -> Site:
        app = create_app(home).server
        server = waitress.create_server(app, port=0, threads=8)
        site = Site(f"http://127.0.0.1:{server.effective_port}", home)
        _watch(app, site.cleared_wrongly)
        threading.Thread(target=server.run, daemon=True).start()
        servers.append(server)
        return site

    yield start
    for server in servers:
        server.task_dispatcher.shutdown()
        server.close()


def _watch(app: Flask, cleared_wrongly: set[str]) -> None:
    """Note the components whose children a callback sets to None.

    Dash keeps the paths of the components that were in there, and throws where the response of a
    slower callback for one of them arrives later; after an empty list it forgets them.
    """

    def note(response: Response) -> Response:
        is_first = "Content-Encoding" not in response.headers  # not one that was sent before
        if request.path == "/_dash-update-component" and response.status_code == 200 and is_first:
            outputs = (response.get_json() or {}).get("response", {})
            cleared_wrongly.update(
                name for name, props in outputs.items() if props.get("children", "") is None
            )
        return response

    app.after_request(note)


@pytest.fixture
def site(serve: Callable[[Home], Site], tmp_path: Path) -> Site:
    """Serve an empty home that the test may change."""
    return serve(Home(tmp_path / "home"))


@pytest.fixture(scope="session")
def still_site(serve: Callable[[Home], Site], tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Serve an empty home that no test changes."""
    return serve(Home(tmp_path_factory.mktemp("still")))


@pytest.fixture
def workbench(home: Home) -> Iterator[Site]:
    """Run ``vitrina serve`` with its worker, as in a terminal, and end it as Ctrl-C does."""
    command = [
        sys.executable,
        "-m",
        "dashboard",
        "--home",
        str(home.path),
        "serve",
        "--port",
        "0",
        "--api",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split("http://")[1].split()[0]
        processes = [psutil.Process(server.pid)]
        yield Site(f"http://{address}", home)
        processes += processes[0].children(recursive=True)
        server.terminate()
        _gone, alive = psutil.wait_procs(processes, timeout=30)
    assert not alive, "the workbench left processes behind"


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., tuple[Page, Trouble]]]:
    """Open addresses in fresh contexts; a test fails if a page met trouble that it did not take."""
    contexts, troubles, sites = [], [], []

    def start(
        site: Site,
        path: str = "/",
        *,
        width: int = 1280,
        theme: str = "light",
        locale: str = "en",
        heading: str = "#main h1",
    ) -> tuple[Page, Trouble]:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            locale=locale,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        trouble = Trouble(site.address)
        trouble.watch(page)
        troubles.append(trouble)
        sites.append(site)
        page.goto(site.address + path)
        page.wait_for_selector(heading)
        return page, trouble

    yield start
    for context in contexts:
        context.close()
    for trouble in troubles:
        assert not trouble.errors
        assert not trouble.foreign
    for site in sites:
        assert not site.cleared_wrongly


def import_small(folder: Path) -> None:
    """Import a few synthetic purchases into ``folder / "home"`` as dataset SMALL."""
    log = folder / "log.csv"
    generator.write(log, buyers=150, seed=1)
    imports.import_files(Home(folder / "home"), ImportRequest([log], SMALL))


@pytest.fixture
def shop(serve: Callable[[Home], Site], set_up_once: Setup, tmp_path: Path) -> Site:
    """Serve a home of its own with a small dataset of synthetic purchases, named SMALL."""
    template = set_up_once("small-dataset", import_small)
    home = Home(tmp_path / "home")
    shutil.copytree(template / "home", home.path)
    return serve(home)
