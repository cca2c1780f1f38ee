"""Sessions: who a browser has signed in as."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from dashboard.identity import Role, stored_role
from dashboard.jobs.database import Database
from dashboard.jobs.schema import SESSIONS, USERS

LIFETIME = 7 * 24 * 3600.0
"""Seconds after which a session ends."""


@dataclass(frozen=True)
class Session:
    """A session that has not expired.

    Attributes
    ----------
    user : str or None
        Who has signed in; None for whoever knows the password of the server.
    signature : str
        Ties the session to a password: see ``is_signed_with``.
    token : str
        The secret that the browser holds.
    role : Role or None
        The user's role; None where there is no such user any more, or no user.
    password_hash : str or None
        The user's; None like ``role``.
    """

    user: str | None
    signature: str
    token: str
    role: Role | None
    password_hash: str | None

    def is_signed_with(self, credential: str) -> bool:
        """Return whether the session began with this password, or hash of a password.

        A session whose password has changed since is over.
        """
        return hmac.compare_digest(self.signature, _signature(self.token, credential))


class Sessions:
    """The table of sessions. It holds no token, only hashes: whoever reads it cannot sign in.

    Parameters
    ----------
    database : Database
        The database of the home.
    clock : callable
        Returns the time in seconds since 1970; tests pass their own.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def begin(self, user: str | None, credential: str) -> str:
        """Begin a session and return its token; sessions that have expired are deleted.

        Parameters
        ----------
        user : str or None
        credential : str
            The hash of the user's password, or the password of the server.
        """
        token = secrets.token_urlsafe(32)
        now = self._clock()
        with self._database.write() as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.expires <= now))
            connection.execute(
                insert(SESSIONS).values(
                    id=_id(token),
                    user=user,
                    signature=_signature(token, credential),
                    expires=now + LIFETIME,
                )
            )
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token; None where there is none or it has expired."""
        # One query, since every request needs it.
        query = (
            select(SESSIONS.c.user, SESSIONS.c.signature, USERS.c.role, USERS.c.password_hash)
            .outerjoin_from(SESSIONS, USERS, SESSIONS.c.user == USERS.c.name)
            .where(SESSIONS.c.id == _id(token), SESSIONS.c.expires > self._clock())
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        role = None if row.role is None else stored_role(row.role)
        return Session(row.user, row.signature, token, role, row.password_hash)

    def end(self, token: str) -> None:
        """End the session of a token."""
        with self._database.write() as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.id == _id(token)))


def _id(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _signature(token: str, credential: str) -> str:
    return hmac.new(token.encode(), credential.encode(), hashlib.sha256).hexdigest()
