"""The web server answers from its first second."""

import json
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from dashboard.web.bootstrap import Starting


def ask(application: Starting, path: str) -> bytes:
    return b"".join(application({"PATH_INFO": path}, lambda *_status_and_headers: None))


def serve_for_a_minute() -> None:
    """Do what the main thread of a server does: wait, and look up now and then."""
    for _round in range(600):
        threading.Event().wait(0.1)


def page(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [environ["PATH_INFO"].encode()]


def test_health_answers_before_the_application_is_made() -> None:
    made = threading.Event()

    def make() -> Any:
        made.wait()
        return page

    application = Starting(make)
    assert json.loads(ask(application, "/health"))["status"] == "starting"
    made.set()
    assert ask(application, "/data") == b"/data"
    assert ask(application, "/health") == b"/health"


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Hear interrupts as a server does, even where a shell has left them ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_application_that_cannot_be_made_ends_the_server() -> None:
    awaited = threading.Event()

    def make() -> Any:
        awaited.wait()
        raise RuntimeError("no disk")

    application = Starting(make)
    with pytest.raises(KeyboardInterrupt):
        awaited.set()
        serve_for_a_minute()
    assert str(application.error) == "no disk"
