"""Who may reach the server: what ``vitrina serve`` refuses to start with."""

import logging
import socket
import stat
from pathlib import Path

import pytest

from dashboard import cli
from dashboard.cli import serve
from dashboard.identity import Role
from dashboard.jobs.runs_table import Runs
from dashboard.users.users import Users
from data.home import Home
from tests.dashboard.cli.conftest import Vitrina


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> list[serve.Exposure]:
    """Collect what would be served."""
    served: list[serve.Exposure] = []
    monkeypatch.setattr(
        serve,
        "_serve",
        lambda _home, listener, exposure: (listener.close(), served.append(exposure)),
    )
    monkeypatch.setattr("signal.signal", lambda *_arguments: None)
    monkeypatch.delenv("VITRINA_PASSWORD", raising=False)
    return served


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_network_without_a_password_is_refused(
    vitrina: Vitrina, no_server: list[serve.Exposure], host: str
) -> None:
    answer = vitrina("serve", "--no-worker", "--port", 0, "--host", host)
    assert answer.code == 2
    assert "add a user with `vitrina user add`, set a password in VITRINA_PASSWORD" in answer.err
    assert no_server == []


def test_behind_a_proxy_somebody_has_to_sign_in_too(
    vitrina: Vitrina, home: Home, no_server: list[serve.Exposure]
) -> None:
    words = ("serve", "--no-worker", "--port", 0, "--proxy", "127.0.0.1")
    refused = vitrina(*words)
    assert refused.code == 2
    assert "others reach this server: add a user with `vitrina user add`" in refused.err
    assert "may read, change and delete everything" in vitrina(*words, "--open").err
    Users(Runs(home).database).add("ana", "correct horse", Role.LOOK)
    assert vitrina(*words).code == 0
    assert [one.open_to_all for one in no_server] == [True, False]


