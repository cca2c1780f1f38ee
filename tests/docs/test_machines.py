"""What the guide says of several machines is done with a real PostgreSQL server."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from dashboard.cli import run
from dashboard.jobs.database import of_url
from dashboard.jobs.node import NODE, node_name
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from data.home import DATABASE, STORE, Home
from data.sharing.cache_limit import CACHE_LIMIT, limit_of_environment
from docs.site import DOCS
from tests.dashboard.shop import copy_shop
from tests.databases import on_postgresql
from tests.docs.guide import blocks, started
from tests.faults.conftest import write_log
from tests.faults.ray_nodes import RayNodes
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
def server(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database and the environment of the page; its host is the server of the tests."""
    statements = next(block.text for block in blocks(PAGE) if block.kind == "sql")
    for statement in filter(str.strip, statements.split(";")):
        postgres.execute(statement)
    (shown_url,) = exports()[DATABASE]
    url = shown_url.replace("@db.example/vitrina", f"@/vitrina?host={postgres.address}")
    assert url != shown_url
    monkeypatch.setenv(DATABASE, url)
    monkeypatch.setenv("VITRINA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(NODE, "gpu-1")
    yield
    of_url(url).close()
    of_url.cache_clear()  # the next database has the same address
    postgres.execute("DROP DATABASE vitrina WITH (FORCE)")
    postgres.execute("DROP ROLE vitrina")


def shown(*begin: str) -> list[str]:
    """Return the one command of the page that begins with some words."""
    (words,) = (
        words
        for block in blocks(PAGE)
        for words in block.commands
        if words[: len(begin)] == list(begin)
    )
    return words


def until_listed(
    machine: str, worker: "subprocess.Popen[str]", capsys: pytest.CaptureFixture[str]
) -> None:
    deadline = time.monotonic() + SECONDS
    while listed(capsys) != [machine]:
        assert worker.poll() is None
        assert time.monotonic() < deadline


def test_every_command_of_the_page_is_run_below() -> None:
    names = [words[0] for block in blocks(PAGE) for words in block.commands if "move" not in words]
    assert names == ["datasets", "serve", "worker", "worker", "workers", "workers"]


@pytest.mark.slow
def test_a_worker_joins_is_listed_and_let_finish(
    server: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with started(*shown("worker", "--slots")) as worker:
        until_listed(node_name(), worker, capsys)
        assert run(shown("workers", "list")) == 0
        assert run(shown("workers", "drain")) == 0
        assert worker.wait(SECONDS) == 0
    assert listed(capsys) == []


@pytest.mark.slow
def test_a_server_answers_beside_the_workers(server: None) -> None:
    with started(*shown("serve"), "--port", "0") as process:
        assert process.stdout is not None
        address = re.search(r"http://[\d.]+:\d+", process.stdout.readline())
        assert address
        with urlopen(f"{address.group()}/health", timeout=SECONDS) as answer:
            assert json.load(answer)["worker"]["alive"] is False


@pytest.mark.slow
@pytest.mark.fault
@pytest.mark.timeout(300)
def test_a_worker_gives_runs_to_a_ray_cluster(
    server: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    cluster = RayNodes([tmp_path / "unused"])
    try:
        monkeypatch.setenv("RAY_ADDRESS", cluster.address)
        with started(*shown("worker", *ON_RAY)) as worker:
            until_listed(f"ray@{node_name()}", worker, capsys)
            runs = Runs(Home.default())
            log = write_log(tmp_path / "tiny.csv")
            name = runs.create("import", "tiny", {"files": [str(log)]})
            deadline = time.monotonic() + SECONDS
            while not runs.get(name).ended:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            assert runs.get(name).state is State.FINISHED
            assert runs.get(name).node == f"ray@{node_name()}"
    finally:
        cluster.close()


@on_s3
@on_postgresql
def test_a_home_is_moved_as_the_page_does(
    own_laptop: Path,
    *,
    database_url: str,
    store_url: str,
    postgres: Postgres,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commands = [words for block in blocks(PAGE) for words in block.commands if "move" in words]
    targets = [(database_url, store_url), (postgres.new_schema(), str(tmp_path / "mounted"))]
    monkeypatch.chdir(own_laptop.parent)
    for words, (database, place) in zip(commands, targets, strict=True):
        *begin, _database, option, _place = words
        assert run([*begin, database, option, place]) == 0
        where = ["--home", place] if option == "--to-home" else ["--store", place]
        if option == "--to-store":
            where += ["--home", str(tmp_path / "empty")]
        capsys.readouterr()
        assert run(["--database", database, *where, "datasets", "--json"]) == 0
        assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["toy"]


@pytest.fixture
def own_laptop(trained_shop: Path, tmp_path: Path) -> Path:
    """The folder that the page moves."""
    home, _run = copy_shop(trained_shop, tmp_path / "shop")
    return home.path.rename(tmp_path / "laptop")


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
    assert run(shown("datasets")) == 0
    assert "demo" in capsys.readouterr().out
