"""Files are replaced completely or not at all, and JSON is strict."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from data import files
from data.files import atomic_write, read_json, remove_leftovers, write_json

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that exists already, alone in its folder."""
    path = tmp_path / "report.json"
    path.write_text("old")
    return path


def test_the_new_content_replaces_the_old_and_no_temporary_file_stays(path: Path) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text("new")
        assert temporary.parent == path.parent
        assert temporary.name.endswith(path.name)  # writers go by the suffix
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_in_the_middle_keeps_the_old_file(path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), atomic_write(path) as temporary:
        temporary.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_block_that_writes_nothing_keeps_the_old_file(path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_write(path):
        pass
    assert path.read_text() == "old"


def test_a_file_that_cannot_be_flushed_to_disk_keeps_the_old_one(path: Path) -> None:
    with pytest.raises(OSError, match="Invalid argument"), atomic_write(path) as temporary:
        temporary.symlink_to(os.devnull)  # the kernel refuses fsync on it
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_file_and_folder_are_flushed_before_and_after_the_replacement(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed = []
    fsync = os.fsync

    def recorded(descriptor: int) -> None:
        flushed.append((Path(f"/proc/self/fd/{descriptor}").readlink(), path.read_text()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    with atomic_write(path) as temporary:
        temporary.write_text("new")
    assert flushed == [(temporary, "old"), (path.parent, "new")]


def test_a_killed_writer_leaves_the_old_file(path: Path) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from data.files import atomic_write\n"
        "with atomic_write(Path(sys.argv[1])) as temporary:\n"
        "    temporary.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(path)], cwd=ROOT, check=False)
    assert killed.returncode == -9
    assert path.read_text() == "old"


def test_concurrent_writers_leave_the_complete_content_of_one_of_them(path: Path) -> None:
    contents = [f"{writer}" * 100_000 for writer in range(8)]

    def write(content: str) -> None:
        with atomic_write(path) as temporary:
            temporary.write_text(content)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, contents * 4))
    assert path.read_text() in contents
    assert list(path.parent.iterdir()) == [path]


def test_numbers_that_json_does_not_have_become_null(path: Path) -> None:
    write_json(path, {"größe": float("nan"), "loss": [float("inf"), 0.5]})
    assert json.loads(path.read_text("utf-8")) == {"größe": None, "loss": [None, 0.5]}


def test_a_value_that_is_no_json_keeps_the_old_file(path: Path) -> None:
    with pytest.raises(TypeError):
        write_json(path, {"value": object()})
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_the_temporary_files_of_killed_writers_are_removed_and_no_others(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    deep = tmp_path / "checkpoint"
    deep.mkdir()
    killed = deep / f".{ended.pid}-0123abcd-state.npz"
    kept = [
        tmp_path / f".{os.getpid()}-0123abcd-state.npz",
        tmp_path / ".hidden",
        tmp_path / f"{ended.pid}-0123abcd-state.npz",
    ]
    for file in (killed, *kept):
        file.touch()
    remove_leftovers(tmp_path)
    assert not killed.exists()
    assert all(file.exists() for file in kept)


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, "1" * 10_000])
def test_text_that_is_no_json_is_a_value_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(ValueError):
        read_json(tmp_path / "x.json")


def test_json_beyond_the_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.json"
    file.write_text("[1, 2]")
    monkeypatch.setattr(files, "LONGEST_JSON", 6)
    assert read_json(file) == [1, 2]
    monkeypatch.setattr(files, "LONGEST_JSON", 5)
    with pytest.raises(ValueError, match="too long"):
        read_json(file)
