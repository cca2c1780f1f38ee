"""Users, their passwords and their sessions."""

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from dashboard.identity import Role
from dashboard.jobs.database import Database
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import USERS
from dashboard.users.passwords import hash_password, is_password
from dashboard.users.sessions import LIFETIME, Sessions
from dashboard.users.users import Users
from data.errors import BadInput
from data.home import Home
from tests.dashboard.clock import Clock

ANA = ("ana", "correct horse", Role.TRAIN)


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    runs = Runs(home)
    yield runs.database
    runs.close()


@pytest.fixture
def users(database: Database) -> Users:
    users = Users(database)
    assert not users.exist()
    users.add(*ANA)
    return users


def test_a_user_has_a_role_and_a_hash(users: Users) -> None:
    user = users.find("ana")
    assert user is not None
    assert users.exist()
    assert users.list() == [user]
    assert user.role is Role.TRAIN
    assert user.password_hash.startswith("$argon2id$")
    assert is_password("correct horse", user.password_hash)
    assert not is_password("correct horse ", user.password_hash)
    assert users.find("Ana") is None


def test_a_damaged_hash_lets_nobody_in() -> None:
    for damaged in ("", "garbage", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$", None):
        assert not is_password("", damaged)
        assert not is_password("correct horse", damaged)


def test_two_hashes_of_a_password_differ() -> None:
    assert hash_password("correct horse") != hash_password("correct horse")


@pytest.mark.parametrize(
    ("name", "password", "sentence"),
    [
        ("ana", "another one", "There is a user ana already"),
        ("", "correct horse", "cannot be the name of a user"),
        ("-ana", "correct horse", "cannot be the name of a user"),
        ("ana\n", "correct horse", "cannot be the name of a user"),
        ("a" * 65, "correct horse", "cannot be the name of a user"),
        ("eva", "seven77", "has 8 to 1000 characters"),
        ("eva", "x" * 1_001, "has 8 to 1000 characters"),
    ],
)
def test_a_user_that_cannot_be_added_changes_nothing(
    users: Users, name: str, password: str, sentence: str
) -> None:
    before = users.list()
    with pytest.raises(BadInput, match=sentence):
        users.add(name, password, Role.ADMINISTER)
    assert users.list() == before


def test_an_unknown_user_cannot_be_changed(users: Users) -> None:
    for change in (
        lambda: users.remove("eva"),
        lambda: users.set_password("eva", "correct horse"),
        lambda: users.set_role("eva", Role.LOOK),
    ):
        with pytest.raises(BadInput, match="There is no user eva"):
            change()


def test_a_role_is_changed(users: Users) -> None:
    users.set_role("ana", Role.LOOK)
    assert users.list()[0].role is Role.LOOK


def test_a_damaged_role_lets_a_user_look(users: Users, database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(USERS).values(role="garbage"))
    assert [user.role for user in users.list()] == [Role.LOOK]


def test_a_session_lasts_a_week(database: Database) -> None:
    clock = Clock()
    sessions = Sessions(database, clock)
    token = sessions.begin("ana", "hash")
    clock.now += LIFETIME - 1
    session = sessions.find(token)
    assert session is not None
    assert session.user == "ana"
    clock.now += 1
    assert sessions.find(token) is None


def test_a_session_ends_with_the_password_that_began_it(database: Database) -> None:
    sessions = Sessions(database)
    session = sessions.find(sessions.begin(None, "old"))
    assert session is not None
    assert session.is_signed_with("old")
    assert not session.is_signed_with("new")


def test_signing_out_ends_one_session(database: Database) -> None:
    sessions = Sessions(database)
    first, second = (sessions.begin("ana", "hash") for _time in range(2))
    sessions.end(first)
    assert sessions.find(first) is None
    assert sessions.find(second) is not None


def test_a_changed_password_and_a_removed_user_leave_no_session(
    users: Users, database: Database
) -> None:
    sessions = Sessions(database)
    for end in (lambda: users.set_password("ana", "new password"), lambda: users.remove("ana")):
        token = sessions.begin("ana", "hash")
        end()
        assert sessions.find(token) is None


def test_the_database_holds_neither_passwords_nor_tokens(
    users: Users, database: Database, home: Home
) -> None:
    token = Sessions(database).begin("ana", "hash")
    database.close()
    files = list(home.path.glob("vitrina.db*"))
    assert files
    for file in files:
        assert token.encode() not in file.read_bytes()
        assert b"correct horse" not in file.read_bytes()
