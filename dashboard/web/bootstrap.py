"""The first seconds of the web server: it answers at once, while the application is being made.

Making the application imports pandas, DuckDB and onnxruntime, which takes seconds on a small
machine. Until that is done ``/health`` says ``starting``; every other request waits for its answer.
"""

import _thread
import json
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from threading import Thread
from typing import Any

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
HEALTH = "/health"


class Starting:
    """A WSGI application that stands in for one that is still being made.

    Parameters
    ----------
    make : callable
        Returns the WSGI application; called once, in a thread of its own. Where it raises, the
        main thread gets a ``KeyboardInterrupt`` and ``error`` says why.

    Attributes
    ----------
    error : BaseException or None
        What ``make`` raised.

    Examples
    --------
    >>> def hello(environ, start_response):
    ...     start_response("200 OK", [])
    ...     return [b"hello"]
    >>> list(Starting(lambda: hello)({"PATH_INFO": "/"}, lambda status, headers: None))
    [b'hello']
    """

    def __init__(self, make: Callable[[], WSGI]) -> None:
        self.error: BaseException | None = None
        self._application: Future[WSGI] = Future()
        Thread(target=self._make, args=(make,), daemon=True).start()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a request: health at once, anything else when the application is there."""
        if environ["PATH_INFO"] == HEALTH and not self._application.done():
            body = json.dumps({"status": "starting", "worker": None}).encode()
            headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
            start_response("200 OK", headers)
            return [body]
        return self._application.result()(environ, start_response)

    def _make(self, make: Callable[[], WSGI]) -> None:
        try:
            self._application.set_result(make())
        except BaseException as error:
            self.error = error
            self._application.set_exception(error)
            _thread.interrupt_main()
