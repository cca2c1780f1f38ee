"""Clients that are slow, silent or many: the others are served all the same."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from dashboard.web import server as module
from dashboard.web.server import Server

ROOM = 10


def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body) + 2))])
    return [b"ok", body]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that listens on this machine, with room for few connections."""
    monkeypatch.setattr(module, "MOST_CONNECTIONS", ROOM)
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(application, listener, largest_request=1_000)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server
    server.task_dispatcher.shutdown()
    server.asyncore.close_all(server._map)
    thread.join()


def connect(server: Server, start: bytes = b"") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.effective_port), timeout=30)
    client.sendall(start)
    return client


def get(server: Server, body: bytes = b"") -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", server.effective_port, timeout=30)
    connection.request("POST", "/", body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def is_closed(client: socket.socket) -> bool:
    """Wait until the server closes a connection or answers over it; return whether it closed."""
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("start", [b"", b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"])
def test_connections_that_wait_for_their_client_give_way(server: Server, start: bytes) -> None:
    silent = [connect(server, start) for _number in range(3 * ROOM)]
    assert get(server, b"a") == (200, b"oka")
    assert all(map(is_closed, silent[:ROOM]))


def test_the_client_with_most_connections_gives_way(server: Server) -> None:
    other = connect(server)
    other.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n")
    assert get(server)[0] == 200
    [channel] = [one for one in server.active_channels.values() if one.request is not None]
    channel.addr = ("192.0.2.1", 1)
    many = [connect(server) for _number in range(3 * ROOM)]
    assert is_closed(many[0])
    other.sendall(b"Content-Length: 1\r\n\r\na")
    assert other.recv(12) == b"HTTP/1.1 200"


def test_a_request_has_to_arrive_in_time(server: Server) -> None:
    slow, idle = connect(server, b"GET / HTTP/1.1\r\n"), connect(server)
    assert get(server)[0] == 200
    [channel] = [one for one in server.active_channels.values() if one.request is not None]
    seconds = module.REQUEST_SECONDS
    channel.last_activity += seconds  # a byte comes every now and then
    server.maintenance(channel.began + seconds - 1)
    assert is_closed(idle)
    assert channel.connected
    server.maintenance(channel.began + seconds + 1)
    assert is_closed(slow)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(server: Server) -> None:
    client = connect(server, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
    assert client.recv(12) == b"HTTP/1.1 413"


def test_a_request_of_two_lengths_is_refused_with_what_follows_it(server: Server) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
    client = connect(server, head + b"0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
    answered = b"".join(iter(lambda: client.recv(4096), b""))
    assert answered.startswith(b"HTTP/1.1 400")
    assert answered.count(b"HTTP/1.1") == 1
