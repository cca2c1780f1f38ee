"""The client for Python against a running server, and what it does about one that is busy."""

import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import waitress

from dashboard.api import requests, responses, vitrina_client
from dashboard.api.routes import ApiSettings
from dashboard.api.vitrina_client import Client, Refusal
from dashboard.app import create_app
from dashboard.services.recommendations import recommend
from data.home import Home
from tests.dashboard.shop import CUP, TEAPOT

TOKEN = "not-to-be-shown"
Shop = tuple[Home, str]


@pytest.fixture(scope="module")
def address(shop: Shop) -> Iterator[str]:
    """Serve the shop to whoever has the token."""
    app = create_app(shop[0], api=ApiSettings(token=TOKEN, rate="1000 per second")).server
    server = waitress.create_server(app, port=0, threads=2)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.task_dispatcher.shutdown()
    server.close()


@pytest.fixture
def client(address: str) -> Client:
    return Client(address, TOKEN)


def test_it_gives_the_answers_of_the_service(client: Client, shop: Shop) -> None:
    home, run = shop
    assert client.recommend(run=run, user="u00003", exclude_seen=True) == recommend.for_user(
        home, run, "u00003", exclude_seen=True
    ) | {"unknown": []}
    ranking = client.recommend(run=run, history=["noise1", {"product": TEAPOT}], k=3)
    history = [(None, "noise1"), (None, TEAPOT)]
    assert ranking == recommend.for_history(home, run, history, k=3)
    only_cups = client.recommend(run=run, user="u00003", rules={"stock_list": [CUP]})
    assert [item["product"] for item in only_cups["items"]] == [CUP]
    past = client.recommend(run=run, user="u00003", at=datetime(2000, 1, 1, tzinfo=UTC))
    assert past["history"] == []


def test_it_lists_runs_models_and_placements(client: Client, shop: Shop) -> None:
    assert [(run["run"], run["ready"]) for run in client.runs()] == [(shop[1], True)]
    assert client.models() == []
    assert client.placements() == []


def test_many_buyers_are_sent_by_the_hundred(client: Client, shop: Shop) -> None:
    buyers: list[dict[str, Any]] = [{"history": [TEAPOT]}] * 250
    buyers[120] = {"user": "nobody"}
    answers = client.recommend_many(iter(buyers), run=shop[1], k=1)
    refusal = answers.pop(120)
    assert isinstance(refusal, Refusal)
    assert "nobody" in refusal.sentence
    alone = client.recommend(run=shop[1], history=[TEAPOT], k=1)
    assert answers == [alone] * 249
    assert client.recommend_many([], run=shop[1]) == []


def test_a_refusal_has_the_sentence_of_the_server(client: Client, address: str) -> None:
    with pytest.raises(Refusal, match="toy-9") as refused:
        client.recommend(run="toy-9", user="u00003")
    assert refused.value.status == 404
    with pytest.raises(Refusal, match="Authorization") as refused:
        Client(address, "wrong").runs()
    assert refused.value.status == 401
    with pytest.raises(Refusal, match="toy-9"):
        client.recommend_many([{"history": []}], run="toy-9")


def test_the_file_that_the_server_sends_runs_alone(
    address: str, shop: Shop, tmp_path: Path
) -> None:
    """As downloaded, by a Python that has no packages."""
    sent = urllib.request.Request(f"{address}/api/v1/client.py")
    sent.add_header("Authorization", f"Bearer {TOKEN}")
    with urllib.request.urlopen(sent) as response:
        assert "vitrina_client.py" in response.headers["Content-Disposition"]
        (tmp_path / "vitrina_client.py").write_bytes(response.read())
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from vitrina_client import Client; "
        "ranking = Client(*sys.argv[2:4]).recommend(run=sys.argv[4], history=['teapot'], k=1); "
        "print(ranking['items'][0]['product'])"
    )
    arguments = [str(tmp_path), address, TOKEN, shop[1]]
    command = [sys.executable, "-I", "-S", "-c", code, *arguments]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert printed == f"{CUP}\n"


