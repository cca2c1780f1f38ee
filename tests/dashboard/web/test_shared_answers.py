"""Polls of a run's page: what has not changed costs nothing, what has is made once for all."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.pages.runs import run_status
from dashboard.web import shared_answers
from dashboard.web.permissions import CALLBACKS, callback_name
from dashboard.web.shared_answers import SHARED, SharedAnswers
from data.home import Home

LOCAL = "http://127.0.0.1:8050"
MARKS = ("state", "seq", "time", "epochs", "pace", "log", "evaluated")


@pytest.fixture
def runs(home: Home) -> Iterator[Runs]:
    runs = Runs(home)
    yield runs
    runs.close()


@pytest.fixture
def run(runs: Runs) -> str:
    """A training that has made two steps."""
    run = runs.create("train", "shop", {"epochs": 3})
    runs.queue.claim()
    runs.attempts.begin(run, 1, Process.current())
    runs.metric_writer.append(run, 1, [Point(1, step, "loss", 1.0, 1.0) for step in (1, 2)])
    return run


@pytest.fixture
def app(home: Home, monkeypatch: pytest.MonkeyPatch) -> Dash:
    monkeypatch.setattr("dashboard.services.runs.monitor._SECONDS_SHOWN", 1e12)
    return create_app(home)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs whose status was rendered, in the order of their renderings."""
    made: list[str] = []
    render = run_status.now
    monkeypatch.setattr(
        run_status, "now", lambda run, *rest: (made.append(run.run), render(run, *rest))[1]
    )
    return made


def body(app: Dash, name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return the request that a page sends for a callback of the page of a run."""
    output, entry = next(
        (output, entry)
        for output, entry in app.callback_map.items()
        if callback_name(entry) == f"dashboard.pages.runs.run_page.{name}"
    )

    def part(one: dict[str, Any]) -> dict[str, Any]:
        id_ = json.loads(one["id"]) if one["id"].startswith("{") else one["id"]
        value = values.get(id_["name"] if isinstance(id_, dict) else id_)
        return {"id": id_, "property": one["property"], "value": value}

    outputs = [
        {"id": json.loads(one) if one.startswith("{") else one, "property": prop}
        for one, _dot, prop in (o.rpartition(".") for o in output.strip(".").split("..."))
    ]
    return {
        "output": output,
        "outputs": outputs,
        "inputs": list(map(part, entry["inputs"])),
        "state": list(map(part, entry["state"])),
        "changedPropIds": [],
    }


def send(app: Dash, name: str, *, cookie: str = "", **values: Any) -> Any:
    client: FlaskClient = app.server.test_client()
    if cookie:
        client.set_cookie(*cookie.split("="), domain="127.0.0.1")
    headers = {"Accept-Encoding": "gzip"}
    request = body(app, name, values)
    return client.post("/_dash-update-component", json=request, base_url=LOCAL, headers=headers)


def poll(app: Dash, run: str, seen: dict[str, Any]) -> Any:
    return send(app, "follow", **{"run-clock": 1, "run-name": run}, **seen)


def steps(app: Dash, run: str, seq: int, cookie: str = "", axis: str = "epoch") -> Any:
    values = {"run-name": run, "run-axis": axis, "theme": "light", "seq": seq}
    return send(app, "show_steps", cookie=cookie, **values)


def marks(answer: Any) -> dict[str, Any]:
    response = json.loads(answer.data)["response"]
    return {json.loads(k)["name"]: v["data"] for k, v in response.items() if "run-mark" in k}


def test_a_poll_tells_what_has_changed_and_nothing_where_nothing_has(
    app: Dash, runs: Runs, run: str
) -> None:
    seen = marks(poll(app, run, {}))
    assert set(seen) == set(MARKS)
    unchanged = poll(app, run, seen)
    assert (unchanged.status_code, unchanged.data) == (204, b"")
    runs.metric_writer.append(run, 1, [Point(1, 3, "loss", 1.0, 1.0)])
    assert marks(poll(app, run, seen)) == {"seq": 3}


def test_what_has_changed_is_made_once_for_all_who_watch(
    app: Dash, run: str, made: list[str]
) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: steps(app, run, 2), range(8)))
    assert made == [run]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}


def test_another_step_view_or_language_is_made_anew(app: Dash, run: str, made: list[str]) -> None:
    steps(app, run, 2)
    steps(app, run, 3)
    steps(app, run, 3, axis="step")
    steps(app, run, 3, cookie="language=es")
    steps(app, run, 3, cookie="theme=dark")
    assert len(made) == 5


def test_an_answer_is_not_sent_again_for_long(
    app: Dash, run: str, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_answers, "SECONDS", -1.0)
    steps(app, run, 2)
    steps(app, run, 2)
    assert len(made) == 2


def test_whoever_waits_for_an_answer_that_fails_makes_it() -> None:
    answers = SharedAnswers()
    assert answers.find("key") is None
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(answers.find, "key")
        answers.keep("key", None)
        assert waiting.result(5) is None


def test_shared_callbacks_exist() -> None:
    assert set(CALLBACKS) >= SHARED
