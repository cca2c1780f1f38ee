"""Who is let in, and as whom."""

import pytest
from sqlalchemy import text

from dashboard.identity import Identity, Role
from dashboard.jobs.runs_table import Runs
from dashboard.users.access import Access, TooManyGuesses
from dashboard.users.users import Users
from data.errors import VitrinaError
from data.home import Home
from tests.databases import on_postgresql

HERE = "192.0.2.1"
OWNER = Identity(None, Role.ADMINISTER)


@pytest.fixture
def users(home: Home) -> Users:
    users = Users(Runs(home).database)
    users.add("ana", "correct horse", Role.TRAIN)
    return users


def test_nobody_signs_in_to_a_home_without_users(home: Home) -> None:
    access = Access(home, None)
    assert not access.is_needed()
    assert access.sign_in("", "", HERE) is None
    assert access.of_password("ana", "correct horse", HERE) is None


def test_signing_in_is_needed_from_the_first_user_on(home: Home) -> None:
    access = Access(home, None)
    assert not access.is_needed()
    Users(Runs(home).database).add("ana", "correct horse", Role.LOOK)
    assert access.is_needed()


def test_a_user_signs_in_and_out(home: Home, users: Users) -> None:
    access = Access(home, None)
    token = access.sign_in("ana", "correct horse", HERE)
    assert token is not None
    assert access.of_session(token) == Identity("ana", Role.TRAIN)
    assert access.of_session(token + "x") is None
    access.sign_out(token)
    assert access.of_session(token) is None


@pytest.mark.parametrize("name", ["ana", "eva", "", "ana ", "a\0", "x" * 100_000])
def test_a_wrong_name_or_password_signs_nobody_in(home: Home, users: Users, name: str) -> None:
    access = Access(home, None)
    assert access.sign_in(name, "wrong password", HERE) is None
    assert access.of_password(name, "wrong password", HERE) is None
    assert max(len(str(key)) for key in access._guesses._wrong) < 100


def test_a_role_changes_at_once_and_a_session_ends_with_its_password(
    home: Home, users: Users
) -> None:
    access = Access(home, None)
    token = access.sign_in("ana", "correct horse", HERE)
    assert token is not None
    users.set_role("ana", Role.LOOK)
    assert access.of_session(token) == Identity("ana", Role.LOOK)
    users.set_password("ana", "new password")
    assert access.of_session(token) is None
    assert access.of_password("ana", "correct horse", HERE) is None
    assert access.of_password("ana", "new password", HERE) == Identity("ana", Role.LOOK)


def test_a_remembered_password_is_forgotten_when_it_changes(home: Home, users: Users) -> None:
    access = Access(home, None)
    for _time in range(2):
        assert access.of_password("ana", "correct horse", HERE) is not None
    users.set_password("ana", "new password")
    assert access.of_password("ana", "correct horse", HERE) is None


def test_the_password_of_the_server_goes_with_every_name_but_those_of_users(
    home: Home, users: Users
) -> None:
    access = Access(home, "secret")
    for name in ("", "me"):
        assert access.of_password(name, "secret", HERE) == OWNER
    assert access.of_password("ana", "secret", HERE) is None
    token = access.sign_in("", "secret", HERE)
    assert token is not None
    assert access.of_session(token) == OWNER
    assert Access(home, "other").of_session(token) is None
    assert Access(home, None).of_session(token) is None


def test_guesses_are_slowed_down(home: Home, users: Users) -> None:
    access = Access(home, "secret")
    for number in range(5):
        assert access.sign_in(f"name{number}", "wrong", f"203.0.113.{number}") is None
    for name in ("", "other"):  # the same password goes with all of them
        with pytest.raises(TooManyGuesses, match="Too many wrong passwords; try again in 1 sec"):
            access.sign_in(name, "secret", HERE)
    assert access.sign_in("ana", "correct horse", HERE) is not None


def test_many_guesses_at_once_use_little_memory_and_no_more_threads(
    home: Home, users: Users
) -> None:
    access = Access(home, None)
    for _check in range(2):
        access._checks.acquire()
    with pytest.raises(TooManyGuesses, match="try again in 1 second"):
        access.sign_in("ana", "correct horse", HERE)


def test_a_table_that_cannot_be_read_lets_nobody_in(home: Home, users: Users) -> None:
    guarded, keyed = Access(home, None), Access(home, "secret")
    assert guarded.is_needed()
    Runs(home).close()
    for file in home.path.glob("vitrina.db*"):
        file.write_bytes(b"this is no database" * 1_000)
    for refused in (
        guarded.is_needed,
        lambda: guarded.of_session("token"),
        lambda: guarded.of_password("ana", "correct horse", HERE),
    ):
        with pytest.raises(VitrinaError, match="damaged"):
            refused()
    assert keyed.of_password("", "secret", HERE) == OWNER
    assert keyed.of_password("", "wrong", HERE) is None


@on_postgresql
def test_users_of_a_database_elsewhere_who_were_never_read_let_nobody_in(
    home: Home, users: Users
) -> None:
    """It may be down, or its table of users gone: a home has no mark of who is in a database."""
    with Runs(home).database.write() as connection:
        connection.execute(text("drop table users cascade"))
    with pytest.raises(VitrinaError):
        Access(home, None).is_needed()
    assert not Access(home, None, open_to_all=True).is_needed()
