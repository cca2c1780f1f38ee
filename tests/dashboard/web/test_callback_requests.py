"""Requests for callbacks that no page sends are refused, and leave no traceback in the log."""

import copy
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from dash import ALL, MATCH, Dash, Input, Output, State
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.app import create_app
from dashboard.web.callback_types import Named
from data.errors import BadInput
from data.home import Home
from tests.dashboard.visitor import PAGES, Visitor

LOCAL = "http://127.0.0.1:8050"
PLACE = {"name": "width", "type": "field"}
BODY: dict[str, Any] = {
    "output": '..place.children...{"name":["ALL"],"type":"field"}.value..',
    "outputs": [
        {"id": "place", "property": "children"},
        [{"id": PLACE, "property": "value"}],
    ],
    "inputs": [
        {"id": "button", "property": "n_clicks", "value": 1},
        [{"id": PLACE, "property": "value", "value": 8}],
    ],
    "state": [
        [{"id": PLACE, "property": "id", "value": PLACE}],
        {"id": "rows", "property": "data", "value": [{"name": "demo"}]},
    ],
    "changedPropIds": ["button.n_clicks"],
}


@pytest.fixture
def client(home: Home) -> FlaskClient:
    app: Dash = create_app(home)

    @app.callback(
        Output("place", "children"),
        Output({"type": "field", "name": ALL}, "value"),
        Input("button", "n_clicks"),
        Input({"type": "field", "name": ALL}, "value"),
        State({"type": "field", "name": ALL}, "id"),
        State("rows", "data"),
    )
    def show(
        clicks: int | None, values: list[int], ids: list[dict[str, str]], rows: list[Named]
    ) -> tuple[str, list[int]]:
        if clicks == 7:
            raise BadInput("Seven is too much.")
        if clicks == 8:
            raise RuntimeError("the disk is on fire")
        return f"{rows[0]['name'].upper()} {ids[0]['name']}", [value + 1 for value in values]

    @app.callback(
        Output({"type": "own", "name": MATCH}, "children"),
        Input({"type": "own", "name": MATCH}, "n_clicks"),
    )
    def count(clicks: int) -> str:
        return str(clicks)

    @app.callback(Input({"type": "cancel", "name": ALL}, "n_clicks"))
    def cancel(clicks: list[int | None]) -> None:
        raise BadInput(f"There is no run demo-{len(clicks)}.")

    return app.server.test_client()


def send(client: FlaskClient, body: Any) -> TestResponse:
    return client.post("/_dash-update-component", base_url=LOCAL, json=body)


def test_a_request_of_a_page_is_responded_to(client: FlaskClient) -> None:
    answer = send(client, BODY)
    assert answer.json["response"]["place"] == {"children": "DEMO width"}
    own = {"id": {"type": "own", "name": "x"}, "property": "children"}
    matched = {
        "output": '{"name":["MATCH"],"type":"own"}.children',
        "outputs": own,
        "inputs": [own | {"property": "n_clicks", "value": 3}],
        "changedPropIds": [],
    }
    assert "3" in send(client, matched).text
    changed = copy.deepcopy(BODY)
    changed["changedPropIds"] = ['{"name":"width","type":"field"}.value', "button.n_clicks"]
    assert send(client, changed).status_code == 200
    shared = copy.deepcopy(BODY)
    shared["outputs"][0]["property"] = "children@1f"  # as of an output that callbacks share
    assert send(client, shared).status_code == 200


def missing(key: str) -> Callable[[dict[str, Any]], object]:
    return lambda body: body.pop(key)


