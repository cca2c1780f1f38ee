"""Files that a browser uploads piece by piece."""

import os
import shutil
import time
from collections import namedtuple
from pathlib import Path

import pytest

from dashboard.services.datasets import uploads
from data.errors import BadInput
from data.home import Home

DiskUsage = namedtuple("DiskUsage", "total used free")


def test_pieces_become_the_file_and_only_the_last_one_gives_it_its_name(home: Home) -> None:
    token = uploads.begin(home, "oct.csv", 10)
    first = uploads.append(home, token, b"012345", offset=0)
    assert not first.complete
    assert not (home.uploads / token / "oct.csv").exists()

    last = uploads.append(home, token, b"6789", offset=6)
    assert last.complete
    assert uploads.find(home, last.path).read_bytes() == b"0123456789"
    assert [file.name for file in (home.uploads / token).iterdir()] == ["oct.csv"]


def test_a_name_or_token_that_no_file_system_takes_is_refused(home: Home) -> None:
    with pytest.raises(BadInput, match="name of the file is too long"):
        uploads.begin(home, f"{'x' * 300}.csv", 10)
    with pytest.raises(BadInput, match="no longer known"):
        uploads.append(home, "a" * 5_000, b"012", offset=0)
    assert list(home.uploads.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"name": "oct.csv"}', b"\xff", b'{"name": "oct.csv", "size": 1e999}'],
)
def test_a_damaged_announcement_stops_its_upload_and_no_other(home: Home, content: bytes) -> None:
    damaged, token = (uploads.begin(home, "oct.csv", 6) for _upload in range(2))
    (announcement,) = [
        file for file in (home.uploads / damaged).iterdir() if b"oct.csv" in file.read_bytes()
    ]
    announcement.write_bytes(content)
    with pytest.raises(BadInput, match="no longer known"):
        uploads.append(home, damaged, b"012", offset=0)
    assert uploads.append(home, token, b"012345", offset=0).complete
    assert uploads.begin(home, "nov.csv", 10)


@pytest.mark.parametrize("size", [3, 6], ids=["incomplete", "complete"])
def test_the_last_piece_sent_twice_is_written_once(home: Home, size: int) -> None:
    token = uploads.begin(home, "oct.csv", size)
    first = uploads.append(home, token, b"012", offset=0)
    assert uploads.append(home, token, b"012", offset=0) == first
    if size > 3:
        last = uploads.append(home, token, b"345", offset=3)
        assert uploads.append(home, token, b"345", offset=3) == last
        assert uploads.find(home, last.path).read_bytes() == b"012345"


@pytest.mark.parametrize(
    ("piece", "offset"),
    [(b"6789", 6), (b"34", 2), (b"34", -1), (b"xy", 1), (b"01", 0)],
    ids=["gap", "overlap", "negative", "other bytes", "not the last piece"],
)
def test_a_piece_that_does_not_follow_the_one_before_it_is_refused(
    home: Home, piece: bytes, offset: int
) -> None:
    token = uploads.begin(home, "oct.csv", 10)
    uploads.append(home, token, b"012", offset=0)
    with pytest.raises(BadInput, match="out of order"):
        uploads.append(home, token, piece, offset=offset)
    assert not uploads.append(home, token, b"345", offset=3).complete


def test_a_file_over_the_limit_is_refused_before_a_byte_is_sent(home: Home) -> None:
    with pytest.raises(BadInput, match="larger than 2 GB"):
        uploads.begin(home, "nov.csv", uploads.LIMIT + 1)
    assert not list(home.uploads.iterdir())


def test_no_more_bytes_are_accepted_than_were_announced(home: Home) -> None:
    token = uploads.begin(home, "oct.csv", 1)
    with pytest.raises(BadInput, match="larger than announced"):
        uploads.append(home, token, b"0123456789", offset=0)
    with pytest.raises(BadInput, match="larger than announced"):
        uploads.append(home, token, b"0", offset=10**13)
    assert uploads.append(home, token, b"0", offset=0).complete
    with pytest.raises(BadInput, match="out of order"):
        uploads.append(home, token, b"1", offset=1)


def test_a_file_must_fit_on_the_disk_beside_the_incomplete_ones(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = DiskUsage(4 << 30, 3 << 30, 1 << 30)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    token = uploads.begin(home, "oct.csv", 500 << 20)
    uploads.append(home, token, b"0123", offset=0)
    with pytest.raises(BadInput, match="does not fit"):
        uploads.begin(home, "nov.csv", 500 << 20)
    uploads.discard(home, token)
    uploads.begin(home, "nov.csv", 500 << 20)


def test_the_number_of_incomplete_uploads_is_bounded(home: Home) -> None:
    tokens = [uploads.begin(home, f"{number}.csv", 1) for number in range(uploads.MOST_UNFINISHED)]
    with pytest.raises(BadInput, match="16 uploads are incomplete"):
        uploads.begin(home, "last.csv", 1)
    assert uploads.append(home, tokens[0], b"0", offset=0).complete
    uploads.begin(home, "last.csv", 1)


def test_uploads_that_nobody_continues_or_imports_are_removed(home: Home) -> None:
    stopped, going, unused, waiting = (uploads.begin(home, "oct.csv", 2) for _number in range(4))
    for token in (stopped, going):
        uploads.append(home, token, b"0", offset=0)
    for token in (unused, waiting):
        uploads.append(home, token, b"01", offset=0)
    now = time.time()
    for token, age in ((stopped, 2 * 3600), (unused, 8 * 86400), (waiting, 6 * 86400)):
        for place in (home.uploads / token, *(home.uploads / token).iterdir()):
            os.utime(place, (now - age, now - age))
    os.utime(home.uploads / going, (now - 2 * 3600, now - 2 * 3600))  # its bytes are recent

    uploads.sweep(home)
    assert {folder.name for folder in home.uploads.iterdir()} == {going, waiting}


@pytest.mark.parametrize("name", ["", "..", "/", "日本"])
def test_a_file_without_a_usable_name_is_refused(home: Home, name: str) -> None:
    with pytest.raises(BadInput, match="needs a name"):
        uploads.begin(home, name, 10)


@pytest.mark.parametrize("token", ["", "..", "../runs", "ffff"])
def test_an_upload_that_was_never_begun_is_refused(home: Home, token: str) -> None:
    with pytest.raises(BadInput, match="no longer known"):
        uploads.append(home, token, b"0", offset=0)


@pytest.mark.parametrize(
    "path", ["../vitrina.db", "/etc/passwd", "ffff/oct.csv", "", "x" * 300, "a\0b"]
)
def test_only_complete_uploads_are_found(home: Home, path: str) -> None:
    home.path.mkdir(parents=True, exist_ok=True)
    home.database.write_text("a secret")
    with pytest.raises(BadInput, match="gone"):
        uploads.find(home, path)


def test_the_bytes_of_an_incomplete_upload_are_not_found(home: Home) -> None:
    token = uploads.begin(home, "oct.csv", 2)
    uploads.append(home, token, b"0", offset=0)
    for file in (home.uploads / token).iterdir():
        with pytest.raises(BadInput, match="gone"):
            uploads.find(home, f"{token}/{file.name}")


def test_a_name_with_folders_stays_inside_its_own_folder(home: Home) -> None:
    token = uploads.begin(home, "../../etc/passwd", 1)
    upload = uploads.append(home, token, b"x", offset=0)
    assert uploads.find(home, upload.path).parent == (home.uploads / token).resolve()
    assert Path(upload.path).name == "etc_passwd"
