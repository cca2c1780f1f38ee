"""Sends the messages of the outbox to the targets of the environment, with Apprise.

Targets are addresses of Apprise (``mailto://…``, ``slack://…``, ``json://…``): those in the
variable ``VITRINA_NOTIFY``, with spaces between them, and those in the file that
``VITRINA_NOTIFY_FILE`` names, one a line. They hold secrets, and are written nowhere.
"""

import hashlib
import importlib.util
import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from dashboard.jobs.outbox import (
    ARRIVED,
    CANDIDATE,
    DIVERGED,
    FAILED,
    FELL,
    FINISHED,
    REPLACED,
    Message,
    Outbox,
)
from dashboard.jobs.schema import TableError
from data.errors import BadInput
from data.i18n import N_, _

TARGETS, TARGETS_FILE = "VITRINA_NOTIFY", "VITRINA_NOTIFY_FILE"
_WEBHOOKS = {"json", "jsons", "xml", "xmls", "form", "forms"}
"""Schemes that take headers."""
_TITLES = {
    FINISHED: N_("Run {run} has finished"),
    FAILED: N_("Run {run} has failed"),
    DIVERGED: N_("Run {run} has diverged: its loss became NaN or infinite"),
    ARRIVED: N_("Dataset {dataset} has new data"),
    REPLACED: N_("Run {run} has replaced the model in service of {dataset}"),
    CANDIDATE: N_("Run {run} is a candidate for {dataset}; the model in service stays"),
    FELL: N_("The model in service of {dataset} has fallen"),
}


@dataclass(frozen=True)
class Target:
    """Where messages go.

    Attributes
    ----------
    address : str
        With its secrets: it must never be shown.
    """

    address: str

    @property
    def scheme(self) -> str:
        """The kind of target, such as ``mailto``; ``?`` where Apprise has none of that name.

        Whoever makes a mistake in an address may have a secret there.
        """
        import apprise

        scheme, mark, _rest = self.address.partition("://")
        known = apprise.NotificationManager()  # type: ignore[no-untyped-call] # no types
        is_known = mark and scheme.lower() in known
        return scheme.lower() if is_known else "?"

    @property
    def digest(self) -> str:
        """What stands for the target in the table."""
        return hashlib.sha256(self.address.encode()).hexdigest()[:16]

    def send(self, title: str, body: str, key: str) -> bool:
        """Send a message of plain text; False where the target did not take it.

        Webhooks get the key in the header ``Idempotency-Key``. An error of the library, a plug-in
        of any service, counts as no: its text may hold the address.
        """
        import apprise

        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines hold addresses
        service = apprise.Apprise()
        try:
            if not service.add(self._with_header(key)):
                return False
            text = apprise.NotifyFormat.TEXT
            return bool(service.notify(title=title, body=body, body_format=text))
        except Exception:  # of any service; its text may hold the address, so it is not logged
            return False

    def _with_header(self, key: str) -> str:
        if self.scheme not in _WEBHOOKS:
            return self.address
        mark = "&" if "?" in self.address else "?"
        return f"{self.address}{mark}+Idempotency-Key={quote(key, safe='')}"


def targets(environment: Mapping[str, str] = os.environ) -> list[Target]:
    """Return the targets of the environment and of the file that it names.

    Raises
    ------
    BadInput
        Where that file cannot be read, or Apprise is not installed.
    """
    words = environment.get(TARGETS, "").split()
    if file := environment.get(TARGETS_FILE):
        try:
            lines = Path(file).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(
                _("The file that {variable} names cannot be read.").format(variable=TARGETS_FILE)
            ) from error
        words += [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if words and importlib.util.find_spec("apprise") is None:
        raise BadInput(
            _("Notifications need Apprise; install it with: pip install 'vitrina[notify]'.")
        )
    return [Target(word) for word in dict.fromkeys(words)]


def text_of(message: Message) -> tuple[str, str]:
    """Return title and body of a message."""
    title = _(_TITLES.get(message.event, "{run}")).format(
        run=message.data.get("run"), dataset=message.data.get("dataset")
    )
    return title, str(message.data.get("message") or title)


class Notifier:
    """Sends messages in a thread of its own, so that the worker never waits for a target.

    Parameters
    ----------
    outbox : Outbox
    log : callable
        Receives a sentence on what could not be sent, without addresses.
    """

    def __init__(self, outbox: Outbox, log: Callable[[str], object]) -> None:
        self._outbox = outbox
        self._log = log
        self._problem = ""
        self._thread: threading.Thread | None = None

    def poll(self) -> bool:
        """Send what is due, in the background; return whether something is or is being sent."""
        if self._thread is not None and self._thread.is_alive():
            return True
        try:
            chosen = targets()
        except BadInput as error:
            self._say(str(error))
            return False
        if not chosen:
            self._outbox.drop_waiting()
            return False
        if not self._outbox.has_due():
            return False
        self._thread = threading.Thread(
            target=self._send_due, args=(chosen,), name="notifier", daemon=True
        )
        self._thread.start()
        return True

    def _send_due(self, chosen: Sequence[Target]) -> None:
        try:
            while (message := self._outbox.claim()) is not None:
                self._send(message, chosen)
        except TableError as error:
            self._say(str(error))

    def _send(self, message: Message, chosen: Sequence[Target]) -> None:
        title, body = text_of(message)
        delivered = list(message.delivered)
        for target in chosen:
            if target.digest in delivered:
                continue
            if target.send(title, body, message.key):
                delivered.append(target.digest)
            else:
                self._log(
                    _("A target ({scheme}) did not take the message about {key}.").format(
                        scheme=target.scheme, key=message.key
                    )
                )
        missing = any(target.digest not in delivered for target in chosen)
        self._outbox.record(message, delivered, missing)

    def _say(self, problem: str) -> None:
        """Log a problem once."""
        if problem != self._problem:
            self._problem = problem
            self._log(problem)
