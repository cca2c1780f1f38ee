"""Who is let in: checks names and passwords at the pace of ``guesses``, and sessions."""

import hashlib
import hmac
import math
import secrets
import time
from collections import OrderedDict
from threading import BoundedSemaphore, Lock

from dashboard.identity import Identity, Role
from dashboard.jobs.runs_table import Runs
from dashboard.users.guesses import Guesses
from dashboard.users.marker import has_marker, mark
from dashboard.users.passwords import is_password
from dashboard.users.sessions import Sessions
from dashboard.users.users import User, Users, is_user_name
from data.errors import VitrinaError
from data.home import Home
from data.i18n import _, ngettext

PASSWORD = "VITRINA_PASSWORD"
"""The environment variable with the password of the server."""

AT_ONCE = 2
"""Passwords that are checked at the same time; each takes 19 MiB and some 30 ms."""
_REMEMBERED_SECONDS = 60.0
_MOST_REMEMBERED = 100


class TooManyGuesses(VitrinaError):
    """Passwords are guessed too quickly.

    Attributes
    ----------
    seconds : int
        When to try again.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, math.ceil(seconds))
        super().__init__(
            ngettext(
                "Too many wrong passwords; try again in {seconds} second.",
                "Too many wrong passwords; try again in {seconds} seconds.",
                self.seconds,
            ).format(seconds=self.seconds)
        )


class UsersLost(VitrinaError):
    """The table of a home that had users has none: nobody may take it for a home without users."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This home had users, and its vitrina.db has none: put the former one back, or add"
                " a user with `vitrina user add`, or start with a password in {variable} or, for"
                " everybody, with --open."
            ).format(variable=PASSWORD)
        )


class Access:
    """Lets users of a home in, and whoever knows the password of the server.

    Parameters
    ----------
    home : Home
        Whose users may sign in.
    password : str or None
        Password of the server, which lets in with every role; None for none.
    open_to_all : bool
        Whether everybody is let in where there are no users to be read, although the home had some.

    Attributes
    ----------
    was_needed : bool
        What ``is_needed`` returned last; at first, whether there is a password, or the home has had
        users, or its table is in a database elsewhere, which may have some.
    """

    def __init__(self, home: Home, password: str | None, open_to_all: bool = False) -> None:
        self._home = home
        self._password = password or None
        self._open_to_all = open_to_all
        self._guesses = Guesses()
        self._checks = BoundedSemaphore(AT_ONCE)
        self._remembered: OrderedDict[bytes, tuple[str, float]] = OrderedDict()
        self._key = secrets.token_bytes(32)
        self._lock = Lock()
        may_have_users = home.database_url is not None and not open_to_all
        self.was_needed = self._password is not None or self._had_users() or may_have_users

    def has_users(self) -> bool:
        """Return whether there are users, or may be where they cannot be read."""
        try:
            return self._users().exist()
        except VitrinaError:
            return True

    def is_needed(self) -> bool:
        """Return whether anybody has to sign in: there is a password, or there are users.

        Raises
        ------
        TableError
            When the users cannot be read, and it was needed before.
        UsersLost
            When the home had users that nobody removed, and has none: its table is another one.
        """
        if self._password:
            return True
        try:
            exist = self._users().exist()
        except VitrinaError:
            if self.was_needed:
                raise
            return False
        if exist and not self.was_needed:
            mark(self._home)
        if not exist and self._had_users():
            raise UsersLost
        self.was_needed = exist
        return exist

    def sign_in(self, name: str, password: str, address: str) -> str | None:
        """Begin a session.

        Parameters
        ----------
        name : str
            Name of a user; any other one, or none, goes with the password of the server.
        password : str
        address : str
            Address of the client.

        Returns
        -------
        str or None
            The token of the session; None where name and password do not go together.

        Raises
        ------
        TooManyGuesses
            When this client, or somebody else for this user, has guessed too often.
        """
        user = self._find(name)
        if not self._check(user, name, password, address):
            return None
        credential = user.password_hash if user else self._password
        assert credential is not None
        return self._sessions().begin(user.name if user else None, credential)

    def sign_out(self, token: str) -> None:
        """End a session."""
        self._sessions().end(token)

    def of_session(self, token: str) -> Identity | None:
        """Return whom a session belongs to; None where it has ended."""
        session = self._sessions().find(token)
        if session is None:
            return None
        role, credential = session.role, session.password_hash
        if session.user is None:
            role, credential = Role.ADMINISTER, self._password
        if role is None or credential is None or not session.is_signed_with(credential):
            return None
        return Identity(session.user, role)

    def of_password(self, name: str, password: str, address: str) -> Identity | None:
        """Return who sends name and password with each request; None where they are wrong.

        A password that was right is not hashed again for a minute.

        Raises
        ------
        TooManyGuesses
            See ``sign_in``.
        """
        user = self._find(name)
        mark = hmac.digest(self._key, f"{len(name)}:{name}{password}".encode(), "sha256")
        if not self._is_remembered(mark, user):
            if not self._check(user, name, password, address):
                return None
            self._remember(mark, user)
        return Identity(user.name, user.role) if user else Identity(None, Role.ADMINISTER)

    def _had_users(self) -> bool:
        return not self._open_to_all and has_marker(self._home)

    def _find(self, name: str) -> User | None:
        """Return a user; None where the users cannot be read, but the server has a password."""
        try:
            return self._users().find(name) if is_user_name(name) else None
        except VitrinaError:
            if self._password:
                return None
            raise

    def _check(self, user: User | None, name: str, password: str, address: str) -> bool:
        """Return whether a password is right, at the pace of ``guesses``."""
        if user is None and (self._password or not is_user_name(name)):
            name = ""  # the same password goes with every other name, or none; it may be long
        with self._guesses.guess(address, name) as pause:
            if pause:
                raise TooManyGuesses(pause)
            right = self._is_right(user, password)
            (self._guesses.right if right else self._guesses.wrong)(address, name)
        return right

    def _is_right(self, user: User | None, password: str) -> bool:
        if not self._checks.acquire(timeout=1.0):
            raise TooManyGuesses(1.0)
        try:
            if user is None and self._password:
                return hmac.compare_digest(_digest(password), _digest(self._password))
            return is_password(password, user.password_hash if user else None)
        finally:
            self._checks.release()

    def _is_remembered(self, mark: bytes, user: User | None) -> bool:
        with self._lock:
            credential, until = self._remembered.get(mark, ("", 0.0))
        return credential == self._credential(user) and time.monotonic() < until

    def _remember(self, mark: bytes, user: User | None) -> None:
        with self._lock:
            until = time.monotonic() + _REMEMBERED_SECONDS
            self._remembered[mark] = (self._credential(user), until)
            while len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.popitem(last=False)

    def _credential(self, user: User | None) -> str:
        return user.password_hash if user else self._password or ""

    def _users(self) -> Users:
        return Users(Runs(self._home).database)

    def _sessions(self) -> Sessions:
        return Sessions(Runs(self._home).database)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
