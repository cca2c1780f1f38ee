"""A cache of data frames on disk, in which nothing but JSON is stored and read.

A file of the home may have been written by somebody else. diskcache, taken as it comes, unpickles
rows that say so, reads and deletes files that rows name, and applies the settings that its file
holds: ``_JsonDisk`` and ``_is_trusted`` leave it none of these. The folder may be deleted at any
time, even while it is in use.
"""

import shutil
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

import diskcache
import pandas as pd
from diskcache.core import DBNAME, DEFAULT_SETTINGS, METADATA, MODE_RAW

SIZE_LIMIT = 256 << 20
"""Bytes of all values together."""
_SETTINGS = DEFAULT_SETTINGS | {
    "size_limit": SIZE_LIMIT,
    "disk_min_file_size": SIZE_LIMIT,  # values are stored in the database, never in files
}
_BUSY_SECONDS = 5.0
_UNREADABLE = (
    sqlite3.Error,
    diskcache.Timeout,
    OSError,
    zlib.error,
    ValueError,
    TypeError,
    KeyError,
    RecursionError,
    OverflowError,
)


class _JsonDisk(diskcache.JSONDisk):  # type: ignore[misc]
    """Values and keys as compressed JSON in the database: no pickle, no other file."""

    def get(self, key: Any, raw: Any) -> Any:
        """Return a key; a pickled one raises ValueError."""
        if not raw:
            raise ValueError
        return super().get(key, raw)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        """Return a value; one that is pickled or in a file raises ValueError."""
        if mode != MODE_RAW or filename is not None:
            raise ValueError
        return super().fetch(mode, filename, value, read)

    def remove(self, file_path: str) -> None:
        """Remove nothing: no value is in a file."""


@lru_cache(maxsize=8)
def _open_cache(folder: Path) -> Any:
    if not _is_trusted(folder / DBNAME):
        shutil.rmtree(folder, ignore_errors=True)
    return diskcache.Cache(str(folder), timeout=_BUSY_SECONDS, disk=_JsonDisk, **_SETTINGS)


def _is_trusted(file: Path) -> bool:
    """Return whether a cache file is new or has the settings that are used here, and no other.

    diskcache runs settings of the file as PRAGMAs and sets them as attributes.
    """
    if not file.exists():
        return True
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            stored = dict(database.execute("SELECT key, value FROM Settings").fetchall())
    except (sqlite3.Error, ValueError):
        return False
    settings = {key: value for key, value in stored.items() if key not in METADATA}
    return bool(settings == _SETTINGS)


class FrameCache:
    """A cache of data frames by key; those stored first are dropped beyond ``SIZE_LIMIT``.

    Parameters
    ----------
    folder : Path
        Shared by processes and threads.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "statistics"

    def get(self, key: str, compute: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Return the frame of a key; compute and store it when the cache does not have it.

        A cache that cannot be read or written counts as empty.
        """
        frame = self._read(key)
        if frame is None:
            frame = compute()
            self._write(key, _to_json(frame))
        return frame

    def _read(self, key: str) -> pd.DataFrame | None:
        try:
            value = _open_cache(self._folder).get(key)
            return None if value is None else _from_json(value)
        except _UNREADABLE:
            _open_cache.cache_clear()
            return None

    def _write(self, key: str, value: Any) -> None:
        try:
            _open_cache(self._folder).set(key, value)
        except _UNREADABLE:
            _open_cache.cache_clear()


def _to_json(frame: pd.DataFrame) -> dict[str, Any]:
    """Return a frame as JSON values; times become microseconds since 1970."""
    columns: dict[str, Any] = {}
    times = []
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            times.append(name)
            column = column.astype("datetime64[us]").astype("int64")
        objects = column.astype(object)
        columns[name] = objects.where(objects.notna(), None).tolist()
    return {"columns": columns, "times": times}


def _from_json(value: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(value["columns"])
    for name in value["times"]:
        frame[name] = frame[name].astype("int64").astype("datetime64[us]")
    return frame
