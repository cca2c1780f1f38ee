"""A backup puts a home back as it was, whole or not at all."""

import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.jobs.unfinished_renames import finish_renames
from dashboard.services.backup import back_up, restore
from dashboard.services.datasets import library
from dashboard.services.recommendations import recommend
from dashboard.services.verification import Verification, verify
from data.datasets import renaming
from data.datasets.store import Store
from data.errors import BadInput, VitrinaError
from data.home import Home
from data.importing import streams


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


def test_what_a_killed_process_had_unpacked_is_removed_by_the_next(
    shop: tuple[Home, str], tmp_path: Path
) -> None:
    back_up(shop[0], tmp_path / "shop.tar.gz")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / f".restore-{ended.pid}-a1b2c3d4" / "vitrina").mkdir(parents=True)
    (tmp_path / f".new-{ended.pid}-a1b2c3d4").mkdir()
    (tmp_path / f".new-{os.getpid()}-a1b2c3d4").mkdir()
    restore(tmp_path / "shop.tar.gz", Home(tmp_path / "copy"))
    assert left(tmp_path) == [f".new-{os.getpid()}-a1b2c3d4", "copy", "shop.tar.gz"]


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


SPECIAL = {"link": (tarfile.SYMTYPE, "runs/a"), "device": (tarfile.CHRTYPE, "runs/b")}


def special(file: Path, kind: bytes, name: str) -> None:
    """Write a backup with a member that is neither file nor folder."""
    member = tarfile.TarInfo(f"vitrina/{name}")
    member.type, member.linkname = kind, "../datasets"
    with tarfile.open(file, "w:gz") as to:
        for folder in ("datasets", "runs"):
            of_folder = tarfile.TarInfo(f"vitrina/{folder}")
            of_folder.type = tarfile.DIRTYPE
            to.addfile(of_folder)
        to.addfile(member)


