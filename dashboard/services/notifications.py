"""Messages about events: list them, count the unread ones, send a test to the targets."""

import math
import secrets
import time
from dataclasses import dataclass

from dashboard.jobs.inbox import LISTED, Entry
from dashboard.jobs.notifier import TARGETS, TARGETS_FILE, targets
from dashboard.jobs.outbox import Message
from dashboard.jobs.queue import set_setting, setting
from dashboard.jobs.runs_table import Runs
from data.errors import BadInput
from data.home import Home
from data.i18n import _

TEST_PAUSE = 30.0
"""Seconds between two test messages that are sent from the page."""
_LAST_TEST = "last_test_message"
"""Setting of the home: when the last one was sent, in seconds since 1970 UTC."""


@dataclass(frozen=True)
class Answer:
    """Whether a target took a test message; its address is not shown."""

    number: int
    scheme: str
    taken: bool


def send_test() -> list[Answer]:
    """Send a test message to every target of the environment, and return what each answered.

    Raises
    ------
    BadInput
        Where there is no target, or Apprise is not installed.
    """
    chosen = targets()
    if not chosen:
        raise BadInput(
            _("There is no target; name some in {variable} or in a file in {file}.").format(
                variable=TARGETS, file=TARGETS_FILE
            )
        )
    key = f"test/{int(time.time())}/{secrets.token_hex(4)}"
    title = _("Vitrina can reach you")
    body = _("This is a test: runs that end or fail are told like this.")
    return [
        Answer(number, target.scheme, target.send(title, body, key))
        for number, target in enumerate(chosen, start=1)
    ]


def send_test_from_page(home: Home) -> list[Answer]:
    """Send a test message as ``send_test`` does, unless one was sent a moment ago.

    Raises
    ------
    BadInput
        Also where one was.
    """
    runs = Runs(home)
    now = runs.clock()
    with runs.database.write() as connection:
        wait = setting(connection, _LAST_TEST, 0.0) + TEST_PAUSE - now
        if 0 < wait <= TEST_PAUSE:
            raise BadInput(
                _("A test message was sent a moment ago; wait {seconds} seconds.").format(
                    seconds=math.ceil(wait)
                )
            )
        set_setting(connection, _LAST_TEST, now)
    return send_test()


def unread(home: Home, user: str | None) -> int:
    """Return how many of the newest messages a user has not read."""
    return Runs(home).inbox.unread(user)


def open_inbox(home: Home, user: str | None) -> list[Entry]:
    """Return the newest messages, the latest first, and note that a user has read them."""
    inbox = Runs(home).inbox
    entries = inbox.entries(user)
    if unread := [entry.message.key for entry in entries if not entry.is_read]:
        inbox.read(user, unread)
    return entries


def messages(home: Home) -> list[Message]:
    """Return the newest messages, the latest first."""
    return Runs(home).outbox.newest(LISTED)