def test_a_network_is_served_with_a_password(
    vitrina: Vitrina, no_server: list[serve.Exposure], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITRINA_PASSWORD", "secret")
    assert vitrina("serve", "--no-worker", "--port", 0, "--host", "0.0.0.0").code == 0
    assert not no_server[0].open_to_all


def test_a_network_is_served_where_there_are_users(
    vitrina: Vitrina, home: Home, no_server: list[serve.Exposure]
) -> None:
    Users(Runs(home).database).add("ana", "correct horse", Role.LOOK)
    assert vitrina("serve", "--no-worker", "--port", 0, "--host", "0.0.0.0").code == 0
    refused = vitrina("serve", "--no-worker", "--port", 0, "--host", "0.0.0.0", "--open")
    assert refused.code == 2
    assert "leave one of them out" in refused.err
    assert len(no_server) == 1


def _add_user(vitrina: Vitrina, folder: Path) -> None:
    file = folder / "password"
    file.write_text("correct horse\n")
    words = ("user", "add", "ana", "--role", "look", "--password-file", file)
    assert vitrina(*words).code == 0


def _lose_table(home: Home, with_garbage: bool) -> None:
    Runs(home).close()
    for file in home.path.glob("vitrina.db*"):
        file.unlink()
    if with_garbage:
        home.database.write_bytes(b"this is no database" * 1_000)


@pytest.mark.parametrize(
    ("is_damaged", "sentence"),
    [
        (True, "This home has users, who cannot be read: start with a password"),
        (False, "This home had users, and its vitrina.db has none"),
    ],
)
def test_a_home_whose_users_are_lost_is_not_served_to_everybody(
    *,
    vitrina: Vitrina,
    home: Home,
    no_server: list[serve.Exposure],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_damaged: bool,
    sentence: str,
) -> None:
    words = ("serve", "--no-worker", "--port", 0)
    _add_user(vitrina, tmp_path)
    assert vitrina(*words).code == 0
    _lose_table(home, is_damaged)
    refused = vitrina(*words)
    assert (refused.code, sentence in refused.err) == (1, True)
    assert "--open" in refused.err
    assert vitrina(*words, "--open").code == 0
    monkeypatch.setenv("VITRINA_PASSWORD", "secret")
    assert vitrina(*words).code == 0
    assert [one.open_to_all for one in no_server] == [False, True, False]


def test_a_home_whose_users_were_removed_is_served_as_before(
    vitrina: Vitrina, home: Home, no_server: list[serve.Exposure], tmp_path: Path
) -> None:
    words = ("serve", "--no-worker", "--port", 0)
    _add_user(vitrina, tmp_path)
    assert vitrina("user", "remove", "ana").code == 0
    assert vitrina(*words).code == 0
    _lose_table(home, with_garbage=True)
    assert vitrina(*words).code == 0
    assert len(no_server) == 2


def test_users_added_by_an_earlier_version_are_known_from_the_first_start(
    vitrina: Vitrina, home: Home, no_server: list[serve.Exposure]
) -> None:
    words = ("serve", "--no-worker", "--port", 0)
    Users(Runs(home).database).add("ana", "correct horse", Role.LOOK)
    assert vitrina(*words).code == 0
    _lose_table(home, with_garbage=True)
    assert vitrina(*words).code == 1
    assert len(no_server) == 1


def test_an_open_network_is_served_with_a_warning(
    vitrina: Vitrina, no_server: list[serve.Exposure]
) -> None:
    answer = vitrina("serve", "--no-worker", "--port", 0, "--host", "0.0.0.0", "--open")
    assert answer.code == 0
    assert "whoever reaches 0.0.0.0 may read, change and delete everything" in answer.err
    assert no_server[0].open_to_all


def test_the_token_is_read_from_a_file_or_a_variable(
    vitrina: Vitrina,
    no_server: list[serve.Exposure],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "token"
    file.write_text("secret\n")
    vitrina("serve", "--no-worker", "--port", 0, "--api-token-file", file)
    monkeypatch.setenv("VITRINA_API_TOKEN", "other")
    vitrina("serve", "--no-worker", "--port", 0)
    monkeypatch.delenv("VITRINA_API_TOKEN")
    assert vitrina("serve", "--no-worker", "--port", 0, "--api-token", "seen by ps").code == 2
    assert [(exposure.api, exposure.token) for exposure in no_server] == [
        (True, "secret"),
        (True, "other"),
    ]


@pytest.mark.parametrize("content", [b"", b" \n", "tóken".encode("latin-1")])
def test_a_file_without_a_token_does_not_open_the_interface(
    vitrina: Vitrina, no_server: list[serve.Exposure], tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    answer = vitrina("serve", "--no-worker", "--port", 0, "--api", "--api-token-file", file)
    assert (answer.code, no_server) == (2, [])
    assert answer.err == f"{file} holds no token: write one line of text in it.\n"


def test_a_port_in_use_is_refused_in_a_sentence(vitrina: Vitrina) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        # Another server that has just started, and does not listen yet.
        first = serve._listen("127.0.0.1", port)
        answer = vitrina("serve", "--no-worker", "--port", port)
        first.close()
    assert answer.code == 1
    assert "choose another --port" in answer.err


def test_a_home_is_made_for_its_user_alone(vitrina: Vitrina, home: Home) -> None:
    vitrina("serve", "--no-worker", "--port", 0)
    _folder = home.datasets
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


def test_a_damaged_table_lets_the_server_start(
    vitrina: Vitrina, home: Home, no_server: list[serve.Exposure]
) -> None:
    home.make()
    home.database.write_bytes(b"garbage" * 1_000)
    answer = vitrina("serve", "--port", 0)
    assert answer.code == 0
    assert "The table of runs is damaged" in answer.err
    assert len(no_server) == 1


def test_an_unexpected_failure_is_logged_in_the_home_of_the_command(
    vitrina: Vitrina, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(logging.root, "handlers", [])
    monkeypatch.setattr("dashboard.services.datasets.library.summaries", fail)
    answer = vitrina("datasets")
    assert answer.code == 1
    assert str(home.path / "errors.log") in answer.err
    assert "the disk is on fire" in (home.path / "errors.log").read_text()
    assert cli.run(["--help"]) == 0


def test_unexpected_failures_of_pages_are_in_the_log_of_the_home(tmp_path: Path) -> None:
    logger = logging.getLogger("vitrina")
    before = list(logger.handlers)
    serve.log_failures(Home(tmp_path))
    try:
        logger.warning("a1b2c3: a sentence for people")
        assert not (tmp_path / "errors.log").exists()
        logger.error("d4e5f6: boom", exc_info=ValueError("boom"))
    finally:
        for handler in set(logger.handlers).difference(before):
            logger.removeHandler(handler)
            handler.close()
    text = (tmp_path / "errors.log").read_text()
    assert "d4e5f6: boom" in text
    assert "ValueError: boom" in text


@pytest.mark.parametrize("host", ["\u202e", "x" * 300, "a b"])
def test_what_is_no_name_of_a_host_is_refused(vitrina: Vitrina, host: str) -> None:
    answer = vitrina("serve", "--no-worker", "--port", 0, "--host", host, "--open")
    assert (answer.code, "Cannot listen on" in answer.err) == (1, True)
