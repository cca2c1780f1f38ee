"""The application as a browser's requests meet it."""

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.api.routes import ApiSettings
from dashboard.app import LARGEST_REQUEST, create_app
from dashboard.context import FOLDERS, current_home
from dashboard.identity import Role
from dashboard.jobs.runs_table import Runs
from dashboard.users.users import Users
from data.home import Home

LOCAL = "http://127.0.0.1:8050"


@pytest.fixture
def client(home: Home) -> FlaskClient:
    return create_app(home).server.test_client()


def test_health_says_that_the_server_lives_and_the_worker_does_not(client: FlaskClient) -> None:
    answer = client.get("/health", base_url=LOCAL)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["status"] == "ok"
    assert answer.json["worker"] == {"alive": False, "seconds_since_heartbeat": None}


def test_two_applications_in_one_process_do_not_mix(tmp_path: Path) -> None:
    homes = [Home(tmp_path / name) for name in ("first", "second")]
    apps = [create_app(home) for home in homes]
    assert set(apps[0].callback_map) == set(apps[1].callback_map) != set()
    for app, home in zip(apps, homes, strict=True):
        with app.server.app_context():
            assert current_home() == home


def test_no_callback_is_registered_twice(client: FlaskClient) -> None:
    outputs = [each["output"] for each in client.get("/_dash-dependencies", base_url=LOCAL).json]
    named = [output for output in outputs if "@" not in output and output]
    assert len(named) == len(set(named))


@pytest.mark.parametrize(("wanted", "language"), [("es-CU,es;q=0.9", "es"), ("fr", "en")])
def test_the_document_speaks_the_language_of_the_browser(
    client: FlaskClient, wanted: str, language: str
) -> None:
    page = client.get("/", base_url=LOCAL, headers={"Accept-Language": wanted}).text
    assert f'<html lang="{language}"' in page


def test_a_chosen_language_beats_the_one_of_the_browser(client: FlaskClient) -> None:
    client.set_cookie("language", "es", domain="127.0.0.1")
    layout = client.get("/_dash-layout", base_url=LOCAL, headers={"Accept-Language": "en"}).text
    assert "Saltar al contenido" in json.dumps(json.loads(layout), ensure_ascii=False)


def test_a_page_may_load_nothing_from_elsewhere(client: FlaskClient) -> None:
    answer = client.get("/", base_url=LOCAL)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert loaded
    assert all(address.startswith("/") for address in loaded)


def test_another_name_for_this_machine_is_refused(client: FlaskClient) -> None:
    assert client.get("/", base_url="http://evil.example:8050").status_code == 421


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_the_names_of_this_machine_are_answered(client: FlaskClient, name: str) -> None:
    assert client.get("/", base_url=f"http://{name}:8050").status_code == 200


def test_an_address_of_another_loopback_interface_is_answered(home: Home) -> None:
    client = create_app(home, host="127.0.0.2").server.test_client()
    assert client.get("/", base_url="http://127.0.0.2:8050").status_code == 200


def test_on_a_network_only_addresses_and_known_names_are_answered(home: Home) -> None:
    app = create_app(home, host="0.0.0.0", allow_hosts=["Shop.example"])
    client = app.server.test_client()
    for name, status in {
        "shop.example": 200,
        "192.168.1.5": 200,
        "[fe80::1]": 200,
        socket.gethostname(): 200,
        "evil.example": 421,
        "shop.example.evil.example": 421,
    }.items():
        assert client.get("/health", base_url=f"http://{name}:8050").status_code == status


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    ("path", "mode", "status"),
    [
        ("/", "navigate", 200),
        ("/", "no-cors", 403),
        ("/take/bundle/demo-1.zip", "no-cors", 403),
        ("/take/bundle/demo-1.zip", "navigate", 403),
        ("/_dash-layout", "cors", 403),
    ],
)
def test_a_page_of_another_site_may_link_here_and_load_nothing(
    client: FlaskClient, site: str, path: str, mode: str, status: int
) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
    assert client.get(path, base_url=LOCAL, headers=headers).status_code == status
    assert client.post("/upload", base_url=LOCAL, headers=headers).status_code == 403


def test_the_pages_own_requests_are_answered(client: FlaskClient) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    assert client.get("/_dash-layout", base_url=LOCAL, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("options", "is_private"),
    [({}, True), ({"host": "0.0.0.0"}, False), ({"is_behind_proxy": True}, False)],
)
def test_the_current_folder_may_be_imported_from_where_only_this_machine_reaches_the_server(
    home: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, Any],
    is_private: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    config = create_app(home, **options).server.config
    assert config[FOLDERS] == ((tmp_path,) if is_private else ())


