"""Checksums of the files of a home: damage that a format does not notice shows by them.

A flipped bit in a table, a model or a number would otherwise go unnoticed. Each folder keeps the
SHA-256 of its files in ``checksums.json``: name → entries. A file that is being replaced has
several entries, of its new content and of the one before: a process may end between the two writes.
A file without an entry, such as one of an earlier version, is taken as it is.
"""

import fcntl
import hashlib
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from data.errors import Damaged
from data.file_cache import FileCache, Stamp, stamp
from data.files import atomic_write, locked, read_json, strict_json, write_json
from data.i18n import _

FILE = "checksums.json"
_MOST_ENTRIES = 3
_SAME_TIME_NS = 1_000_000  # archives keep times less exactly than file systems


class ChecksumError(ValueError):
    """A file is not the one that was written, is missing, or is no file but a pipe or a device."""


@dataclass(frozen=True)
class Entry:
    """What a file was when it was written: SHA-256, size in bytes, modification time (ns)."""

    sha256: str
    bytes: int
    modified: int

    @classmethod
    def of(cls, file: Path) -> "Entry":
        """Return the entry of a file as it is now."""
        status = file.stat()
        return cls(_sha256(file, stamp(file)), status.st_size, status.st_mtime_ns)

    def is_untouched(self, file: Path) -> bool:
        """Return whether a file has this size and was not modified since."""
        status = file.stat()
        is_as_old = abs(status.st_mtime_ns - self.modified) < _SAME_TIME_NS
        return is_as_old and status.st_size == self.bytes


Entries = Mapping[str, Sequence[Entry]]


@contextmanager
def checked_write(file: Path) -> Iterator[Path]:
    """Replace a file atomically, as ``data.files.atomic_write`` does, and store its checksum."""
    is_new = not file.exists()
    with atomic_write(file) as temporary:
        yield temporary
        if not is_new:
            before = _entries(file.parent).get(file.name) or [Entry.of(file)]
            _store(file.parent, {file.name: [Entry.of(temporary), *before][:_MOST_ENTRIES]})
    if is_new:  # an entry without a file would be one that is missing
        _store(file.parent, {file.name: [Entry.of(file)]})


def write_checked_json(file: Path, value: Any) -> None:
    """Replace a file atomically by a value as strict JSON, and store its checksum."""
    with checked_write(file) as temporary:
        temporary.write_text(strict_json(value, indent=1), encoding="utf-8")


def record(folder: Path, like: Path | None = None) -> None:
    """Store the checksums of all files that a folder holds.

    Parameters
    ----------
    folder : Path
        Its files are complete.
    like : Path, optional
        Another folder, whose checksums hold for files of the same name, size and time: links to its
        files are not read again.
    """
    known = _entries(like) if like else {}
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and file.name != FILE]
    entries = {}
    for file in files:
        same = [entry for entry in known.get(file.name, ()) if entry.is_untouched(file)]
        entries[file.name] = same[:1] or [Entry.of(file)]
    _store(folder, entries)


@contextmanager
def hash_in_background(files: Sequence[Path]) -> Iterator[None]:
    """Compute the checksums of files in a thread while the block runs, for ``record`` to find.

    The time is C code's, which releases the GIL.
    """

    def work() -> None:
        with suppress(OSError):  # which ``record`` raises
            for file in files:
                sha256(file)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    thread.join()


def add(folder: Path, entries: Mapping[str, Entry]) -> None:
    """Store checksums of files that another machine has written; they need not be here yet."""
    if any(_entries(folder).get(name) != [entries[name]] for name in entries):
        _store(folder, {name: [entry] for name, entry in entries.items()})


def replace(folder: Path, entries: Mapping[str, Entry]) -> None:
    """Store checksums as ``add`` does, and remove all others."""
    with suppress(Damaged):
        if _entries(folder) == {name: [entry] for name, entry in entries.items()}:
            return
    with locked(folder, fcntl.LOCK_EX):
        _write(folder, {name: [entry] for name, entry in entries.items()})


