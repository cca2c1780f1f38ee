"""Signing in, as browsers and programs meet it."""

import base64
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.api.routes import ApiSettings
from dashboard.app import create_app
from dashboard.identity import Role
from dashboard.jobs.runs_table import Runs
from dashboard.users.users import Users
from data.home import Home

LOCAL = "http://127.0.0.1:8050"
SECURE = "https://shop.example"
PAGE = {"Accept": "text/html"}


@pytest.fixture
def users(home: Home) -> Iterator[Users]:
    runs = Runs(home)
    users = Users(runs.database)
    users.add("ana", "correct horse", Role.LOOK)
    yield users
    runs.close()


@pytest.fixture
def client(home: Home, users: Users) -> FlaskClient:
    return create_app(home, allow_hosts=["shop.example"]).server.test_client()


def sign_in(
    client: FlaskClient, password: str = "correct horse", base_url: str = LOCAL, target: str = ""
) -> TestResponse:
    form = {"name": "ana", "password": password, "next": target}
    return client.post("/login", base_url=base_url, data=form)


def basic(name: str, password: str) -> dict[str, str]:
    pair = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def test_users_that_cannot_be_read_since_the_start_let_nobody_in(
    client: FlaskClient, home: Home
) -> None:
    Runs(home).close()
    for file in home.path.glob("vitrina.db*"):
        file.write_bytes(b"this is no database" * 1_000)
    refused = client.get("/_dash-layout", base_url=LOCAL)
    assert refused.status_code == 503
    assert "The table of runs is damaged" in refused.text


def test_users_whose_table_is_moved_away_meanwhile_let_nobody_in(
    client: FlaskClient, home: Home
) -> None:
    Runs(home).close()
    for file in home.path.glob("vitrina.db*"):
        file.unlink()
    for path in ("/_dash-layout", "/login"):
        refused = client.get(path, base_url=LOCAL)
        assert refused.status_code == 503
        assert "its vitrina.db has none" in refused.text


def test_a_browser_is_led_to_the_page_and_back(client: FlaskClient) -> None:
    led = client.get("/runs?deleted=a%2Fb", base_url=LOCAL, headers=PAGE)
    assert (led.status_code, led.headers["Location"]) == (
        303,
        "/login?next=%2Fruns%3Fdeleted%3Da%252Fb",
    )
    page = client.get(led.headers["Location"], base_url=LOCAL)
    assert 'name="next" value="/runs?deleted=a%2Fb"' in page.text
    signed_in = sign_in(client, target="/runs?deleted=a%2Fb")
    assert (signed_in.status_code, signed_in.headers["Location"]) == (303, "/runs?deleted=a%2Fb")
    assert client.get("/runs", base_url=LOCAL, headers=PAGE).status_code == 200
    assert "Sign out ana (look)" in client.get("/_dash-layout", base_url=LOCAL).text


def test_a_program_is_asked_for_a_password_and_a_script_of_a_page_is_not(
    client: FlaskClient,
) -> None:
    program = client.get("/_dash-layout", base_url=LOCAL)
    assert program.status_code == 401
    assert program.headers["WWW-Authenticate"].startswith("Basic")
    script = client.get("/_dash-layout", base_url=LOCAL, headers={"Sec-Fetch-Mode": "cors"})
    assert script.status_code == 401
    assert "WWW-Authenticate" not in script.headers


def test_the_cookie_is_strict(client: FlaskClient) -> None:
    cookie = sign_in(client).headers["Set-Cookie"]
    assert cookie.startswith("vitrina-8050=")
    for attribute in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"):
        assert attribute in cookie
    assert "Secure" not in cookie
    secure = sign_in(client, base_url=SECURE).headers["Set-Cookie"]
    assert secure.startswith("__Host-vitrina=")
    assert "Secure" in secure


def test_a_wrong_password_says_so_and_nothing_else(client: FlaskClient) -> None:
    for name in ("ana", "nobody"):
        form = {"name": name, "password": "wrong", "next": "/"}
        answer = client.post("/login", base_url=LOCAL, data=form)
        assert answer.status_code == 401
        assert "Name and password do not go together." in answer.text
        assert "Set-Cookie" not in answer.headers


def test_guesses_are_slowed_down(client: FlaskClient) -> None:
    for _guess in range(5):
        assert sign_in(client, "wrong").status_code == 401
    refused = sign_in(client)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert "Too many wrong passwords" in refused.text


