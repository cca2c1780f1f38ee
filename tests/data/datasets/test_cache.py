"""The cache of data frames: what it holds, and what a damaged or hostile file does to it."""

import pickle
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.datasets import cache as module
from data.datasets.cache import FrameCache

FRAME = pd.DataFrame({"n": [1, 2], "at": pd.to_datetime(["2019-11-17", "2019-11-18"])})


class Marker:
    """A value whose unpickling creates a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


def never() -> pd.DataFrame:
    raise AssertionError("the cache did not have the frame")


def again() -> pd.DataFrame:
    return FRAME


def change(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / "frames.db")) as connection, connection:
        connection.execute(statement, values)


@pytest.fixture
def cache(tmp_path: Path) -> FrameCache:
    """A cache in ``tmp_path`` that holds FRAME under "a"."""
    cache = FrameCache(tmp_path)
    cache.get("a", again)
    return cache


def test_a_stored_frame_is_not_computed_again(cache: FrameCache) -> None:
    pd.testing.assert_frame_equal(cache.get("a", never), FRAME, check_dtype=False)


def test_the_frames_stored_first_are_dropped_beyond_the_limit(
    cache: FrameCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SIZE_LIMIT", 250)
    cache.get("b", again)
    cache.get("c", again)
    cache.get("c", never)
    with pytest.raises(AssertionError):
        cache.get("a", never)


def test_a_pickle_in_the_cache_is_not_executed(cache: FrameCache, tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    change(tmp_path, "UPDATE frames SET value = ?", pickle.dumps(Marker(marker)))
    change(tmp_path, "UPDATE frames SET key = ? WHERE key = 'b'", pickle.dumps(Marker(marker)))
    pd.testing.assert_frame_equal(cache.get("a", again), FRAME)
    assert not marker.exists()


def test_the_pickle_of_an_earlier_version_is_removed_unread(tmp_path: Path) -> None:
    marker, former = tmp_path / "executed", tmp_path / "statistics"
    former.mkdir()
    with closing(sqlite3.connect(former / "cache.db")) as connection, connection:
        connection.execute("CREATE TABLE Cache (key, raw, mode, filename, value)")
        values = ("a", 1, 4, "../../victim", pickle.dumps(Marker(marker)))
        connection.execute("INSERT INTO Cache VALUES (?, ?, ?, ?, ?)", values)
    FrameCache(tmp_path).get("a", again)
    assert not marker.exists()
    assert not former.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE frames SET value = replace(CAST(value AS TEXT), '1', '7')",
        "UPDATE frames SET value = zeroblob(8)",
        "DROP TABLE frames",
        "ALTER TABLE frames RENAME COLUMN value TO other",
    ],
)
def test_a_changed_value_is_computed_and_stored_again(
    cache: FrameCache, tmp_path: Path, statement: str
) -> None:
    change(tmp_path, statement)
    pd.testing.assert_frame_equal(cache.get("a", again), FRAME)
    cache.get("a", again)
    cache.get("a", never)


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\1" * 4096])
def test_a_damaged_file_is_replaced(cache: FrameCache, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "frames.db").write_bytes(content)
    pd.testing.assert_frame_equal(cache.get("a", again), FRAME)
    cache.get("a", again)
    cache.get("a", never)


def test_a_folder_that_cannot_be_written_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    pd.testing.assert_frame_equal(FrameCache(tmp_path / "cache").get("a", again), FRAME)
