"""A WSGI application that responds while the real one is being imported.

The import of pandas, DuckDB and onnxruntime takes seconds on a small machine. Until it is done,
``/health`` responds with the status ``starting`` and every other request waits.
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
    """A WSGI application that creates another one in a thread and then delegates to it.

    Parameters
    ----------
    make : callable
        Creates the WSGI application; called once, in a thread. If it raises, the main thread gets a
        ``KeyboardInterrupt`` and ``error`` holds the exception.

    Attributes
    ----------
    error : BaseException or None
        Exception that ``make`` raised.

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
        """Respond to ``/health`` at once, and to other requests when the application exists."""
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
