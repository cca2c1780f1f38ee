"""Every route and every callback × nobody, look, train and administer."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from dash import Dash
from flask import Response

from dashboard.api.routes import ApiSettings
from dashboard.app import create_app
from dashboard.context import Forbidden, current_identity, require, use_identity
from dashboard.identity import Identity, Role
from dashboard.jobs.runs_table import Runs
from dashboard.users.users import Users
from dashboard.web.errors import CALLBACKS as CALLBACK_PATH
from dashboard.web.permissions import CALLBACKS, ROUTES, callback_name
from data.home import Home

LOCAL = "http://127.0.0.1:8050"
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dash]:
    """An application with one user of each role, whose name is that of the role."""
    home = Home(tmp_path_factory.mktemp("permissions") / "home")
    runs = Runs(home)
    for role in Role:
        Users(runs.database).add(role.value, PASSWORD, role)
    yield create_app(home, api=ApiSettings(rate="1000 per second"))
    runs.close()


def callbacks(app: Dash) -> dict[str, str]:
    """Return the output and the name of every callback that runs on the server."""
    names = {output: callback_name(entry) for output, entry in app.callback_map.items()}
    return {output: name for output, name in names.items() if name is not None}


def request_of(app: Dash, output: str, clicks: int | None) -> dict[str, Any]:
    """Return a request of the form that a callback declares, with a value for each input."""
    entry = app.callback_map[output]

    def value(prop: str) -> Any:
        return "/data" if prop in {"pathname", "search", "href"} else clicks

    def place(declared: str, prop: str) -> Any:
        if not declared.startswith("{"):
            return {"id": declared, "property": prop, "value": value(prop)}
        keys = json.loads(declared)
        name = {key: "x" if isinstance(value, list) else value for key, value in keys.items()}
        one = {"id": name, "property": prop, "value": name if prop == "id" else value(prop)}
        return [one] if ["ALL"] in keys.values() else one

    def places(declared: Any) -> list[Any]:
        return [place(one["id"], one["property"]) for one in declared]

    outputs = entry["output"] if isinstance(entry["output"], list) else [entry["output"]]
    shown = [place(one.component_id_str(), one.component_property) for one in outputs if one]
    return {
        "output": output,
        "outputs": shown if isinstance(entry["output"], list) else next(iter(shown), []),
        "inputs": places(entry["inputs"]),
        "state": places(entry["state"]),
        "changedPropIds": [],
    }


def first_change(body: dict[str, Any]) -> str:
    """Return how a request names the change of its first input."""
    first = body["inputs"][0][0] if isinstance(body["inputs"][0], list) else body["inputs"][0]
    own = first["id"]
    name = json.dumps(own, sort_keys=True, separators=(",", ":")) if type(own) is dict else own
    return f"{name}.{first['property']}"


def status(app: Dash, user: str | None, path: str, method: str, **options: Any) -> int:
    """Return the status with which a request is refused; 0 where it is let through."""
    headers = {}
    if user:
        pair = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    with app.server.test_request_context(
        path, method=method, base_url=LOCAL, headers=headers, **options
    ):
        answer = app.server.preprocess_request()
    return answer.status_code if isinstance(answer, Response) else 0


def expected(needed: Role | None, user: str | None) -> int:
    if needed is None:
        return 0
    if user is None:
        return 401
    return 0 if Role(user).includes(needed) else 403


def test_the_table_of_routes_is_complete(app: Dash, home: Home) -> None:
    without_api = create_app(home).server
    endpoints = {
        rule.endpoint
        for server in (app.server, without_api)
        for rule in server.url_map.iter_rules()
    }
    assert endpoints == set(ROUTES)


def test_the_table_of_callbacks_is_complete(app: Dash) -> None:
    assert set(callbacks(app).values()) == set(CALLBACKS)


@pytest.mark.parametrize("user", [None, *(role.value for role in Role)])
def test_every_route_is_for_its_role(app: Dash, user: str | None) -> None:
    for rule in app.server.url_map.iter_rules():
        values = dict.fromkeys(rule.arguments, "x")
        path = app.server.url_map.bind("127.0.0.1:8050").build(rule.endpoint, values)
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            if path == CALLBACK_PATH:
                continue
            body = {"json": {}} if method == "POST" else {}
            sent = status(app, user, path, method, **body)
            assert sent == expected(ROUTES[rule.endpoint], user), (method, path)


@pytest.mark.parametrize("user", [None, *(role.value for role in Role)])
def test_every_callback_is_for_its_role(app: Dash, user: str | None) -> None:
    for output, name in callbacks(app).items():
        body = request_of(app, output, 1)
        body["changedPropIds"] = [first_change(body)]  # a person did something
        sent = status(app, user, CALLBACK_PATH, "POST", json=body)
        assert sent == expected(CALLBACKS[name], user), name


def test_a_button_that_only_appears_is_refused_without_a_word(app: Dash) -> None:
    names = {name: output for output, name in callbacks(app).items()}
    undo = names["dashboard.pages.runs.index_page.undo"]
    for clicks, expected_status in ((None, 204), (1, 403)):
        body = request_of(app, undo, clicks)
        body["changedPropIds"] = [first_change(body)]
        assert status(app, "look", CALLBACK_PATH, "POST", json=body) == expected_status


def test_an_address_of_no_route_needs_a_sign_in(app: Dash) -> None:
    assert status(app, None, "/upload", "GET") == 401  # Dash answers with a page
    assert status(app, None, "/nothing/at/all", "DELETE") == 401


def test_a_callback_that_polls_and_starts_can_require_another_role(app: Dash) -> None:
    with app.server.test_request_context("/", base_url=LOCAL):
        use_identity(Identity("look", Role.LOOK))
        with pytest.raises(Forbidden, match="takes the role train, and yours is look"):
            require(Role.TRAIN)
        use_identity(None)
        require(Role.ADMINISTER)
        assert current_identity() is None
