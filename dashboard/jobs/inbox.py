"""Which of the newest messages about events each user has read."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from dashboard.jobs.outbox import Message, newest_messages
from dashboard.jobs.queue import set_setting, setting
from dashboard.jobs.repository import Repository
from dashboard.jobs.schema import OUTBOX

LISTED = 50
"""Newest messages that a user sees."""
_READ = "messages_read"
"""Setting of the home: the keys of the listed messages that each user has read."""


@dataclass(frozen=True)
class Entry:
    """A message, and whether the user has read it."""

    message: Message
    is_read: bool


class Inbox:
    """The newest messages of a home as each user sees them.

    Whoever need not sign in, or knows only the password of the server, is one user (None).

    Parameters
    ----------
    repository : Repository
        The database.
    """

    def __init__(self, repository: Repository) -> None:
        self._database = repository.database

    def entries(self, user: str | None) -> list[Entry]:
        """Return the newest messages, the latest first."""
        with self._database.read() as connection:
            read = _keys_read(connection, user)
            messages = newest_messages(connection, LISTED)
        return [Entry(message, message.key in read) for message in messages]

    def unread(self, user: str | None) -> int:
        """Return how many of the newest messages the user has not read."""
        with self._database.read() as connection:
            return len(_newest_keys(connection) - _keys_read(connection, user))

    def read(self, user: str | None, keys: Collection[str]) -> None:
        """Note that a user has read messages."""
        with self._database.write() as connection:
            read = _keys_read(connection, user) | set(keys)
            everybody = setting(connection, _READ, {})
            mine = {user or "": sorted(read & _newest_keys(connection))}
            set_setting(connection, _READ, everybody | mine)


def _keys_read(connection: Connection, user: str | None) -> set[str]:
    return set(setting(connection, _READ, {}).get(user or "", ()))


def _newest_keys(connection: Connection) -> set[str]:
    newest = select(OUTBOX.c.key).order_by(OUTBOX.c.id.desc()).limit(LISTED)
    return set(connection.execute(newest).scalars())
