"""Ctrl-C within a statement of DuckDB.

DuckDB asks for signals between two of its tasks, and a task may last as long as the statement.
"""

import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    import duckdb

_AGAIN_SECONDS, _TIMES = 0.1, 10
_connections: "WeakSet[duckdb.DuckDBPyConnection]" = WeakSet()
_lock = threading.Lock()


def add_connection(connection: "duckdb.DuckDBPyConnection") -> None:
    """Let Ctrl-C end the statements of a connection, where the main thread opened it."""
    if threading.current_thread() is threading.main_thread():
        with _lock:
            _connections.add(connection)


@contextlib.contextmanager
def statements_end_at_ctrl_c() -> Iterator[None]:
    """End statements of the main thread as soon as Ctrl-C is typed, while the block runs.

    The main thread runs no signal handler of Python meanwhile; a thread learns of the signal
    through the wakeup file descriptor. Processes that handle SIGINT in another way than by a
    KeyboardInterrupt decide for themselves what ends.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    ended = threading.Event()
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reader, ended), daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        ended.set()
        writer.close()


def _watch(reader: socket.socket, ended: threading.Event) -> None:
    with reader:
        while numbers := reader.recv(1):  # empty once the other end is closed
            if numbers[0] == signal.SIGINT:
                _interrupt_statements(ended)


def _interrupt_statements(ended: threading.Event) -> None:
    """Interrupt now, and a few times more: a statement that only begins now misses the first."""
    for _time in range(_TIMES):
        if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            return
        with _lock:
            open_connections = list(_connections)
        for connection in open_connections:
            with contextlib.suppress(Exception):  # DuckDB's, where it has been closed meanwhile
                connection.interrupt()
        if ended.wait(_AGAIN_SECONDS):
            return
