"""Files of the home that are not as they were written are noticed."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from data import checksums
from data.checksums import (
    ChecksumError,
    checked_write,
    damaged_files,
    hash_in_background,
    is_there,
    record,
    remove,
    verified,
    write_checked_json,
)
from data.errors import Damaged


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a checksum, alone in its folder."""
    file = tmp_path / "report.json"
    write_checked_json(file, {"epochs": 1_000})
    return file


def rewrite(file: Path, content: bytes, modified: int | None = None) -> None:
    """Write a file as a fault does, without its checksum."""
    file.write_bytes(content)
    if modified is not None:
        os.utime(file, ns=(modified, modified))


def test_a_file_is_returned_as_long_as_it_is_what_was_written(file: Path) -> None:
    assert verified(file) == file
    assert verified(file, quick=True) == file
    write_checked_json(file, {"epochs": 2_000})
    assert json.loads(verified(file).read_text()) == {"epochs": 2_000}
    assert sorted(path.name for path in file.parent.iterdir()) == ["checksums.json", "report.json"]


@pytest.mark.parametrize("quick", [False, True])
def test_a_changed_digit_is_noticed(file: Path, quick: bool) -> None:
    rewrite(file, file.read_bytes().replace(b"1", b"7"))
    with pytest.raises(ChecksumError, match="another checksum"):
        verified(file, quick=quick)
    assert damaged_files(file.parent) == ["report.json"]


def test_a_flipped_bit_that_leaves_the_time_is_noticed_unless_the_look_is_quick(file: Path) -> None:
    modified = file.stat().st_mtime_ns
    rewrite(file, file.read_bytes().replace(b"1", b"7"), modified)
    checksums._sha256.cache_clear()  # as in another process: the file was read before here
    with pytest.raises(ChecksumError):
        verified(file)
    assert verified(file, quick=True) == file


def test_a_missing_file_is_noticed_unless_it_was_removed(file: Path) -> None:
    file.unlink()
    assert is_there(file)
    with pytest.raises(ChecksumError, match="missing"):
        verified(file)
    write_checked_json(file, {})
    remove(file.parent, [file.name, "never-written.json"])
    assert not is_there(file)
    assert verified(file) == file


def test_a_file_without_a_checksum_is_taken_as_it_is(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    rewrite(old, b"{}")
    assert verified(old) == old
    assert is_there(old)
    assert not is_there(tmp_path / "absent.json")


@pytest.mark.parametrize("when", ["before the file", "after the file"])
def test_an_end_of_the_process_between_the_two_writes_damages_nothing(
    file: Path, when: str
) -> None:
    old, entries = file.read_bytes(), (file.parent / checksums.FILE).read_bytes()
    write_checked_json(file, {"epochs": 2_000})
    if when == "before the file":  # the checksum of the new content was stored, no more
        rewrite(file, old)
        assert verified(file) == file
        write_checked_json(file, {"epochs": 3_000})
    else:  # a new file, whose checksum comes afterwards
        rewrite(file.parent / checksums.FILE, entries.replace(b"report", b"others"))
    assert verified(file) == file


def test_a_file_of_an_earlier_version_is_replaced_safely(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    rewrite(old, b"old")
    write_checked_json(old, "new")
    rewrite(old, b"old")  # as if the process had ended before the file was replaced
    assert verified(old) == old
    rewrite(old, b"odd")
    with pytest.raises(ChecksumError):
        verified(old)


def test_a_write_that_fails_changes_neither(file: Path) -> None:
    before = {path.name: path.read_bytes() for path in file.parent.iterdir()}
    with pytest.raises(RuntimeError), checked_write(file) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert {path.name: path.read_bytes() for path in file.parent.iterdir()} == before


def test_links_to_files_that_are_known_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    (first / "part-0.parquet").write_bytes(b"events")
    record(first)
    os.link(first / "part-0.parquet", second / "part-0.parquet")
    (second / "users.parquet").write_bytes(b"users")
    read: list[str] = []
    compute: Callable[..., str] = checksums._sha256

    def watch(file: Path, *rest: object) -> str:
        read.append(file.name)
        return compute(file, *rest)

    monkeypatch.setattr(checksums, "_sha256", watch)
    record(second, like=first)
    assert read == ["users.parquet"]
    assert damaged_files(second) == []


def test_a_checksum_that_was_computed_in_the_background_is_not_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = tmp_path / "part-0.parquet"
    part.write_bytes(b"events")
    read: list[str] = []

    def watch(stream: BinaryIO, name: str) -> Any:
        read.append(stream.name)
        return file_digest(stream, name)

    file_digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", watch)
    with hash_in_background([part, tmp_path / "missing"]):
        (tmp_path / "users.parquet").write_bytes(b"users")
    record(tmp_path)
    assert [Path(name).name for name in read] == ["part-0.parquet", "users.parquet"]
    assert damaged_files(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"report.json": [{"sha256": 1}]}'])
def test_damaged_checksums_are_named(file: Path, content: bytes) -> None:
    (file.parent / checksums.FILE).write_bytes(content)
    with pytest.raises(Damaged, match=r"checksums\.json is damaged"):
        verified(file)
    assert is_there(file)
