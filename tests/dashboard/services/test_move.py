"""The home of one machine is moved into a database, and into a store or a folder: whole or not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, insert, select

import dashboard.services.move as service
from dashboard.cli import run as type_command
from dashboard.identity import Role
from dashboard.jobs.database import Database
from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import METADATA, SESSIONS, SETTINGS
from dashboard.jobs.shared_home import check_home
from dashboard.jobs.states import State
from dashboard.jobs.stored_folders import StoredFolders
from dashboard.jobs.table_copy import OF_PLACE
from dashboard.services.move import MoveCounts, move
from dashboard.services.recommendations import recommend
from dashboard.services.verification import verify
from dashboard.users.users import Users
from data.datasets import renaming
from data.datasets.store import Store
from data.errors import BadInput, VitrinaError
from data.home import Home
from tests.dashboard.services.test_backup import files_of, left
from tests.databases import on_both_databases, on_postgresql
from tests.stores import KEYS, S3, on_both_stores, on_s3

MESSAGES: list[str] = []
Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def target(tmp_path: Path, database_url: str | None) -> str:
    """The URL of a new database."""
    return database_url or f"sqlite:///{tmp_path / 'team.db'}"


@pytest.fixture
def laptop(own_shop: tuple[Home, str]) -> Iterator[Home]:
    """A home with a row in every table."""
    home, run = own_shop
    runs = Runs(home)
    runs.create("train", "toy", {"epochs": 3}, label="ñandú", tags=["a", "b"])
    claimed = runs.queue.claim()
    assert claimed is not None
    runs.attempts.begin(claimed.run, claimed.attempt, Process.current())
    points = [Point(epoch, None, "loss", 1 / epoch, 1.5) for epoch in range(1, 4)]
    runs.metric_writer.append(claimed.run, claimed.attempt, points)
    runs.attempts.end(claimed.run, claimed.attempt, State.INTERRUPTED, "killed", "It was killed.")
    runs.create("train", "toy", {"epochs": 5})
    runs.deletion.soft_delete(runs.create("train", "toy", {}))
    runs.placements.set("toy", "home-page", {"recent_days": 30}, user="ana")
    runs.placements.set("toy", "checkout", {})
    runs.placements.remove("toy", "checkout")
    runs.promotions.promote(run, user="ana")
    runs.queue.set_parallel(3)
    runs.outbox.add("run.finished", run, {"run": run, "none": None})
    Users(runs.database).add("ana", "a long password", Role.TRAIN)
    with runs.database.write() as connection:
        connection.execute(insert(SESSIONS).values(id="a", user="ana", signature="s", expires=9.5))
    yield home
    runs.close()


def rows(database: Database) -> Rows:
    """Return the rows of each table that are no matter of one place."""
    with database.read() as connection:
        return {
            table.name: sorted(_rows(connection, table), key=repr)
            for table in METADATA.sorted_tables
            if table not in OF_PLACE
        }


def _rows(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    query = select(table)
    if table is SETTINGS:
        own = ("home", "store", "stored revision", "servers")
        query = query.where(SETTINGS.c.name.not_in(own))
    return [tuple(row) for row in connection.execute(query)]


@on_both_databases
@on_both_stores
def test_everything_is_found_from_a_machine_that_has_nothing(
    laptop: Home, target: str, store_url: str, tmp_path: Path
) -> None:
    before, table = files_of(laptop.datasets) | files_of(laptop.runs), rows(Runs(laptop).database)
    assert all(table.values())  # of a new table, too
    assert move(laptop, target, store_url=store_url, log=MESSAGES.append) == MoveCounts(1, 3)
    assert files_of(laptop.datasets) | files_of(laptop.runs) == before

    there = Home(tmp_path / "third" / "home", target, store_url)
    runs = Runs(there)
    assert rows(runs.database) == table
    (run,) = {one.run for one in runs.promotions.current()}
    assert recommend.for_user(there, run, "u00001") == recommend.for_user(laptop, run, "u00001")
    Store(there).open("toy").fetched().verify()
    assert verify(there).damage == ()
    assert {path for path in files_of(there.datasets) if not path.endswith("checksums.json")} == {
        path for path in files_of(laptop.datasets) if not path.endswith("checksums.json")
    }
    assert runs.create("train", "toy", {}) == "toy-5"
    runs.outbox.add("run.finished", "another", {})


@on_both_databases
def test_a_folder_that_machines_share_takes_it(laptop: Home, target: str, tmp_path: Path) -> None:
    table, folder = rows(Runs(laptop).database), tmp_path / "mounted" / "home"
    assert move(laptop, target, folder=folder, log=MESSAGES.append) == MoveCounts(1, 3)
    there = Home(folder, target)
    assert rows(Runs(there).database) == table
    for name in ("datasets", "runs"):
        assert files_of(there.path / name) == files_of(laptop.path / name)
    assert left(folder.parent) == ["home"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert recommend.for_user(there, "toy-1", "u00001") == recommend.for_user(
        laptop, "toy-1", "u00001"
    )


def test_a_dataset_and_runs_on_another_disk_are_moved(
    laptop: Home, target: str, tmp_path: Path
) -> None:
    before = {name: files_of(laptop.path / name) for name in ("datasets", "runs")}
    for name in ("datasets", "runs/toy-1", "runs/toy-1/checkpoint"):
        disk = tmp_path / f"disk-{Path(name).name}"
        (laptop.path / name).rename(disk)
        (laptop.path / name).symlink_to(disk)
    move(laptop, target, folder=tmp_path / "mounted", log=MESSAGES.append)
    assert {name: files_of(tmp_path / "mounted" / name) for name in before} == before
    assert not [path for path in (tmp_path / "mounted").rglob("*") if path.is_symlink()]


def test_a_renaming_that_was_killed_is_finished_first(
    own_shop: tuple[Home, str], target: str, store_url: str, tmp_path: Path
) -> None:
    home, run = own_shop
    _renamed(home)
    move(home, target, store_url=store_url, log=MESSAGES.append)
    there = Home(tmp_path / "third" / "home", target, store_url)
    assert Store(there).names() == {"other"}
    assert Runs(there).get(run).dataset == "other"


def _renamed(home: Home) -> None:
    renaming.mark(home.datasets / "toy")
    (home.datasets / "toy").rename(home.datasets / "other")  # and then the process is killed


@on_postgresql
def test_a_server_of_another_folder_does_not_serve_what_was_moved(
    laptop: Home, target: str, tmp_path: Path
) -> None:
    move(laptop, target, folder=tmp_path / "mounted", log=MESSAGES.append)
    check_home(Runs(Home(tmp_path / "mounted", target)))
    with pytest.raises(BadInput, match="not the home of this database"):
        check_home(Runs(Home(tmp_path / "other", target)))


def _active(home: Home) -> None:
    runs = Runs(home)
    runs.queue.set_parallel(9)
    runs.queue.claim()


def _import(home: Home) -> None:
    Runs(home).create("import", "more", {"files": ["more.csv"]})


def _worker(home: Home) -> None:
    Runs(home).lease.take(Process.current(), None, over=None)


def _damage(home: Home) -> None:
    model = home.runs / "toy-1" / "model.onnx"
    model.write_bytes(model.read_bytes()[:-1])


def _damaged_row(home: Home) -> None:
    with Runs(home).database.write() as connection:
        connection.exec_driver_sql("UPDATE placements SET rules = '{' WHERE number = 1")


def _cache(home: Home) -> None:
    with Runs(home).database.write() as connection:
        connection.execute(insert(SETTINGS).values(name="store", value="id"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_active, "toy-3 has not ended"),
        (_import, "more-import-1 has not ended"),
        (_renamed, "The runs of dataset other still have its old name"),
        (_worker, "stop its server and its worker"),
        (_damage, "Nothing was moved: model.onnx of run toy-1 is damaged"),
        (_damaged_row, "A row in the table placements of vitrina.db is damaged"),
        (_cache, "in a store already"),
    ],
)
def test_a_home_in_use_or_damaged_is_not_moved(
    laptop: Home,
    *,
    target: str,
    store_url: str,
    tmp_path: Path,
    change: Callable[[Home], None],
    sentence: str,
) -> None:
    change(laptop)
    for place in ({"folder": tmp_path / "mounted"}, {"store_url": store_url}):
        with pytest.raises(VitrinaError, match=sentence):
            move(laptop, target, log=MESSAGES.append, **place)  # type: ignore[arg-type]
    assert not (tmp_path / "mounted").exists()
    assert not any(rows(Database(target)).values())


def test_a_database_that_was_used_is_left_as_it_is(
    laptop: Home, target: str, store_url: str, tmp_path: Path
) -> None:
    team = Runs(Home(tmp_path / "team", target))
    team.create("train", "other", {})
    before = rows(team.database)
    for place in ({"store_url": store_url}, {"folder": tmp_path / "mounted"}):
        with pytest.raises(BadInput, match="has been used already"):
            move(laptop, target, log=MESSAGES.append, **place)  # type: ignore[arg-type]
    assert rows(team.database) == before
    assert not (tmp_path / "mounted").exists()
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("name", ["mounted", "home/inside"])
def test_a_folder_in_use_is_left_as_it_is(
    laptop: Home, target: str, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "mine").touch()
    with pytest.raises(BadInput, match=r"is not empty|outside of it"):
        move(laptop, target, folder=folder, log=MESSAGES.append)
    assert left(folder) == ["mine"]
    assert not any(rows(Database(target)).values())


@on_both_stores
def test_what_failed_half_way_is_seen_by_nobody_and_is_moved_again(
    laptop: Home, target: str, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_words: object) -> None:
        raise VitrinaError("the power fails")

    table = rows(Runs(laptop).database)
    with monkeypatch.context() as crashing:
        crashing.setattr(StoredFolders, "write_within", crash)
        with pytest.raises(VitrinaError, match="the power fails"):
            move(laptop, target, store_url=store_url, log=MESSAGES.append)
    there = Home(tmp_path / "third" / "home", target, store_url)
    assert not any(rows(Runs(there).database).values())
    assert Store(there).names() == set()
    with pytest.raises(BadInput, match="has been used already"):  # by its store
        move(laptop, target, folder=tmp_path / "mounted", log=MESSAGES.append)
    move(laptop, target, store_url=store_url, log=MESSAGES.append)
    assert rows(Runs(there).database) == table
    assert Store(there).names() == {"toy"}


def test_a_copy_that_failed_half_way_leaves_no_folder(
    laptop: Home, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_words: object) -> None:
        raise VitrinaError("the power fails")

    monkeypatch.setattr(service.new_home, "take_place", crash)
    with pytest.raises(VitrinaError, match="the power fails"):
        move(laptop, target, folder=tmp_path / "mounted" / "home", log=MESSAGES.append)
    assert left(tmp_path / "mounted") == []
    assert not any(rows(Database(target)).values())


def test_nobody_changes_the_home_meanwhile(
    laptop: Home, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.jobs.database.BUSY_SECONDS", 1)
    Runs(laptop).close()
    take_place = service.new_home.take_place

    def change(folder: Path, home: Home) -> None:
        with pytest.raises(VitrinaError, match="locked by another process"):
            Runs(laptop).create("train", "toy", {})
        take_place(folder, home)

    monkeypatch.setattr(service.new_home, "take_place", change)
    move(laptop, target, folder=tmp_path / "mounted", log=MESSAGES.append)
    monkeypatch.undo()
    assert rows(Database(target)) == rows(Runs(laptop).database)


def test_an_import_that_came_meanwhile_is_not_lost_silently(
    laptop: Home, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = iter([{"toy": "v-1"}, {"toy": "v-2"}])
    monkeypatch.setattr(service, "_versions", lambda _home: next(versions))
    with pytest.raises(BadInput, match="imports into this home"):
        move(laptop, target, folder=tmp_path / "mounted", log=MESSAGES.append)
    assert not (tmp_path / "mounted").exists()


@pytest.mark.slow
@on_postgresql
@on_s3
def test_no_key_and_no_password_is_printed_or_kept(
    laptop: Home,
    *,
    target: str,
    store_url: str,
    s3: S3,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    secret = target.replace("postgres@", "postgres:opensesame@")
    words = ["--home", str(laptop.path), "move", "--to-database", secret, "--to-store"]
    said = []
    for place in (f"{store_url}-away", store_url, store_url):
        if place != store_url:
            s3.stop()
        try:
            code = type_command([*words, place])
        finally:
            if place != store_url:
                s3.start()
        printed = capsys.readouterr()
        said.append((code, printed.out + printed.err))
    assert [code for code, _words in said] == [1, 0, 2]
    assert "The store cannot be reached" in said[0][1]
    assert "Moved 1 datasets and 3 runs" in said[1][1]
    assert "has been used already" in said[2][1]
    kept = json.dumps(rows(Database(target)), default=str)
    for value in (*KEYS.values(), "opensesame"):
        assert not any(value in text for _code, text in said)
        assert value not in kept


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--to-database", "mysql://x/y", "--to-home", "x"], "postgresql+psycopg://"),
        (["--to-database", "sqlite:///t.db"], "--to-store, or with --to-home"),
        (["--to-database", "sqlite:///t.db", "--to-store", "s3://"], "s3://bucket/prefix"),
        (
            ["--to-database", "sqlite:///t.db", "--to-home", "x", "--store", "file:///x"],
            "leave out --database and --store",
        ),
    ],
)
def test_what_cannot_be_a_target_is_one_sentence(
    laptop: Home,
    *,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    words: list[str],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert type_command(["--home", str(laptop.path), "move", *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert sentence in line


def test_a_folder_that_is_no_home_is_not_moved(target: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no home folder"):
        move(Home(tmp_path / "none"), target, folder=tmp_path / "x", log=MESSAGES.append)
    assert not (tmp_path / "none").exists()
