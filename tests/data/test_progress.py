"""Long statements of DuckDB: they end when they are asked to, however that is."""

import signal
import threading
from collections.abc import Iterator

import duckdb
import pytest

from data.datasets.database import connect
from data.errors import Cancelled, damaged_unless_read, is_interruption
from data.progress import execute, never

LONG = "SELECT count(*) FROM range(1_000_000_000_000) WHERE random() < 0.5"


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as connection:
        connection.execute("SET enable_progress_bar = true")
        connection.execute("SET enable_progress_bar_print = false")
        yield connection


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Let SIGINT interrupt: a shell that starts the tests in the background leaves it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_statement_ends_before_the_interruption_is_raised(
    connection: duckdb.DuckDBPyConnection, ctrl_c: None
) -> None:
    main = threading.main_thread().ident
    assert main is not None
    interrupt = threading.Timer(0.05, signal.pthread_kill, (main, signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):  # Ctrl-C, while it waits
        execute(connection, LONG, lambda _share: interrupt.ident or interrupt.start(), never)
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_statement_is_cancelled(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(Cancelled):
        execute(connection, LONG, lambda _share: None, lambda: True)
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_ctrl_c_within_a_statement_is_not_taken_for_damage(
    connection: duckdb.DuckDBPyConnection, ctrl_c: None
) -> None:
    main = threading.main_thread().ident
    assert main is not None
    threading.Timer(0.05, signal.pthread_kill, (main, signal.SIGINT)).start()
    with (
        pytest.raises((KeyboardInterrupt, RuntimeError)) as interrupted,
        damaged_unless_read("the file is damaged"),
    ):
        connection.execute(LONG).fetchall()
    assert is_interruption(interrupted.value)
