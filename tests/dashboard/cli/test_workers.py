"""``vitrina workers`` lists the machines that carry out runs, and lets one finish."""

import json

import pytest

from dashboard.cli import run as type_command
from dashboard.jobs import lease
from dashboard.jobs.node import NODE
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from data.home import Home
from tests.databases import on_both_databases, on_postgresql

HERE = Process.current()


@pytest.fixture
def options(home: Home, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options that name the home and its database."""
    monkeypatch.setattr(lease, "LISTEN_SECONDS", 0.3)
    url = home.database_url
    return ["--home", str(home.path), *(["--database", url] if url else [])]


@on_both_databases
def test_a_worker_is_listed_with_what_it_does(
    home: Home, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    runs = Runs(home)
    runs.lease.take(HERE, None, over=None, slots=2, labels=["gpu", "large"])
    runs.lease.renew(HERE, {"load": 1.5, "cores": 8, "memory": 3e9, "memory_total": 4e9})
    run = runs.create("train", "demo", {})
    runs.queue.claim()
    assert type_command([*options, "workers", "list", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row.items() >= {"node": runs.node, "pid": HERE.pid, "alive": True, "slots": 2}.items()
    assert (row["runs"], row["labels"]) == ([run], ["gpu", "large"])
    assert type_command([*options, "workers", "list"]) == 0
    table = capsys.readouterr().out
    assert table.splitlines()[1].split()[-9:-2] == ["working", "2", "1.5", "/", "8", "75%", run]
    assert table.splitlines()[1].endswith("gpu, large")


@on_postgresql
def test_a_worker_elsewhere_that_is_not_heard_is_lost(
    home: Home,
    options: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(NODE, "far")
    Runs(home).lease.take(HERE, None, over=None)
    monkeypatch.setenv(NODE, "near")
    assert type_command([*options, "workers", "list"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[:2] == ["far", "lost"]


@on_postgresql
def test_a_worker_is_drained_by_the_name_of_its_machine(
    home: Home, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    runs = Runs(home)
    runs.lease.take(HERE, None, over=None)
    assert type_command([*options, "workers", "drain", runs.node]) == 0
    holder = runs.lease.holder()
    assert holder is not None
    assert holder.draining
    assert type_command([*options, "workers", "drain", "nowhere"]) == 2
    assert "no worker on nowhere" in capsys.readouterr().err
