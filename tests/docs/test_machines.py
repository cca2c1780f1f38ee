"""What the guide says of several machines is done with a real PostgreSQL server."""

import json
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dashboard.cli import run
from dashboard.jobs.node import NODE, node_name
from data.home import DATABASE, STORE
from data.sharing.cache_limit import CACHE_LIMIT, limit_of_environment
from docs.site import DOCS
from tests.docs.guide import blocks
from tests.faults.test_ray import ON_RAY
from tests.postgres import Postgres
from tests.stores import on_s3

PAGE = DOCS / "en" / "machines.md"
SECONDS = 60


def listed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the machines whose workers are ready."""
    capsys.readouterr()
    assert run(["workers", "list", "--json"]) == 0
    return [row["node"] for row in json.loads(capsys.readouterr().out) if row["alive"]]


def exports() -> dict[str, list[str]]:
    """Return the values that the page gives each variable, in order."""
    values: dict[str, list[str]] = {}
    for name, value in re.findall(
        r"^export (\w+)='?([^'\n]+)", PAGE.read_text("utf-8"), re.MULTILINE
    ):
        values.setdefault(name, []).append(value)
    return values


@pytest.fixture
def server(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database and the environment of the page; its host is the server of the tests."""
    shown = blocks(PAGE)
    statements = next(block.text for block in shown if block.kind == "sql")
    for statement in filter(str.strip, statements.split(";")):
        postgres.execute(statement)
    (shown_url,) = exports()[DATABASE]
    url = shown_url.replace("@db.example/vitrina", f"@/vitrina?host={postgres.address}")
    assert url != shown_url
    monkeypatch.setenv(DATABASE, url)
    monkeypatch.setenv("VITRINA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(NODE, "gpu-1")


@pytest.mark.slow
def test_a_worker_joins_is_listed_and_let_finish(
    server: None, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = [words for block in blocks(PAGE) for words in block.commands]
    names = [words[0] for words in commands]
    assert names == ["datasets", "serve", "worker", "worker", "workers", "workers"]
    _datasets, _serve, work, ray, _list, drain = commands
    assert ray == ["worker", *ON_RAY]  # tests/faults/test_ray.py runs it in a cluster
    program = "from dashboard.cli import main; main()"
    worker = subprocess.Popen([sys.executable, "-c", program, *work])
    deadline = time.monotonic() + SECONDS
    while listed(capsys) != [node_name()]:
        assert worker.poll() is None, shlex.join(work)
        assert time.monotonic() < deadline
    assert run(drain) == 0
    assert worker.wait(SECONDS) == 0
    assert listed(capsys) == []


@pytest.mark.slow
@on_s3
def test_what_one_machine_imports_is_listed_on_another(
    postgres: Postgres,
    store_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (shown_store,), (limit,) = exports()[STORE], exports()[CACHE_LIMIT]
    assert shown_store.startswith("s3://")
    monkeypatch.setenv(DATABASE, postgres.new_schema())
    monkeypatch.setenv(STORE, store_url)
    monkeypatch.setenv(CACHE_LIMIT, limit)
    assert limit_of_environment() == 50_000_000_000
    monkeypatch.setenv("VITRINA_HOME", str(tmp_path / "first"))
    assert run(["demo", "--buyers", "200"]) == 0
    monkeypatch.setenv("VITRINA_HOME", str(tmp_path / "second"))
    capsys.readouterr()
    (words,) = (
        words for block in blocks(PAGE) for words in block.commands if words == ["datasets"]
    )
    assert run(words) == 0
    assert "demo" in capsys.readouterr().out
