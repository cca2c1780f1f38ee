"""A home, a database and a store belong together; keys of access are seen by nobody."""

import json
import shutil
from pathlib import Path

import pytest

from dashboard.jobs import shared_store
from dashboard.jobs.import_files import fetch_files, forget_files, local_file, share_files
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.shared_home import check_home
from dashboard.services.backup import back_up, restore
from dashboard.services.verification import verify
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.sharing import mirror_of
from data.sharing.object_store import ObjectStore, StoreError, StoreUnreachable
from tests.dashboard.sharing.conftest import Machine
from tests.databases import on_postgresql
from tests.stores import KEYS, S3, on_s3


def test_a_home_with_datasets_of_its_own_becomes_no_cache(machine: Machine, log: Path) -> None:
    home = machine("first")
    ingest(Store(Home(home.path)), ImportRequest([log], "log"))
    with pytest.raises(BadInput, match="has datasets or runs of its own"):
        Store(home)
    assert Store(Home(home.path)).names() == {"log"}


def test_a_home_in_which_a_run_has_begun_its_log_becomes_one(machine: Machine) -> None:
    """On a new node of Ray: the log of a process is there before the process is."""
    home = machine("first")
    folder = home.runs / "log-1"
    folder.mkdir()
    (folder / "log.txt").touch()
    mirror_of(home)
    other = machine("second")
    shutil.copytree(home.runs, other.runs, dirs_exist_ok=True)
    (other.runs / "log-1" / "model.onnx").touch()
    with pytest.raises(BadInput, match="has datasets or runs of its own"):
        mirror_of(other)


def test_a_store_belongs_to_one_database(machine: Machine, tmp_path: Path) -> None:
    home = machine("first")
    mirror_of(home)
    other = Home(tmp_path / "other", f"sqlite:///{tmp_path / 'other.db'}", home.store_url)
    with pytest.raises(BadInput, match="belongs to another database"):
        mirror_of(other)
    elsewhere = Home(home.path, home.database_url, (tmp_path / "elsewhere").as_uri())
    with pytest.raises(BadInput, match="not the one of this database"):
        mirror_of(elsewhere)


def test_machines_that_are_the_first_at_the_same_time_share_the_store(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database has no store when one looks, and the other one's a moment later."""
    first, second = machine("first"), machine("second")

    def look(_home: Home) -> bool:
        monkeypatch.undo()
        mirror_of(first)
        return False

    monkeypatch.setattr(shared_store, "_has_folders", look)
    assert mirror_of(second) is not None


@on_postgresql
def test_a_worker_without_the_store_of_its_database_is_refused(machine: Machine) -> None:
    home = machine("first")
    check_home(Runs(home))
    check_home(Runs(machine("second")))
    with pytest.raises(BadInput, match="are in a store; name it"):
        check_home(Runs(Home(home.path.parent / "other", home.database_url)))


@on_postgresql
def test_a_database_whose_machines_share_a_folder_takes_no_store(machine: Machine) -> None:
    home = machine("first")
    check_home(Runs(Home(home.path.parent / "shared", home.database_url)))
    with pytest.raises(BadInput, match="in a folder that machines share"):
        mirror_of(home)


def test_a_cache_is_neither_backed_up_nor_restored(
    machine: Machine, log: Path, tmp_path: Path
) -> None:
    home = machine("first")
    ingest(Store(home), ImportRequest([log], "log"))
    with pytest.raises(BadInput, match="back up its bucket, and the database"):
        back_up(home, tmp_path / "backup.tar.gz")
    with pytest.raises(BadInput, match="restore it without --store"):
        restore(tmp_path / "backup.tar.gz", machine("second"))


def test_files_that_are_not_here_are_no_damage(machine: Machine, log: Path) -> None:
    ingest(Store(machine("first")), ImportRequest([log], "log"))
    second = machine("second")
    assert Store(second).names() == {"log"}
    assert verify(second).damage == ()
    purchases = Store(second).open("log").fetched().path / "purchases.parquet"
    purchases.write_bytes(purchases.read_bytes().replace(b"PAR1", b"PAR2"))
    assert [word for word in verify(second).damage if "purchases.parquet" in word]


@pytest.mark.parametrize(
    "url", ["s3://", "bucket/prefix", "ftp://host/x", "s3://b/p?x=1", "s3://["]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="is written s3://bucket/prefix"):
        ObjectStore(url)


def test_an_address_with_keys_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadInput, match="holds no access keys") as refusal:
        ObjectStore("s3://AKIDEXAMPLE:wJalrXUtnFEMI@bucket/prefix")
    assert "AKID" not in str(refusal.value)


@on_s3
@on_postgresql
def test_access_keys_are_in_no_table_file_or_sentence(
    machine: Machine, log: Path, monkeypatch: pytest.MonkeyPatch, s3: S3
) -> None:
    home = machine("first")
    ingest(Store(home), ImportRequest([log], "log"))
    runs = Runs(home)
    with runs.database.read() as connection:
        tables = [
            connection.exec_driver_sql(f"SELECT * FROM {name}").all()
            for name in ("stored_folders", "stored_garbage", "settings")
        ]
    sentences = [repr(home), str(tables)]
    s3.stop()
    try:
        with pytest.raises(StoreUnreachable) as away:
            ObjectStore(home.store_url or "").read("x")
    finally:
        s3.start()
    sentences.append(str(away.value))
    with pytest.raises(StoreError) as refused:
        ObjectStore("s3://no-such-bucket/x").write("x", b"")
    sentences.append(str(refused.value))
    files = [file for file in home.path.rglob("*") if file.is_file()]
    sentences += [file.read_bytes().decode("latin-1") for file in files]
    for value in (*KEYS.values(), *(value[:8] for value in KEYS.values())):
        assert not any(value in sentence for sentence in sentences)


def test_files_of_an_import_come_to_the_machine_that_imports_them(
    machine: Machine, log: Path, tmp_path: Path
) -> None:
    first, second = machine("first"), machine("second")
    archive = tmp_path / "tables.zip"
    archive.write_bytes(b"PK")
    member = archive / "items.csv"
    config = json.loads(json.dumps(share_files(first, [log, None, member, Path("kaggle:a/b")])))
    fetch_files(second, config)
    here = local_file(second, config, log)
    assert here.is_relative_to(second.uploads)
    assert here.read_bytes() == log.read_bytes()
    inside = local_file(second, config, member)
    assert (inside.name, inside.parent.read_bytes()) == ("items.csv", b"PK")
    assert local_file(second, config, Path("kaggle:a/b")) == Path("kaggle:a/b")
    forget_files(second, config)
    assert mirror_of(first).get("uploads", config["uploads"]) is None  # type: ignore[union-attr]
    assert share_files(Home(tmp_path / "alone"), [log]) == {}
