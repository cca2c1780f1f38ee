"""Answers of callbacks that are made once for all who ask for the same.

Everybody who watches a run asks for the same chart each time that the run has made a step. Making
and encoding it takes many times as long as sending it.
"""

import time
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from concurrent.futures import Future
from threading import Lock
from typing import Any

from flask import Flask, Response, g, request

from dashboard.context import current_identity
from dashboard.web.errors import CALLBACKS as CALLBACK_PATH
from dashboard.web.permissions import callback_name
from data.i18n import language

SHARED = frozenset(
    f"dashboard.pages.runs.run_page.{name}"
    for name in ("show_steps", "show_epochs", "show_pace", "show_log")
)
"""The callbacks whose answers are shared: they depend on their arguments and on the run alone."""

SECONDS = 2.0
"""How long an answer is sent again."""

_MOST_ANSWERS = 64
_PATIENCE_SECONDS = 10.0
_COOKIES = ("theme", "zone")

Answer = tuple[bytes, dict[str, str]]


class SharedAnswers:
    """The last answers, by all that they depend on."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, tuple[Future[Answer | None], float]] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable) -> Answer | None:
        """Return an answer, which another request may be making; None for whoever has to make it.

        Whoever gets None has to call ``keep``.
        """
        with self._lock:
            future, until = self._answers.get(key, (None, 0.0))
            if future is None or time.monotonic() > until:
                self._answers[key] = (Future(), time.monotonic() + SECONDS)
                self._answers.move_to_end(key)
                while len(self._answers) > _MOST_ANSWERS:
                    self._answers.popitem(last=False)
                return None
        try:
            return future.result(_PATIENCE_SECONDS)
        except TimeoutError:
            return None

    def keep(self, key: Hashable, answer: Answer | None) -> None:
        """Pass an answer to all who wait for it; None where it could not be made."""
        with self._lock:
            future, _until = self._answers.get(key, (None, 0.0))
            if answer is None:
                self._answers.pop(key, None)
        if future is not None and not future.done():
            future.set_result(answer)


def share_answers(server: Flask, callbacks: Mapping[str, Mapping[str, Any]]) -> None:
    """Let a server make the answers of ``SHARED`` once for all who ask for the same.

    Parameters
    ----------
    server : Flask
    callbacks : mapping
        The ``callback_map`` of Dash; that the request is for one of them, and that whoever sends it
        may call it, was checked before.
    """
    answers = SharedAnswers()

    @server.before_request
    def find() -> Response | None:
        if request.path != CALLBACK_PATH:
            return None
        if callback_name(callbacks[request.get_json()["output"]]) not in SHARED:
            return None
        key = _key()
        answer = answers.find(key)
        if answer is None:
            g.shared_answer = key
            return None
        body, headers = answer
        return Response(body, headers=headers)

    @server.teardown_request
    def give_up(_error: BaseException | None) -> None:
        if "shared_answer" in g:
            answers.keep(g.pop("shared_answer"), None)

    def keep(response: Response) -> Response:
        if "shared_answer" in g and response.status_code == 200:
            headers = {name: response.headers[name] for name in _SENT if name in response.headers}
            answers.keep(g.pop("shared_answer"), (response.get_data(), headers))
        return response

    # Functions behind a request run in reverse order: as the first one it runs last, and keeps
    # what has been compressed.
    server.after_request_funcs.setdefault(None, []).insert(0, keep)


_SENT = ("Content-Type", "Content-Encoding", "Vary")


def _key() -> Hashable:
    """Return all that an answer may depend on, but the run."""
    identity = current_identity()
    return (
        request.get_data(),
        language(),
        tuple(request.cookies.get(name) for name in _COOKIES),
        identity.role if identity else None,
        request.headers.get("Accept-Encoding"),
    )
