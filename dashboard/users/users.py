"""The users of a home."""

import re
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, exists, insert, select, update

from dashboard.identity import Role, stored_role
from dashboard.jobs.database import Database
from dashboard.jobs.schema import SESSIONS, USERS
from dashboard.users.passwords import hash_password
from data.errors import BadInput
from data.i18n import _

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


@dataclass(frozen=True)
class User:
    """A person who may sign in.

    Attributes
    ----------
    name : str
    role : Role
    password_hash : str
        See ``passwords.hash_password``.
    created : float
        Seconds since 1970.
    """

    name: str
    role: Role
    password_hash: str
    created: float


class Users:
    """The table of users.

    Parameters
    ----------
    database : Database
        The database of the home.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def exist(self) -> bool:
        """Return whether there is any user."""
        with self._database.read() as connection:
            return bool(connection.execute(select(exists().select_from(USERS))).scalar())

    def list(self) -> list[User]:
        """Return all users by name."""
        with self._database.read() as connection:
            return [_from_row(row) for row in connection.execute(select(USERS).order_by("name"))]

    def find(self, name: str) -> User | None:
        """Return the user of a name, or None."""
        with self._database.read() as connection:
            row = connection.execute(select(USERS).where(USERS.c.name == name)).one_or_none()
        return _from_row(row) if row else None

    def add(self, name: str, password: str, role: Role) -> None:
        """Add a user.

        Raises
        ------
        BadInput
            When the name cannot be used or is taken, or the password is too short.
        """
        if not is_user_name(name):
            raise BadInput(
                _(
                    "“{name}” cannot be the name of a user: it takes at most 64 letters, digits and"
                    " . _ @ -, and begins with a letter or a digit."
                ).format(name=name)
            )
        password_hash = hash_password(password)
        with self._database.write() as connection:
            if connection.execute(select(USERS.c.name).where(USERS.c.name == name)).scalar():
                raise BadInput(
                    _(
                        "There is a user {name} already; `vitrina user password {name}` changes the"
                        " password."
                    ).format(name=name)
                )
            connection.execute(
                insert(USERS).values(
                    name=name, role=role.value, password_hash=password_hash, created=time.time()
                )
            )

    def set_password(self, name: str, password: str) -> None:
        """Change the password of a user, which ends the user's sessions.

        Raises
        ------
        BadInput
            When there is no such user, or the password is too short.
        """
        self._change(name, password_hash=hash_password(password))

    def set_role(self, name: str, role: Role) -> None:
        """Change the role of a user; it holds from the user's next request.

        Raises
        ------
        BadInput
            When there is no such user.
        """
        self._change(name, role=role.value)

    def remove(self, name: str) -> None:
        """Remove a user and the user's sessions.

        Raises
        ------
        BadInput
            When there is no such user.
        """
        with self._database.write() as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.user == name))
            if not connection.execute(delete(USERS).where(USERS.c.name == name)).rowcount:
                raise _unknown(name)

    def _change(self, name: str, **values: str) -> None:
        with self._database.write() as connection:
            change = update(USERS).where(USERS.c.name == name).values(**values)
            if not connection.execute(change).rowcount:
                raise _unknown(name)
            if "password_hash" in values:
                connection.execute(delete(SESSIONS).where(SESSIONS.c.user == name))


def is_user_name(text: str) -> bool:
    """Return whether a user can have this name.

    Examples
    --------
    >>> is_user_name("ana@shop.example"), is_user_name("x" * 65)
    (True, False)
    """
    return bool(_NAME.fullmatch(text))


def _from_row(row: Row[Any]) -> User:
    return User(row.name, stored_role(row.role), row.password_hash, row.created)


def _unknown(name: str) -> BadInput:
    return BadInput(
        _("There is no user {name}; `vitrina user list` lists all users.").format(name=name)
    )
