"""Answers that are kept so that they need not be computed again.

Values are JSON, never pickles: a cache folder that somebody else wrote must not run code. The
folder may be deleted at any time, even while it is in use.
"""

import sqlite3
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import diskcache
import pandas as pd

_LIMIT = 256 << 20


@lru_cache(maxsize=8)
def _opened(folder: Path) -> Any:
    return diskcache.Cache(str(folder), disk=diskcache.JSONDisk, size_limit=_LIMIT)


class FrameCache:
    """Keeps frames by key.

    Parameters
    ----------
    folder : Path
        Shared by processes and threads.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "statistics"

    def get(self, key: str, compute: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Return the frame of a key, computed where it is not kept."""
        kept = self._read(key)
        if kept is not None:
            return _unpacked(kept)
        frame = compute()
        self._write(key, _packed(frame))
        return frame

    def _read(self, key: str) -> Any:
        try:
            return _opened(self._folder).get(key)
        except (sqlite3.Error, OSError, diskcache.Timeout, ValueError):
            _opened.cache_clear()
            return None

    def _write(self, key: str, value: Any) -> None:
        try:
            _opened(self._folder).set(key, value)
        except (sqlite3.Error, OSError, diskcache.Timeout):
            _opened.cache_clear()


def _packed(frame: pd.DataFrame) -> dict[str, Any]:
    """Return a frame as JSON values; times become microseconds since 1970."""
    columns: dict[str, Any] = {}
    times = []
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            times.append(name)
            column = column.astype("datetime64[us]").astype("int64")
        plain = column.astype(object)
        columns[name] = plain.where(plain.notna(), None).tolist()
    return {"columns": columns, "times": times}


def _unpacked(value: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(value["columns"])
    for name in value["times"]:
        frame[name] = frame[name].astype("int64").astype("datetime64[us]")
    return frame