def archive(file: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(file, "w:gz") as to:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            to.addfile(info, io.BytesIO(content))


@pytest.mark.parametrize(
    "kind", ["missing", "text", "cut", "last byte", "foreign", "outside", "link", "device", "deep"]
)
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
    elif kind == "last byte":
        back_up(shop[0], file)
        file.write_bytes(file.read_bytes()[:-1])
    elif kind == "foreign":
        archive(file, {"a/b.txt": b"x"})
    elif kind == "outside":
        archive(file, {"vitrina/datasets/x": b"", "../../evil.txt": b"x"})
    elif kind == "deep":
        archive(file, {"vitrina/datasets/x": b"", f"vitrina/runs/{'a/' * 2_000}x": b"x"})
    elif kind in SPECIAL:
        special(file, *SPECIAL[kind])
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


def test_a_dataset_and_runs_on_another_disk_are_in_the_backup(
    own_shop: tuple[Home, str], tmp_path: Path
) -> None:
    home, run = own_shop
    for name in ("datasets", f"runs/{run}"):
        disk = (home.path / name).rename(tmp_path / f"disk-{Path(name).name}")
        (home.path / name).symlink_to(disk)
    back_up(home, tmp_path / "shop.tar.gz")
    copy = Home(tmp_path / "copy")
    restore(tmp_path / "shop.tar.gz", copy)
    assert recommend.for_user(copy, run, "u00001") == recommend.for_user(home, run, "u00001")
    assert not [path for path in copy.path.rglob("*") if path.is_symlink()]


def test_a_backup_says_what_was_damaged_before(own_shop: tuple[Home, str], tmp_path: Path) -> None:
    home, run = own_shop
    file = home.runs / run / "model.onnx"
    file.write_bytes(file.read_bytes()[:-1])
    made = back_up(home, tmp_path / "shop.tar.gz")
    assert made.damage == (f"model.onnx of run {run} is damaged or missing; train it again.",)
    restore(tmp_path / "shop.tar.gz", Home(tmp_path / "copy"))
    assert verify(Home(tmp_path / "copy")).damage == made.damage


def test_a_damaged_table_is_not_backed_up_silently(
    own_shop: tuple[Home, str], tmp_path: Path
) -> None:
    home, _run = own_shop
    home.database.write_bytes(b"garbage" * 1_000)
    with pytest.raises(VitrinaError, match="The table of runs cannot be copied"):
        back_up(home, tmp_path / "shop.tar.gz")
    assert left(tmp_path) == ["home"]


def test_a_dataset_is_not_renamed_during_a_backup(
    own_shop: tuple[Home, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _run = own_shop

    def rename_meanwhile(_home: Home) -> Verification:
        with pytest.raises(BadInput, match="toy is being read"):
            library.rename(home, "toy", "other")
        return Verification(0, 0, ())

    monkeypatch.setattr("dashboard.services.backup.verify", rename_meanwhile)
    back_up(home, tmp_path / "shop.tar.gz")
    monkeypatch.undo()
    library.rename(home, "toy", "other")


def test_a_renaming_that_was_killed_is_finished_in_the_copy(
    own_shop: tuple[Home, str], tmp_path: Path
) -> None:
    home, run = own_shop
    renaming.mark(home.datasets / "toy")
    (home.datasets / "toy").rename(home.datasets / "other")  # and then the process is killed
    back_up(home, tmp_path / "shop.tar.gz")
    copy = Home(tmp_path / "copy")
    restore(tmp_path / "shop.tar.gz", copy)
    assert finish_renames(Runs(copy)) == ["other"]
    assert Runs(copy).get(run).dataset == "other"


def test_a_pipe_is_neither_waited_for_nor_replaced(shop: tuple[Home, str], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(BadInput, match="Not a regular file"):
        back_up(shop[0], pipe)
    with pytest.raises(BadInput, match="no file"):
        restore(pipe, Home(tmp_path / "copy"))
    assert pipe.is_fifo()
    assert left(tmp_path) == ["pipe"]


RESTORE = """
import resource, sys
from dashboard.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
main(["restore", sys.argv[1], "--home", sys.argv[2]])
"""


def test_a_full_disk_is_called_that_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "large.tar.gz"
    archive(file, {"vitrina/datasets/x": b"", "vitrina/runs/x": bytes(1_000_000)})
    command = [sys.executable, "-c", RESTORE, str(file), str(tmp_path / "copy")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr[:16]) == (1, "The disk is full")
    assert left(tmp_path) == ["large.tar.gz"]


def greedy(file: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    """Write a backup that is empty but for these members."""
    with tarfile.open(file, "w:gz") as to:
        for folder in ("datasets", "runs"):
            of_folder = tarfile.TarInfo(f"vitrina/{folder}")
            of_folder.type = tarfile.DIRTYPE
            to.addfile(of_folder)
        for member, content in members:
            to.addfile(member, io.BytesIO(content))
    return file


def of_size(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(f"vitrina/datasets/{name}")
    member.size = size
    return member


def test_a_backup_that_unpacks_to_more_than_one_can_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything of it is written; a small file may hold 16 MB here, and 256 MB elsewhere."""
    monkeypatch.setattr(tarfile.TarFile, "extractall", lambda *_args, **_kw: pytest.fail())
    monkeypatch.setattr(streams, "_ALWAYS_UNPACKED", 16 << 20)
    size = 20 << 20
    bomb = greedy(tmp_path / "bomb.tar.gz", (of_size("a", size), bytes(size)))
    empty = [(of_size(str(number), 0), b"") for number in range(5_000)]
    many = greedy(tmp_path / "many.tar.gz", *empty)
    claim = tmp_path / "claim.tar"  # 8 TiB, of which there are a few bytes
    claim.write_bytes(of_size("a", 8 << 40).tobuf(tarfile.GNU_FORMAT) + b"few")
    for file in (bomb, many, claim):
        with pytest.raises(BadInput, match="unpacks to more than 250 times its size"):
            restore(file, Home(tmp_path / "copy"))
    assert left(tmp_path) == ["bomb.tar.gz", "claim.tar", "many.tar.gz"]


def test_a_backup_that_does_not_fit_on_the_disk_is_refused_before_it_fills_it(
    shop: tuple[Home, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "shop.tar.gz"
    back_up(shop[0], file)
    usage = shutil.disk_usage(tmp_path)._replace(free=10_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(VitrinaError, match="needs more space than the disk has"):
        restore(file, Home(tmp_path / "copy"))
    assert left(tmp_path) == ["shop.tar.gz"]


def test_a_name_of_a_backup_that_has_no_end_is_not_read(tmp_path: Path) -> None:
    name = tarfile.TarInfo("././@LongLink")
    name.type, name.size = tarfile.GNUTYPE_LONGNAME, 100 << 20
    file = greedy(tmp_path / "shop.tar.gz", (name, b"n" * name.size))
    with pytest.raises(BadInput, match="no backup of Vitrina, or it is damaged"):
        restore(file, Home(tmp_path / "copy"))
    assert left(tmp_path) == ["shop.tar.gz"]
