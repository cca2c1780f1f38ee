"""A cache of data frames on disk: one SQLite file that holds JSON and nothing else.

A file of the home may have been written by somebody else, so what is read here can run no code
and names no other file. The file may be deleted at any time, even while it is in use.
"""

import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd

SIZE_LIMIT = 256 << 20
"""Bytes of all values together."""

_FILE = "frames.db"
_FORMER = "statistics"  # the folder of version 0.1.0
_BUSY_SECONDS = 5.0
_UNUSABLE = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR", "SQLITE_MISMATCH")
_TABLE = (
    "CREATE TABLE IF NOT EXISTS frames"
    " (key TEXT PRIMARY KEY, value BLOB NOT NULL, checksum INTEGER NOT NULL)"
)
_EVICT = (
    "DELETE FROM frames WHERE rowid IN (SELECT rowid FROM (SELECT rowid,"
    " sum(length(value)) OVER (ORDER BY rowid DESC) AS bytes FROM frames) WHERE bytes > ?)"
)


class FrameCache:
    """A cache of data frames by key; those stored first are dropped beyond ``SIZE_LIMIT``.

    Parameters
    ----------
    folder : Path
        Shared by processes and threads.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / _FILE

    def get(self, key: str, compute: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Return the frame of a key; compute and store it when the cache does not have it.

        A cache that cannot be read or written counts as empty; one that is damaged is deleted.
        """
        frame = self._read(key)
        if frame is None:
            frame = compute()
            self._write(key, json.dumps(_to_json(frame)).encode())
        return frame

    def _read(self, key: str) -> pd.DataFrame | None:
        if not self._file.exists():
            return None
        row = None
        with self._errors_ignored(), closing(self._connect()) as connection:
            query = "SELECT value, checksum FROM frames WHERE key = ?"
            row = connection.execute(query, (key,)).fetchone()
        if row is None or not isinstance(row[0], bytes) or zlib.crc32(row[0]) != row[1]:
            return None
        try:
            return _from_json(json.loads(row[0]))
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
            return None

    def _write(self, key: str, value: bytes) -> None:
        with self._errors_ignored(), closing(self._connect()) as connection, connection:
            connection.execute(_TABLE)
            store = "INSERT OR REPLACE INTO frames (key, value, checksum) VALUES (?, ?, ?)"
            connection.execute(store, (key, value, zlib.crc32(value)))
            connection.execute(_EVICT, (SIZE_LIMIT,))
        shutil.rmtree(self._folder / _FORMER, ignore_errors=True)

    def _connect(self) -> sqlite3.Connection:
        self._folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._file, timeout=_BUSY_SECONDS)
        connection.execute("PRAGMA trusted_schema = OFF")
        return connection

    @contextmanager
    def _errors_ignored(self) -> Iterator[None]:
        """Go on after the block where SQLite fails in it, without the file if it is damaged."""
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "").startswith(_UNUSABLE):
                with suppress(OSError):
                    self._file.unlink(missing_ok=True)
        except OSError:
            pass


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
