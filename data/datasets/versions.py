"""The versions of a dataset: folders of tables, of which its manifest names the current one."""

import fcntl
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

import psutil

from data import checksums
from data.datasets.manifest import MANIFEST, Manifest
from data.errors import VitrinaError
from data.files import locked, remove_leftovers

_PREFIX = "v-"
_REMOVED = ".removed"  # marks a version that was deleted while it was being read


def new_name() -> str:
    """Return a name for a new version, with the id and start time of this process.

    They tell ``is_being_written`` and ``sweep`` whether the import still runs.
    """
    started = int(psutil.Process().create_time() * 1000)
    return f"{_PREFIX}{os.getpid()}-{started}-{secrets.token_hex(6)}"


def is_being_written(folder: Path) -> bool:
    """Return whether a process imports into a dataset's folder now."""
    return any(map(_is_running, _unfinished(folder)))


def sweep(folder: Path) -> None:
    """Delete what killed imports have left in a dataset's folder, and the folder if it is empty."""
    for version in _unfinished(folder):
        if not _is_running(version):
            remove(version)
    remove_leftovers(folder)  # also beside a finished version, whose checksum may not be stored yet
    remove_if_empty(folder)


def remove(version: Path) -> None:
    """Delete a version; where it is being read, mark it, and leave it to a later sweep."""
    with suppress(FileNotFoundError):
        try:
            with locked(version, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(version, ignore_errors=True)
        except BlockingIOError:
            (version / _REMOVED).touch()


def remove_files(folder: Path) -> None:
    """Delete the files in a dataset's folder, the manifest first."""
    checksums.remove(folder, [MANIFEST])
    for file in folder.iterdir():
        if not file.is_dir():
            file.unlink(missing_ok=True)


def remove_if_empty(folder: Path) -> None:
    """Delete a dataset's folder that holds nothing but checksums."""
    if {file.name for file in folder.glob("*")} <= {checksums.FILE}:
        (folder / checksums.FILE).unlink(missing_ok=True)
    with suppress(OSError):  # it is not empty, or another process has removed it
        folder.rmdir()


def _unfinished(folder: Path) -> list[Path]:
    """Return the versions in a dataset's folder that its manifest does not name.

    The list is empty if the manifest cannot be read, since any of them may be complete then.
    """
    try:
        current = Manifest.read(folder / MANIFEST).version
    except (FileNotFoundError, NotADirectoryError):
        current = None
    except VitrinaError:
        return []
    return [path for path in folder.glob(f"{_PREFIX}*") if path.name != current]


def _is_running(version: Path) -> bool:
    """Return whether the process that writes a version still runs."""
    if (version / _REMOVED).exists():
        return False
    try:
        _prefix, pid, started, _salt = version.name.split("-")
        process = psutil.Process(int(pid))
        return abs(process.create_time() * 1000 - int(started)) < 2000
    except (ValueError, psutil.Error):
        return False
