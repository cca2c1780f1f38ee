"""Atomic, durable replacement of files, and strict JSON."""

import errno
import fcntl
import json
import math
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

LONGEST_JSON = 1 << 28
"""Bytes of a JSON file that is read."""

_TEMPORARY = re.compile(r"\.([0-9]{1,9})-[0-9a-f]{8}-.+")


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Replace a file atomically by what the block writes to a temporary path.

    The temporary file lies in the same folder and ends in the name of ``path``, so that writers
    that go by the suffix choose the same format. When the block ends, the file is flushed to disk
    (fsync), renamed over ``path``, and the folder is flushed too. A reader, or a crash at any
    moment, sees the complete old or the complete new file. When the block raises, ``path`` is
    unchanged and the temporary file is removed.

    Parameters
    ----------
    path : Path
        The file to create or replace; its folder must exist.

    Yields
    ------
    Path
        Where the block has to write the new content.

    Raises
    ------
    OSError
        When the file cannot be written, flushed or renamed, or the block has written nothing.
        At once when ``path`` is a folder, a pipe or a device.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "answer.txt"
    ...     with atomic_write(path) as temporary:
    ...         _ = temporary.write_text("42")
    ...     path.read_text()
    '42'
    """
    if path.exists() and not path.is_file():
        raise FileExistsError(errno.EEXIST, "Not a regular file", str(path))
    temporary = path.with_name(f".{os.getpid()}-{secrets.token_hex(4)}-{path.name}")
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _fsync_folder(path.parent)


@contextmanager
def locked(folder: Path, operation: int) -> Iterator[None]:
    """Hold a lock on a folder, which ends with the process at the latest.

    Parameters
    ----------
    folder : Path
    operation : int
        ``fcntl.LOCK_SH`` or ``fcntl.LOCK_EX``, with ``fcntl.LOCK_NB`` to wait for nobody.

    Raises
    ------
    FileNotFoundError
        When there is no such folder.
    BlockingIOError
        When somebody else holds it, and ``operation`` says not to wait.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, operation)
        yield
    finally:
        os.close(descriptor)


def is_disk_full(error: BaseException) -> bool:
    """Return whether an error means a full disk, an exceeded quota or a file size limit."""
    full = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return isinstance(error, OSError) and error.errno in full


def remove_leftovers(folder: Path) -> None:
    """Delete the temporary files that killed writers have left in a folder and those below it."""
    for file in folder.rglob(".*"):
        name = _TEMPORARY.fullmatch(file.name)
        if name and not psutil.pid_exists(int(name[1])):
            file.unlink(missing_ok=True)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot flush a folder
            raise
    finally:
        os.close(descriptor)


def write_json(path: Path, value: Any) -> None:
    """Replace a file atomically by a value as strict, indented JSON; see ``strict_json``."""
    with atomic_write(path) as temporary:
        temporary.write_text(strict_json(value, indent=1), encoding="utf-8")


def is_folder(path: Path) -> bool:
    """Return whether there is a folder; there is none of a name that no file system takes."""
    try:
        return path.is_dir()
    except OSError:
        return False


def read_json(file: Path) -> Any:
    """Return the value in a JSON file.

    Raises
    ------
    OSError
        When there is no such file, or it cannot be read.
    ValueError
        When it holds no JSON, or JSON that is nested too deeply to be read, or longer than
        ``LONGEST_JSON``.
    """
    with file.open("rb") as stream:
        content = stream.read(LONGEST_JSON + 1)
    if len(content) > LONGEST_JSON:
        raise ValueError(f"{file} is too long")
    try:
        return json.loads(content.decode())
    except RecursionError as error:
        raise ValueError(f"{file} is nested too deeply") from error


def strict_json(value: Any, indent: int | None = None) -> str:
    """Return a value as JSON in which NaN and infinity, which JSON does not have, are null.

    Examples
    --------
    >>> strict_json({"loss": float("nan"), "epochs": (1, 2)})
    '{"loss": null, "epochs": [1, 2]}'
    """
    return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False, indent=indent)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
