"""A value is read from its file again exactly when the file has changed."""

import os
from pathlib import Path

import pytest

from data.file_cache import FileCache, stamp


def counting(*names: str, size: int = 2) -> tuple[FileCache[str], list[str]]:
    """Return a cache of file contents, and the list of the paths that it has read."""
    reads: list[str] = []

    def read(path: Path) -> str:
        reads.append(path.name)
        return path.read_text() if path.is_file() else path.name

    return FileCache(read, *names, size=size), reads


def test_an_unchanged_file_is_read_once(tmp_path: Path) -> None:
    cache, reads = counting()
    (tmp_path / "a").write_text("1")
    assert [cache.get(tmp_path / "a") for _time in range(3)] == ["1", "1", "1"]
    assert reads == ["a"]


def test_a_file_of_the_same_size_and_time_put_in_its_place_is_read(tmp_path: Path) -> None:
    cache, _reads = counting()
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_text("1")
    assert cache.get(file) == "1"
    status = file.stat()
    other.write_text("2")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(file)
    assert cache.get(file) == "2"


def test_a_file_that_appears_in_a_folder_invalidates_its_value(tmp_path: Path) -> None:
    cache, reads = counting("model", "blend")
    (tmp_path / "model").touch()
    cache.get(tmp_path)
    cache.get(tmp_path)
    (tmp_path / "blend").touch()
    cache.get(tmp_path)
    assert len(reads) == 2


def test_the_least_recently_used_value_is_dropped(tmp_path: Path) -> None:
    cache, reads = counting(size=2)
    for name in "abc":
        (tmp_path / name).write_text(name)
    for name in "abaca":
        cache.get(tmp_path / name)
    cache.get(tmp_path / "b")
    assert reads == ["a", "b", "c", "b"]


def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    cache = FileCache(lambda file: file.read_text(), size=2)
    with pytest.raises(FileNotFoundError):
        cache.get(tmp_path / "a")
    (tmp_path / "a").write_text("1")
    assert cache.get(tmp_path / "a") == "1"


def test_a_missing_file_has_no_stamp(tmp_path: Path) -> None:
    assert stamp(tmp_path / "a") is None
    assert stamp(tmp_path / "a" / "b") is None


def test_a_link_to_itself_has_no_stamp(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    assert stamp(tmp_path / "a") is None
