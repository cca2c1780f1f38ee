"""Connections to a database: which URLs are refused, and what transactions promise."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import insert, select, update

from dashboard.jobs.database import Database
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import SETTINGS, Unreachable
from data.errors import BadInput
from data.home import Home
from tests.databases import on_both_databases

SECRET = "opensesame"


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://me:{SECRET}@host/name",
        f"postgresql://me:{SECRET}@host/name",
        f"no url at all {SECRET}",
        f"postgresql+psycopg://me:{SECRET}@[::1/name",
        "",
    ],
)
def test_another_url_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(BadInput, match=r"postgresql\+psycopg://user:password@host/name") as refusal:
        Database(url)
    assert SECRET not in str(refusal.value)


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(BadInput, match=r"pip install 'vitrina\[postgres\]'"):
        Database("postgresql+psycopg://host/name")


@pytest.mark.parametrize("address", ["127.0.0.1:9", "/no/such/folder"])
def test_a_server_that_does_not_answer_is_named_without_the_password(address: str) -> None:
    pytest.importorskip("psycopg")
    place = f"/name?host={address}" if address.startswith("/") else f"{address}/name"
    user = f"me:{SECRET}@"
    with pytest.raises(Unreachable, match="cannot be reached") as refusal:
        Database(f"postgresql+psycopg://{user}{place}")
    assert SECRET not in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_the_password_is_not_printed_with_a_home(home: Home) -> None:
    assert SECRET not in repr(Home(home.path, f"postgresql+psycopg://me:{SECRET}@host/name"))


def test_a_reader_sees_one_snapshot(runs: Runs) -> None:
    with runs.database.read() as connection:
        before = connection.execute(select(SETTINGS)).all()
        runs.queue.pause()
        assert connection.execute(select(SETTINGS)).all() == before
    assert runs.queue.paused()


def test_a_transaction_that_reads_and_then_writes_runs_alone(runs: Runs) -> None:
    with runs.database.write() as connection:
        connection.execute(insert(SETTINGS).values(name="number", value=0))
    together = Barrier(6)

    def count(_thread: int) -> None:
        together.wait()
        for _time in range(10):
            with runs.database.write() as connection:
                number = connection.execute(
                    select(SETTINGS.c.value).where(SETTINGS.c.name == "number")
                ).scalar_one()
                connection.execute(
                    update(SETTINGS).where(SETTINGS.c.name == "number").values(value=number + 1)
                )

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(count, range(6)))
    with runs.database.read() as connection:
        query = select(SETTINGS.c.value).where(SETTINGS.c.name == "number")
        assert connection.execute(query).scalar() == 60


def test_what_a_block_wrote_before_an_error_is_undone(runs: Runs) -> None:
    def fail() -> None:
        with runs.database.write() as connection:
            connection.execute(insert(SETTINGS).values(name="paused", value=True))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not runs.queue.paused()


@on_both_databases
def test_a_text_that_one_of_the_databases_cannot_hold_is_refused_by_both(runs: Runs) -> None:
    for rows in ({"name": "a\x00b", "value": 0}, [{"name": "a\ud800b", "value": 0}]):
        with pytest.raises(BadInput), runs.database.write() as connection:
            connection.execute(insert(SETTINGS), rows)


def test_a_connection_keeps_little_of_a_large_file_in_memory(
    tmp_path: Path,
) -> None:
    file = tmp_path / "large.db"
    database = Database(f"sqlite:///{file}")
    values = [{"name": f"setting {number}", "value": "x" * 1000} for number in range(3_000)]
    with database.write() as connection:
        connection.execute(insert(SETTINGS), values)
    with database.read() as connection:
        assert len(connection.execute(select(SETTINGS)).all()) == 3_000
        kibibytes = -connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    database.close()
    assert file.stat().st_size > 10 * 1024 * kibibytes