def replaced(value: Any, *path: Any) -> Callable[[dict[str, Any]], object]:
    def change(body: Any) -> None:
        for step in path[:-1]:
            body = body[step]
        body[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        missing("output"),
        missing("outputs"),
        missing("inputs"),
        missing("state"),
        *(replaced(value, "output") for value in (None, 1, [], {}, "none.children")),
        *(replaced(value, "outputs") for value in (None, {}, [], [{}, []], [1, 2])),
        *(replaced(value, "inputs") for value in (None, {}, [], [[], []], ["x", "y"])),
        *(replaced(value, "state") for value in (None, {}, [], [[], []], ["x", "y"])),
        *(replaced(value, "changedPropIds") for value in (None, "x", [1], [{}], ["button.x"])),
        *(replaced([value], "changedPropIds") for value in ("x.n_clicks", '{"x":1}.value', "{.x")),
        replaced(
            [{"id": PLACE | {"name": "x"}, "property": "id", "value": PLACE | {"name": "x"}}],
            *("state", 0),
        ),
        replaced({"id": "other", "property": "n_clicks"}, "inputs", 0),
        replaced({"id": "button", "property": "other"}, "inputs", 0),
        replaced([{"id": {"type": "field"}, "property": "value"}], "inputs", 1),
        replaced([{"id": {"type": "x", "name": "y"}, "property": "value"}], "inputs", 1),
        replaced([{"id": PLACE, "property": "id", "value": "other"}], "state", 0),
        replaced("\ud800", "inputs", 0, "value"),
    ],
)
def test_a_request_of_another_form_is_refused(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, change: Callable[..., object]
) -> None:
    body = copy.deepcopy(BODY)
    change(body)
    answer = send(client, body)
    assert (answer.status_code, answer.text) == (
        400,
        "The request is none that a page of Vitrina sends.\n",
    )
    assert caplog.records == []


@pytest.mark.parametrize("path", [None, "", "data", "../x"])
def test_a_path_that_no_address_has_is_refused(client: FlaskClient, path: str | None) -> None:
    page, _answer = Visitor(client).layout("/data")
    page.shown["_pages_location"]["pathname"] = path
    body = page.body(PAGES, "_pages_location.pathname")
    assert send(client, body).status_code == 400


@pytest.mark.parametrize("body", [[], 1, "x", {}])
def test_what_is_no_request_at_all_is_refused(client: FlaskClient, body: Any) -> None:
    assert send(client, body).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        replaced({"a": 1}, "inputs", 0, "value"),
        replaced("x", "inputs", 1, 0, "value"),
        replaced(None, "state", 1, "value"),
        replaced([1], "state", 1, "value"),
        replaced([{"title": "demo"}], "state", 1, "value"),
    ],
)
def test_values_of_other_types_leave_a_line_and_no_traceback(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, change: Callable[..., object]
) -> None:
    body = copy.deepcopy(BODY)
    change(body)
    if body["state"][1]["value"] == [{"name": "demo"}] and body["inputs"][1][0]["value"] == 8:
        body["state"][1]["value"] = []  # so that the callback fails
    answer = send(client, body)
    assert answer.status_code == 200
    assert "none that a page of Vitrina sends" in answer.text
    (record,) = caplog.records
    assert (record.levelno, record.exc_info) == (logging.WARNING, None)


@pytest.mark.parametrize(
    ("clicks", "sentence"), [(7, "Seven is too much."), (8, "that is not your fault")]
)
def test_an_error_of_a_callback_with_several_components_is_said(
    client: FlaskClient, clicks: int, sentence: str
) -> None:
    body = copy.deepcopy(BODY)
    body["inputs"][0]["value"] = clicks
    answer = send(client, body)
    assert answer.status_code == 200
    assert sentence in answer.text


def test_an_error_of_a_callback_without_outputs_is_said(client: FlaskClient, home: Home) -> None:
    place = {"id": {"type": "cancel", "name": "x"}, "property": "n_clicks", "value": 1}
    output = json.loads(client.get("/_dash-dependencies", base_url=LOCAL).text)[-1]["output"]
    body = {"output": output, "inputs": [[place]], "changedPropIds": []}
    answer = send(client, body)
    assert answer.status_code == 200
    assert "There is no run demo-1." in answer.text


def test_the_callbacks_of_pages_have_types_that_can_be_read(home: Home) -> None:
    from dashboard.web.callback_requests import fits

    callbacks = create_app(home).callback_map
    for output, entry in callbacks.items():
        if entry.get("callback") is None:
            continue
        parts = {
            part: [
                [] if '["ALL"]' in str(one["id"]) else {"id": one["id"], "value": None}
                for one in entry[part]
            ]
            for part in ("inputs", "state")
        }
        assert fits({"output": output, **json.loads(json.dumps(parts))}, callbacks) in {True, False}
