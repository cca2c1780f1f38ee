"""Notifications: send a test, and list the messages of a home."""

import secrets
import time
from dataclasses import dataclass

from dashboard.jobs.notifier import TARGETS, TARGETS_FILE, targets
from dashboard.jobs.outbox import Message
from dashboard.jobs.runs_table import Runs
from data.errors import BadInput
from data.home import Home
from data.i18n import _

LISTED = 50


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


def messages(home: Home) -> list[Message]:
    """Return the newest messages, the latest first."""
    return Runs(home).outbox.newest(LISTED)
