"""The HTTP server: waitress, with limits for clients that are slow or hold many connections.

waitress reads and writes every connection in one thread and gives complete requests to others, so a
slow client holds up none of these. It does hold a connection, and waitress accepts no more than a
number of them.
"""

import logging
import socket
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

THREADS = 4
"""Requests answered at the same time; with eight, which wait for the interpreter's lock after each
call of the database, thirty polling pages had some 270 ms at the 95th percentile instead of 210."""
MOST_CONNECTIONS = 200
"""Connections beyond which one that waits for its client is closed for each new one."""
IDLE_SECONDS = 30
"""Seconds after which a connection is closed over which nothing comes or goes."""
REQUEST_SECONDS = 60
"""Seconds within which a request has to arrive as a whole."""

_CLEANUP_SECONDS = 5
_FORWARDED = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}


class Server(TcpWSGIServer):  # type: ignore[misc] # waitress has no types
    """Serves a WSGI application over an open socket.

    Parameters
    ----------
    application : callable
        The WSGI application.
    listener : socket
        Bound to the address to serve.
    largest_request : int
        Bytes of a request's body at most; more is refused before it is stored anywhere.
    proxy : str, optional
        Address of the proxy in front, whose ``X-Forwarded-`` headers are believed.
    """

    def __init__(
        self,
        application: Callable[..., Any],
        listener: socket.socket,
        *,
        largest_request: int,
        proxy: str | None = None,
    ) -> None:
        self.channel_class = _Channel
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it logs every wait
        settings = Adjustments(
            sockets=[listener],
            threads=THREADS,
            connection_limit=2 * MOST_CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=_CLEANUP_SECONDS,
            max_request_body_size=largest_request,
            trusted_proxy=proxy,
            trusted_proxy_headers=_FORWARDED if proxy else set(),
            clear_untrusted_proxy_headers=True,
        )
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(THREADS)
        super().__init__(
            application,
            _sock=listener,
            dispatcher=dispatcher,
            adj=settings,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )

    def handle_accept(self) -> None:
        """Accept a connection, and make room for it."""
        super().handle_accept()
        if len(self.active_channels) > MOST_CONNECTIONS:
            self._close_one()

    def maintenance(self, now: float) -> None:
        """Close connections that are idle, or whose request takes too long to arrive."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.is_late(now):
                channel.will_close = True

    def _close_one(self) -> None:
        """Close the connection that waits longest, of the client that has most of those."""
        waiting = [channel for channel in self.active_channels.values() if channel.is_waiting()]
        if not waiting:
            return
        clients = Counter(channel.addr[0] for channel in waiting)
        most = max(clients.values())
        channels = [channel for channel in waiting if clients[channel.addr[0]] == most]
        min(channels, key=lambda channel: channel.began).will_close = True


class _Request(HTTPRequestParser):  # type: ignore[misc] # waitress has no types
    """A request, which has one length alone: a proxy in front may go by another than waitress."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the header; raise ParsingError, which is answered by 400, where it has two."""
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Both Content-Length and Transfer-Encoding")


class _Channel(HTTPChannel):  # type: ignore[misc] # waitress has no types
    """A connection, which knows when the request that it receives began.

    Attributes
    ----------
    began : float
        When the first bytes of the request came; before the first request, the connection itself.
    """

    parser_class = _Request

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.began = self.creation_time

    def received(self, data: bytes) -> bool:
        """Take bytes of the client."""
        if self.request is None:
            self.began = time.time()
        return bool(super().received(data))

    def is_waiting(self) -> bool:
        """Return whether the server waits for the client."""
        return not self.requests and not self.will_close

    def is_late(self, now: float) -> bool:
        """Return whether a request has not arrived as a whole in time."""
        return self.request is not None and self.began < now - REQUEST_SECONDS
