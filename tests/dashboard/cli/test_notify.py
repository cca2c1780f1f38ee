"""``vitrina notify`` tries the targets without showing them, and lists the messages."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dashboard.jobs.notifier import Target
from dashboard.jobs.runs_table import Runs
from data.home import Home
from tests.dashboard.cli.conftest import Vitrina


def test_without_targets_there_is_nothing_to_try(
    vitrina: Vitrina, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VITRINA_NOTIFY", raising=False)
    answer = vitrina("notify", "test")
    assert (answer.code, "There is no target" in answer.err) == (2, True)


def test_a_target_that_nobody_serves_is_named_by_its_kind_alone(
    vitrina: Vitrina, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITRINA_NOTIFY", "json://127.0.0.1:1/hook?token=hush")
    answer = vitrina("notify", "test", "--json")
    assert (answer.code, answer.json) == (1, [{"number": 1, "scheme": "json", "taken": False}])
    assert "hush" not in answer.out + answer.err


@pytest.mark.parametrize(
    "target",
    [
        *("hush", "hush:", ":hush", "hush://x", "HUSH://x", "json:/hush"),
        *("json://user:hush@[::1", "json://hush@:99999999/"),
    ],
)
def test_an_address_that_is_none_is_not_shown(
    vitrina: Vitrina, home: Home, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.setenv("VITRINA_NOTIFY", target)
    answer = vitrina("notify", "test")
    assert (answer.code, answer.err) == (1, "Not every target took the message.\n")
    assert "hush" not in answer.out.lower()
    assert not (home.path / "errors.log").exists()


def test_a_message_is_text_where_a_target_takes_html() -> None:
    received: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        target = Target(f"json://127.0.0.1:{server.server_port}/?format=html")
        assert target.send("Run shop-1 has failed", "<a href='//evil'>x</a> cannot be read", "key")
        server.shutdown()
    assert "&lt;a" in received[0]
    assert "<a" not in received[0]


def test_messages_are_listed(vitrina: Vitrina, home: Home) -> None:
    Runs(home).outbox.add("model_fell", "shop-1/v/fell", {"run": "shop-1", "dataset": "shop"})
    (message,) = vitrina("notify", "list", "--json").json
    assert (message["event"], message["sent"]) == ("model_fell", None)
    assert vitrina("notify", "list").out.splitlines()[1].split()[-3:] == [
        "model_fell",
        "shop-1",
        "waiting",
    ]
