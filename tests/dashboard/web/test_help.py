"""The documentation at /help, as a browser's requests meet it."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.web.help import offer_help
from data.home import Home

LOCAL = "http://127.0.0.1:8050"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A small site in two languages, of which one page exists in English alone."""
    folder = tmp_path / "pages"
    for place in ("", "judging", "reference/http", "es", "es/judging"):
        (folder / place).mkdir(parents=True, exist_ok=True)
        text = f"<p>{place or 'start'}</p><script>let place = 1;</script>"
        (folder / place / "index.html").write_text(text, "utf-8")
    (folder / "404.html").write_text("<p>nowhere</p>", "utf-8")
    (folder / "theme.js").write_text("let theme;", "utf-8")
    (tmp_path / "secret").mkdir()
    return folder


@pytest.fixture
def client(pages: Path) -> FlaskClient:
    server = Flask("help", static_folder=None)
    offer_help(server, pages)
    return server.test_client()


@pytest.mark.parametrize(
    ("place", "language", "address"),
    [
        ("", "en", "/help/"),
        ("?page=judging", "en", "/help/judging/"),
        ("", "es", "/help/es/"),
        ("?page=judging", "es", "/help/es/judging/"),
        ("?page=reference/http", "es", "/help/reference/http/"),
        ("?page=no-such-page", "es", "/help/"),
        ("?page=../secret", "en", "/help/"),
        (f"?page={'x' * 300}", "en", "/help/"),
    ],
)
def test_a_link_leads_to_the_page_in_the_language_of_the_reader(
    client: FlaskClient, place: str, language: str, address: str
) -> None:
    response = client.get(f"/help{place}", headers={"Accept-Language": language})
    assert response.status_code == 302
    assert response.location == address


def test_a_page_may_run_its_own_scripts_and_no_others(client: FlaskClient) -> None:
    response = client.get("/help/judging/")
    assert response.status_code == 200
    assert "judging" in response.text
    policy = response.headers["Content-Security-Policy"]
    scripts = next(rule for rule in policy.split("; ") if rule.startswith("script-src"))
    assert scripts.split()[1] == "'self'"
    assert [word[:8] for word in scripts.split()[2:]] == ["'sha256-"]
    assert "default-src 'self'" in policy


def test_a_folder_is_shown_at_its_own_address(client: FlaskClient) -> None:
    assert client.get("/help/judging").location == "/help/judging/"
    assert client.get("/help/theme.js").status_code == 200


@pytest.mark.parametrize(
    "place", ["nowhere", "../secret", "%2e%2e/secret", "es/../../secret", "x" * 300]
)
def test_what_is_no_page_is_not_found(client: FlaskClient, place: str) -> None:
    response = client.get(f"/help/{place}")
    assert response.status_code == 404
    assert "nowhere" in response.text


def test_pages_that_are_not_built_say_how_to_build_them(tmp_path: Path) -> None:
    server = Flask("help", static_folder=None)
    offer_help(server, tmp_path / "absent")
    response = server.test_client().get("/help/")
    assert response.status_code == 404
    assert "make docs" in response.text


def test_the_workbench_serves_it(home: Home) -> None:
    response = create_app(home).server.test_client().get("/help?page=judging", base_url=LOCAL)
    assert response.status_code == 302
