"""The web server answers from its first second."""

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from dashboard.starting import Starting


def ask(application: Starting, path: str) -> bytes:
    return b"".join(application({"PATH_INFO": path}, lambda *_status_and_headers: None))


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


def test_an_application_that_cannot_be_made_ends_the_server() -> None:
    awaited = threading.Event()

    def make() -> Any:
        awaited.wait()
        raise RuntimeError("no disk")

    application = Starting(make)
    with pytest.raises(KeyboardInterrupt):
        awaited.set()
        threading.Event().wait(60)
    assert str(application.error) == "no disk"
