"""A cache of data frames on disk.

Values are stored as JSON, not as pickles, so that a cache folder written by somebody else cannot
run code. The folder may be deleted at any time, even while it is in use.
"""

import sqlite3
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import diskcache
import pandas as pd

_SIZE_LIMIT = 256 << 20


@lru_cache(maxsize=8)
def _open_cache(folder: Path) -> Any:
    return diskcache.Cache(str(folder), disk=diskcache.JSONDisk, size_limit=_SIZE_LIMIT)


class FrameCache:
    """A cache of data frames by key, with least-recently-stored eviction at 256 MB.

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
        value = self._read(key)
        if value is not None:
            return _from_json(value)
        frame = compute()
        self._write(key, _to_json(frame))
        return frame

    def _read(self, key: str) -> Any:
        try:
            return _open_cache(self._folder).get(key)
        except (sqlite3.Error, OSError, diskcache.Timeout, ValueError):
            _open_cache.cache_clear()
            return None

    def _write(self, key: str, value: Any) -> None:
        try:
            _open_cache(self._folder).set(key, value)
        except (sqlite3.Error, OSError, diskcache.Timeout):
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