def known(file: Path) -> set[str]:
    """Return the SHA-256 that a file may have; none where it has no checksum."""
    return {entry.sha256 for entry in _entries(file.parent).get(file.name, ())}


def remove(folder: Path, files: Collection[str]) -> None:
    """Remove files of a folder, whether or not they exist, with their checksums."""
    with suppress(Damaged):
        if any(name in _entries(folder) for name in files):
            _store(folder, dict.fromkeys(files, ()))
    for name in files:
        (folder / name).unlink(missing_ok=True)


def is_there(file: Path) -> bool:
    """Return whether there is a file, or should be one: ``verified`` says where it is missing."""
    try:
        return file.exists() or file.name in _entries(file.parent)
    except Damaged:
        return True


def verified(file: Path, *, quick: bool = False) -> Path:
    """Return a file that is as it was written.

    Parameters
    ----------
    file : Path
    quick : bool
        Whether a file of the same size and modification time counts as the same. Otherwise it is
        read, once in each process as long as it stays the same.

    Raises
    ------
    ChecksumError
        Where it is not, is no file, or is missing although it was written.
    Damaged
        Where the checksums cannot be read.
    """
    if file.exists() and not file.is_file():  # reading a pipe would not end
        raise ChecksumError(f"{file} is no file")
    while entries := _entries(file.parent).get(file.name):
        before = stamp(file)
        if before is None:
            raise ChecksumError(f"{file} is missing")
        if quick and any(entry.is_untouched(file) for entry in entries):
            return file
        checksum = _sha256(file, before)
        if any(entry.sha256 == checksum for entry in entries):
            return file
        if stamp(file) == before and _entries(file.parent).get(file.name) == entries:
            raise ChecksumError(f"{file} has another checksum")
        # It was replaced meanwhile.
    return file


def names(folder: Path) -> list[str]:
    """Return the files of a folder that have a checksum.

    Raises
    ------
    Damaged
        Where the checksums cannot be read.
    """
    return sorted(_entries(folder))


def damaged_files(folder: Path, *, is_cache: bool = False) -> list[str]:
    """Return the files of a folder that are missing or not as they were written; all are read.

    Of a cache none is missing.

    Raises
    ------
    Damaged
        Where the checksums cannot be read.
    """
    damaged = []
    for name in names(folder):
        if is_cache and not (folder / name).exists():
            continue
        try:
            verified(folder / name)
        except (ChecksumError, OSError):
            damaged.append(name)
    return damaged


def _store(folder: Path, changes: Entries) -> None:
    """Change the entries of some files; those without any lose their place."""
    with locked(folder, fcntl.LOCK_EX):
        _write(folder, {**_entries(folder), **changes})


def _write(folder: Path, entries: Entries) -> None:
    content = {name: [asdict(entry) for entry in rows] for name, rows in entries.items() if rows}
    write_json(folder / FILE, content)


def _entries(folder: Path) -> Entries:
    """Return the entries of a folder; none where it has no checksums.

    Raises
    ------
    Damaged
        Where they cannot be read.
    """
    try:
        return _ENTRIES.get(folder / FILE)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Damaged(
            _(
                "{file} is damaged, so that nobody knows whether the files beside it are whole;"
                " restore them from a backup, or delete it to take them as they are."
            ).format(file=folder / FILE)
        ) from error


def _read(file: Path) -> Entries:
    if file.exists() and not file.is_file():
        raise ValueError(f"{file} is no file")
    content = {name: [Entry(**entry) for entry in rows] for name, rows in read_json(file).items()}
    if not all(
        isinstance(entry.sha256, str) and isinstance(entry.bytes + entry.modified, int)
        for rows in content.values()
        for entry in rows
    ):
        raise TypeError(file.name)
    return content


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file, read once in each process as long as it stays the same."""
    return _sha256(file, stamp(file))


@lru_cache(maxsize=4096)
def _sha256(file: Path, _stamp: Stamp) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


_ENTRIES = FileCache(_read, size=1024)
