"""A backup puts a home back as it was, whole or not at all."""

import io
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.services.backup import back_up, restore
from dashboard.services.recommendations import recommend
from data.datasets.store import Store
from data.errors import BadInput, VitrinaError
from data.home import Home


def files_of(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_home_comes_back_with_its_datasets_runs_and_answers(
    shop: tuple[Home, str], tmp_path: Path
) -> None:
    home, run = shop
    made = back_up(home, tmp_path / "shop.tar.gz")
    assert (made.datasets, made.runs, made.has_table) == (1, 1, True)
    copy = Home(tmp_path / "copy")
    restore(tmp_path / "shop.tar.gz", copy)
    for name in ("datasets", "runs"):
        assert files_of(copy.path / name) == files_of(home.path / name)
    assert [one.run for one in Runs(copy).list()] == [run]
    assert set(Store(copy).names()) == {"toy"}
    answers = [recommend.for_user(place, run, "u00001") for place in (copy, home)]
    assert answers[0] == answers[1]
    assert copy.path.stat().st_mode & 0o777 == 0o700
    assert left(tmp_path) == ["copy", "shop.tar.gz"]


def test_rows_that_are_still_in_the_write_ahead_log_are_in_the_backup(
    own_shop: tuple[Home, str], tmp_path: Path
) -> None:
    home, _run = own_shop
    runs = Runs(home)
    queued = runs.create("train", "toy", {})
    back_up(home, tmp_path / "shop.tar.gz")
    runs.create("train", "toy", {})
    copy = Home(tmp_path / "copy")
    restore(tmp_path / "shop.tar.gz", copy)
    assert queued in {one.run for one in Runs(copy).list()}
    assert len(Runs(copy).list()) == len(runs.list()) - 1


def test_what_is_half_written_is_left_out(own_shop: tuple[Home, str], tmp_path: Path) -> None:
    home, run = own_shop
    (home.runs / run / ".1-abcdef01-model.onnx").write_bytes(b"half")
    (home.datasets / ".new").mkdir()
    (home.uploads / "log.csv").write_text("unfinished")
    (home.path / "home.id").write_text("the id that a shared database knows")
    back_up(home, tmp_path / "shop.tar.gz")
    with tarfile.open(tmp_path / "shop.tar.gz") as archive:
        names = archive.getnames()
    assert {"vitrina/vitrina.db", "vitrina/home.id"} <= set(names)
    assert not [name for name in names if "half" in name or "/." in name or "uploads" in name]


def test_a_home_in_use_is_not_replaced(shop: tuple[Home, str], own_shop: tuple[Home, str]) -> None:
    home, _run = own_shop
    file = home.path.parent / "shop.tar.gz"
    back_up(shop[0], file)
    before = files_of(home.path)
    with pytest.raises(BadInput, match="is not empty"):
        restore(file, home)
    assert files_of(home.path) == before


def test_a_backup_is_not_written_into_the_home(own_shop: tuple[Home, str]) -> None:
    with pytest.raises(BadInput, match="outside of the home"):
        back_up(own_shop[0], own_shop[0].path / "shop.tar.gz")


def archive(file: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(file, "w:gz") as to:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            to.addfile(info, io.BytesIO(content))


@pytest.mark.parametrize("kind", ["missing", "text", "cut", "foreign", "outside"])
def test_what_is_no_backup_is_refused_and_leaves_nothing(
    shop: tuple[Home, str], tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "place"
    folder.mkdir()
    file = tmp_path / "file.tar.gz"
    if kind == "text":
        file.write_text("no archive")
    elif kind == "cut":
        back_up(shop[0], file)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif kind == "foreign":
        archive(file, {"a/b.txt": b"x"})
    elif kind == "outside":
        archive(file, {"vitrina/datasets/x": b"", "../../evil.txt": b"x"})
    with pytest.raises(BadInput, match=r"no file|no backup"):
        restore(file, Home(folder / "home"))
    assert left(folder) == []
    assert not (tmp_path / "evil.txt").exists()


def test_a_backup_of_a_later_version_is_refused(own_shop: tuple[Home, str], tmp_path: Path) -> None:
    home, _run = own_shop
    Runs(home).close()
    with closing(sqlite3.connect(home.database)) as table:
        table.execute("UPDATE alembic_version SET version_num = '9999'")
        table.commit()
    back_up(home, tmp_path / "later.tar.gz")
    with pytest.raises(VitrinaError, match="later version"):
        restore(tmp_path / "later.tar.gz", Home(tmp_path / "copy"))
    assert left(tmp_path) == ["home", "later.tar.gz"]
