"""``vitrina user``."""

from pathlib import Path

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.users.passwords import is_password
from dashboard.users.users import Users
from data.home import Home
from tests.dashboard.cli.conftest import Vitrina


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("correct horse\nsecond line\n")
    return file


def add(vitrina: Vitrina, file: Path, role: str = "train") -> int:
    return vitrina("user", "add", "ana", "--role", role, "--password-file", file).code


def test_a_user_is_added_listed_and_removed(vitrina: Vitrina, password_file: Path) -> None:
    assert vitrina("user", "list", "--json").json == []
    assert add(vitrina, password_file) == 0
    assert vitrina("user", "list", "--json").json == [{"name": "ana", "role": "train"}]
    assert "ana" in vitrina("user", "list").out
    removed = vitrina("user", "remove", "ana")
    assert removed.code == 0
    assert "nobody has to sign in" in removed.err
    assert vitrina("user", "list", "--json").json == []


def test_password_and_role_are_changed(vitrina: Vitrina, home: Home, password_file: Path) -> None:
    add(vitrina, password_file)
    password_file.write_text("another horse")
    assert vitrina("user", "password", "ana", "--password-file", password_file).code == 0
    assert vitrina("user", "role", "ana", "look").code == 0
    user = Users(Runs(home).database).find("ana")
    assert user is not None
    assert is_password("another horse", user.password_hash)
    assert user.role == "look"


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "no password in the first line"), ("short\n", "8 to 1000")]
)
def test_a_password_that_cannot_be_used_adds_nobody(
    vitrina: Vitrina, tmp_path: Path, text: str, sentence: str
) -> None:
    file = tmp_path / "password"
    file.write_text(text)
    answer = vitrina("user", "add", "ana", "--role", "look", "--password-file", file)
    assert answer.code == 2
    assert sentence in answer.err
    assert vitrina("user", "list", "--json").json == []


def test_an_unknown_role_or_user_is_refused(vitrina: Vitrina, password_file: Path) -> None:
    assert add(vitrina, password_file, role="root") == 2
    for words in (("remove", "eva"), ("role", "eva", "look")):
        answer = vitrina("user", *words)
        assert answer.code == 2
        assert "There is no user eva" in answer.err


def test_a_file_that_is_no_text_holds_no_password(vitrina: Vitrina, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_bytes(b"\xa7\xff")
    answer = vitrina("user", "add", "ana", "--role", "look", "--password-file", file)
    assert (answer.code, "There is no password" in answer.err) == (2, True)