def test_only_the_interface_for_programs_goes_without_the_password(home: Home) -> None:
    app = create_app(home, password="secret", api=ApiSettings(token="token"))
    client = app.server.test_client()
    for path in ("/api/v1x", "/api/v1x/runs", "/api", "/api/v10/runs"):
        assert client.get(path, base_url=LOCAL).status_code == 401
        assert "WWW-Authenticate" in client.get(path, base_url=LOCAL).headers
    refused = client.get("/api/v1/runs", base_url=LOCAL)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_an_open_server_says_so_on_every_page(home: Home, client: FlaskClient) -> None:
    frame = create_app(home, host="0.0.0.0", open_to_all=True).server.test_client()
    warning = "This server is open"
    assert warning in frame.get("/_dash-layout", base_url=LOCAL).text
    assert warning not in client.get("/_dash-layout", base_url=LOCAL).text


def test_a_server_that_was_open_does_not_say_so_where_a_user_was_added_since(home: Home) -> None:
    client = create_app(home, host="0.0.0.0", open_to_all=True).server.test_client()
    Users(Runs(home).database).add("ana", "correct horse", Role.LOOK)
    assert client.get("/_dash-layout", base_url=LOCAL).status_code == 401
    layout = client.get("/_dash-layout", base_url=LOCAL, auth=("ana", "correct horse"))
    assert layout.status_code == 200
    assert "This server is open" not in layout.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/_dash-component-suites/nothing/x.js", 404),
        ("/_dash-component-suites/dash/nothing.js", 404),
        ("/nothing/at/all", 200),  # a page that says so
        ("/assets/nothing.css", 404),
    ],
)
def test_an_unknown_address_is_no_failure(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path, base_url=LOCAL).status_code == status


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "/assets/nothing.css", b""), ("POST", "/_dash-update-component", b"[[[[")],
)
def test_a_request_that_fails_is_answered_with_a_sentence(
    client: FlaskClient, method: str, path: str, body: bytes
) -> None:
    answer = client.open(
        path, method=method, data=body, content_type="application/json", base_url=LOCAL
    )
    assert answer.status_code in {400, 404}
    assert answer.mimetype == "text/plain"
    assert answer.text.count("\n") == 1


CALL = {"output": "worker-state.children", "outputs": {}, "inputs": [], "changedPropIds": []}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "{}",
        "null",
        "[" * 100_000,
        json.dumps(CALL | {"output": "nothing.children"}),
        json.dumps(CALL | {"output": []}),
        json.dumps(CALL | {"inputs": "text"}),
        json.dumps(CALL | {"inputs": [1]}),
        json.dumps({"output": CALL["output"]}),
    ],
)
def test_a_call_that_no_page_makes_is_refused_without_a_traceback(
    client: FlaskClient, body: str
) -> None:
    answer = client.post(
        "/_dash-update-component", base_url=LOCAL, data=body, content_type="application/json"
    )
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_a_callback_without_outputs_is_carried_out(client: FlaskClient) -> None:
    callbacks = client.get("/_dash-dependencies", base_url=LOCAL).json
    clicks = {"id": "gallery-toast", "property": "n_clicks"}
    output = next(each["output"] for each in callbacks if clicks in each["inputs"])
    body = {
        "output": output,
        "inputs": [clicks | {"value": 1}],
        "changedPropIds": ["gallery-toast.n_clicks"],
    }
    answer = client.post("/_dash-update-component", base_url=LOCAL, json=body)
    assert answer.status_code == 200
    assert "demo-3" in answer.text


def test_a_body_larger_than_a_piece_of_an_upload_is_refused(client: FlaskClient) -> None:
    body = b" " * (LARGEST_REQUEST + 1)
    for path in ("/_dash-update-component", "/upload"):
        sent = client.post(
            path,
            base_url=LOCAL,
            data=body,
            content_type="application/json",
            headers={"X-Vitrina-Upload": "1"},
        )
        assert sent.status_code == 413


def test_a_page_of_another_site_cannot_send_anything(client: FlaskClient) -> None:
    sent = {"base_url": LOCAL, "json": {}}
    path = "/_dash-update-component"
    assert client.post(path, headers={"Origin": "http://evil.example"}, **sent).status_code == 403
    assert client.post(path, headers={"Origin": LOCAL}, **sent).status_code != 403


def test_assets_change_their_address_when_they_change(client: FlaskClient) -> None:
    page = client.get("/", base_url=LOCAL).text
    assert "/assets/tokens.css?v=" in page
    assert client.get("/assets/tokens.css", base_url=LOCAL).status_code == 200