def test_signing_out_ends_the_session(client: FlaskClient) -> None:
    token = sign_in(client).headers["Set-Cookie"].split(";")[0].partition("=")[2]
    assert client.post("/logout", base_url=LOCAL).headers["Location"] == "/login"
    client.set_cookie("vitrina-8050", token, domain="127.0.0.1")
    assert client.get("/_dash-layout", base_url=LOCAL).status_code == 401


def test_a_changed_password_ends_the_session(client: FlaskClient, users: Users) -> None:
    sign_in(client)
    users.set_password("ana", "another horse")
    assert client.get("/_dash-layout", base_url=LOCAL).status_code == 401


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nX: y", "/login"]
)
def test_nobody_is_led_elsewhere(client: FlaskClient, target: str) -> None:
    assert sign_in(client, target=target).headers["Location"] == "/"


def test_a_link_of_another_site_is_followed_once_more_from_here(client: FlaskClient) -> None:
    link = PAGE | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    page = client.get("/runs", base_url=LOCAL, headers=link)
    assert page.status_code == 200
    assert 'http-equiv="refresh"' in page.text
    assert "Vitrina" not in page.text


def test_the_page_escapes_what_was_sent(client: FlaskClient) -> None:
    form = {"name": '"><script>', "password": "x", "next": '/"><script>'}
    assert "<script>" not in client.post("/login", base_url=LOCAL, data=form).text
    assert "<script>" not in client.get("/login?next=/%22%3E%3Cscript%3E", base_url=LOCAL).text


def test_the_page_speaks_the_language_of_its_link(client: FlaskClient) -> None:
    page = client.get("/login?language=es", base_url=LOCAL)
    assert '<html lang="es"' in page.text
    assert "Contraseña" in page.text
    assert "language=es" in page.headers["Set-Cookie"]


def test_pages_of_users_stay_out_of_caches(client: FlaskClient) -> None:
    sign_in(client)
    for path in ("/", "/_dash-layout", "/login"):
        assert client.get(path, base_url=LOCAL).headers["Cache-Control"] == "no-store"


def test_nobody_signs_in_where_there_are_no_users(home: Home) -> None:
    client = create_app(home).server.test_client()
    assert client.get("/login", base_url=LOCAL).headers["Location"] == "/"
    assert client.get("/_dash-layout", base_url=LOCAL).status_code == 200
    assert "/logout" not in client.get("/_dash-layout", base_url=LOCAL).text


def test_a_password_of_the_server_guards_all_but_health(home: Home) -> None:
    client = create_app(home, password="pläin").server.test_client()
    assert client.get("/", base_url=LOCAL).status_code == 401
    for password, status in (("pläin", 200), ("guess", 401)):
        sent = client.get("/", base_url=LOCAL, headers=basic("me", password))
        assert sent.status_code == status
    assert client.get("/health", base_url=LOCAL).status_code == 200
    page = client.get("/login", base_url=LOCAL).text
    assert 'id="password"' in page
    assert 'id="name"' not in page
    client.post("/login", base_url=LOCAL, data={"password": "pläin"})
    assert client.get("/_dash-layout", base_url=LOCAL).status_code == 200


def test_the_interface_for_programs_takes_users_or_its_token(home: Home, users: Users) -> None:
    path = "/api/v1/runs"
    for settings, without, with_user in ((ApiSettings(), 401, 200), (ApiSettings("key"), 401, 401)):
        client = create_app(home, api=settings).server.test_client()
        assert client.get(path, base_url=LOCAL).status_code == without
        sent = client.get(path, base_url=LOCAL, headers=basic("ana", "correct horse"))
        assert sent.status_code == with_user
    keyed = client.get(path, base_url=LOCAL, headers={"Authorization": "Bearer key"})
    assert keyed.status_code == 200
    other_scheme = client.get(path, base_url=LOCAL, headers={"Authorization": "Token key"})
    assert other_scheme.status_code == 401


@pytest.mark.parametrize("path", ["/api/v1//runs", "/api/v1x", "/api", "//api/v1/runs"])
def test_the_token_of_programs_opens_no_page(home: Home, users: Users, path: str) -> None:
    client = create_app(home, api=ApiSettings("key")).server.test_client()
    for headers in ({}, {"Authorization": "Bearer key"}):
        answer = client.get(path, base_url=LOCAL, headers=headers, follow_redirects=True)
        assert answer.status_code == 401
