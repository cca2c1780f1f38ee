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
    """Change the database of a cache as somebody else might, while nobody has it open."""
    module._open_cache.cache_clear()
    with closing(sqlite3.connect(folder / "statistics" / "cache.db")) as connection, connection:
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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = module._SETTINGS | {"size_limit": 40_000, "cull_limit": 1}
    monkeypatch.setattr(module, "_SETTINGS", small)
    module._open_cache.cache_clear()
    cache = FrameCache(tmp_path)
    keys = [str(i) for i in range(400)]
    for key in keys:
        cache.get(key, again)
    cache.get(keys[-1], never)
    with pytest.raises(AssertionError):
        cache.get(keys[0], never)


def test_a_pickled_value_is_not_executed(cache: FrameCache, tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    change(tmp_path, "UPDATE Cache SET mode = 4, value = ?", pickle.dumps(Marker(marker)))
    pd.testing.assert_frame_equal(cache.get("a", again), FRAME)
    assert not marker.exists()


def test_a_pickled_file_is_not_executed(cache: FrameCache, tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    (tmp_path / "value").write_bytes(pickle.dumps(Marker(marker)))
    change(tmp_path, "UPDATE Cache SET mode = 4, value = NULL, filename = '../value'")
    pd.testing.assert_frame_equal(cache.get("a", again), FRAME)
    assert not marker.exists()


def test_a_pickled_key_is_not_executed(cache: FrameCache, tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    change(tmp_path, "UPDATE Cache SET raw = 0, key = ?", pickle.dumps(Marker(marker)))
    cache.get("a", again)
    with pytest.raises(ValueError):
        list(module._open_cache(tmp_path / "statistics"))
    assert not marker.exists()


def test_a_file_that_a_row_names_is_not_deleted(cache: FrameCache, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    change(tmp_path, "UPDATE Cache SET filename = '../victim'")
    cache.get("a", again)  # replaces the row
    module._open_cache(tmp_path / "statistics").clear()
    assert victim.read_text() == "precious"


@pytest.mark.parametrize(
    ("key", "value"),
    [("sqlite_user_version", 7), ("get", "no method"), ("disk_directory", "/"), ("size_limit", 1)],
)
def test_settings_of_somebody_else_are_not_applied(
    cache: FrameCache, tmp_path: Path, key: str, value: object
) -> None:
    change(tmp_path, "INSERT OR REPLACE INTO Settings VALUES (?, ?)", key, value)
    cache.get("a", again)
    cache.get("a", never)
    stored = module._open_cache(tmp_path / "statistics")
    settings = dict(stored._sql("SELECT key, value FROM Settings").fetchall())
    assert settings.get(key) != value


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE Cache SET value = zeroblob(8)",
        "UPDATE Cache SET value = 7",
        "DROP TABLE Cache",
        "DROP TABLE Settings",
    ],
)
def test_a_changed_value_is_computed_and_stored_again(
    cache: FrameCache, tmp_path: Path, statement: str
) -> None:
    change(tmp_path, statement)
    pd.testing.assert_frame_equal(cache.get("a", again), FRAME)
    cache.get("a", never)


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\1" * 4096])
def test_a_damaged_file_is_replaced(cache: FrameCache, tmp_path: Path, content: bytes) -> None:
    module._open_cache.cache_clear()
    for name in ("cache.db-wal", "cache.db-shm"):
        (tmp_path / "statistics" / name).unlink(missing_ok=True)
    (tmp_path / "statistics" / "cache.db").write_bytes(content)
    pd.testing.assert_frame_equal(cache.get("a", again), FRAME)
    cache.get("a", never)


def test_a_folder_that_cannot_be_written_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    pd.testing.assert_frame_equal(FrameCache(tmp_path / "cache").get("a", again), FRAME)