@pytest.mark.parametrize(
    ("own", "model"),
    [
        (vitrina_client.Item, responses.Item),
        (vitrina_client.LeftOut, responses.LeftOutItem),
        (vitrina_client.AppliedRules, responses.AppliedPlacement),
        (vitrina_client.Ranking, responses.Ranking),
        (vitrina_client.Run, responses.RunSummary),
        (vitrina_client.ServedModel, responses.ServedModel),
        (vitrina_client.Placement, responses.PlacementEntry),
    ],
)
def test_its_types_are_those_of_the_interface(own: type, model: Any) -> None:
    assert set(get_type_hints(own)) == set(model.model_fields)


def test_it_sends_as_many_buyers_at_a_time_as_the_interface_takes() -> None:
    assert vitrina_client.MOST_BUYERS == requests.MOST_BUYERS


class Busy:
    """A server that gives prepared responses and notes what it was asked."""

    def __init__(self, *responses: tuple[int, dict[str, str]]) -> None:
        self.asked: list[dict[str, str]] = []
        waiting = iter(responses)
        busy = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                busy.asked.append(dict(self.headers))
                status, headers = next(waiting)
                body = b"" if status == 304 else b'{"runs": [], "error": "Later."}'
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def busy() -> Iterator[Callable[..., Busy]]:
    servers = []

    def start(*responses: tuple[int, dict[str, str]]) -> Busy:
        servers.append(Busy(*responses))
        return servers[-1]

    yield start
    for one in servers:
        one.server.shutdown()
        one.server.server_close()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that a client would have made."""
    pauses: list[float] = []
    monkeypatch.setattr(vitrina_client.time, "sleep", pauses.append)
    return pauses


def test_a_busy_server_is_asked_again_when_it_says(
    busy: Callable[..., Busy], pauses: list[float]
) -> None:
    past = format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)
    server = busy((429, {"Retry-After": "7"}), (503, {"Retry-After": past}), (503, {}), (200, {}))
    assert Client(server.address).runs() == []
    assert pauses == [7.0, 0.0, 2.0]


def test_a_server_that_stays_busy_is_not_asked_for_ever(
    busy: Callable[..., Busy], pauses: list[float]
) -> None:
    server = busy(*[(429, {"Retry-After": "1"})] * 3)
    with pytest.raises(Refusal, match="Later") as refused:
        Client(server.address, attempts=3).runs()
    assert (refused.value.status, pauses) == (429, [1.0, 1.0])
    for header in ("3600", "9" * 400):
        patient = busy((429, {"Retry-After": header}))
        with pytest.raises(Refusal):
            Client(patient.address).runs()
    assert pauses == [1.0, 1.0]


def test_other_errors_are_not_sent_again(busy: Callable[..., Busy]) -> None:
    server = busy((500, {}))
    with pytest.raises(Refusal):
        Client(server.address).runs()
    assert len(server.asked) == 1


def test_what_is_unchanged_is_not_sent_again(busy: Callable[..., Busy]) -> None:
    server = busy((200, {"ETag": '"one"'}), (304, {"ETag": '"one"'}), (200, {"ETag": '"two"'}))
    client = Client(server.address)
    assert [client.runs() for _time in range(3)] == [[], [], []]
    assert [asked.get("If-None-Match") for asked in server.asked] == [None, '"one"', '"one"']


def test_a_redirect_does_not_get_the_token(busy: Callable[..., Busy]) -> None:
    thief = busy((200, {}))
    server = busy((302, {"Location": f"{thief.address}/api/v1/runs"}))
    with pytest.raises(Refusal) as refused:
        Client(server.address, TOKEN).runs()
    assert refused.value.status == 302
    assert thief.asked == []
    assert TOKEN not in str(refused.value)
