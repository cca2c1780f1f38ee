"""A home in one file: copied while it is in use, and put back whole or not at all."""

import io
import shutil
import sqlite3
import sys
import tempfile
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from dashboard.jobs import shared_home
from dashboard.jobs.database import address_to_read
from dashboard.jobs.runs_table import Runs
from dashboard.services import new_home
from dashboard.services.verification import verify
from data.datasets import renaming
from data.datasets.database import is_full
from data.datasets.store import Store
from data.errors import BadInput, VitrinaError
from data.files import atomic_write
from data.home import Home
from data.i18n import _
from data.importing.streams import check_unpacked, is_broken, opened

if TYPE_CHECKING or sys.version_info >= (3, 11, 4):
    import tarfile
else:  # no filters there
    from backports import tarfile

_FOLDERS = ("datasets", "runs")
"""The folders that are backed up; the others are made again, or hold what is unfinished."""
_TOP = "vitrina"
"""The folder that holds everything within the archive."""
_MOST_MEMBERS = 500_000
_LEAST_ON_DISK = 4_096  # bytes that a file or folder takes
_BLOCK = 1 << 18
_MOST_AT_ONCE = 1 << 20
_DAMAGE = (tarfile.TarError, EOFError, zlib.error, OSError, RecursionError)


@dataclass(frozen=True)
class Backup:
    """What a backup holds.

    Attributes
    ----------
    datasets, runs : int
    has_table : bool
        Whether the table of runs is in it; not where it is in PostgreSQL.
    damage : tuple of str
        A sentence on each dataset and run that was damaged before; it is in the backup as it is.
    """

    datasets: int
    runs: int
    has_table: bool
    damage: tuple[str, ...] = ()


def back_up(home: Home, file: Path) -> Backup:
    """Write the table of runs, datasets and folders of runs of a home into an archive.

    It may be called while the home is in use: the table is copied as of one moment, and the version
    of a dataset that is copied is not removed meanwhile. Uploads and the cache are left out.

    Parameters
    ----------
    home : Home
    file : Path
        The archive, a compressed tar file, which is replaced atomically.

    Raises
    ------
    BadInput
        Where there is no such home, it is a cache of a store, the archive would lie within it, or
        it cannot be written.
    """
    if home.store_url is not None:
        raise BadInput(
            _(
                "Datasets and models are in a store; back up its bucket, and the database with"
                " pg_dump."
            )
        )
    if not home.path.is_dir():
        raise BadInput(_("There is no home folder {folder}.").format(folder=home.path))
    if file.absolute().is_relative_to(home.path):
        raise BadInput(_("Write the backup outside of the home folder."))
    has_table = home.database_url is None and home.database.exists()
    try:
        with (
            held(home) as datasets,
            atomic_write(file) as temporary,
            tarfile.open(temporary, "w:gz", compresslevel=1, dereference=True) as to,
        ):
            if has_table:
                _add_table(home, to)
            _add(to, home.path / shared_home.FILE, f"{_TOP}/{shared_home.FILE}")
            runs = _folders(home.runs)
            for name, names in (("datasets", datasets), ("runs", runs)):
                to.addfile(_folder(f"{_TOP}/{name}"))
                for part in names:
                    _add(to, home.path / name / part, f"{_TOP}/{name}/{part}")
            damage = verify(home).damage
    except OSError as error:
        raise BadInput(
            _("Cannot write {file}: {reason}.").format(file=file, reason=error.strerror or error)
        ) from error
    return Backup(len(datasets), len(runs), has_table, damage)


def restore(file: Path, home: Home) -> None:
    """Put back a backup as a home that is new or empty, whole or not at all.

    Raises
    ------
    BadInput
        Where the home is in use or would be a cache of a store, or the file is no backup, damaged,
        or unpacks to more than a backup of its size can hold.
    VitrinaError
        Where the backup is of a later version, or does not fit on the disk.
    """
    if home.store_url is not None:
        raise BadInput(
            _("A backup becomes a home of its own; restore it without --store and VITRINA_STORE.")
        )
    new_home.check_free(home)
    if not file.is_file():
        raise BadInput(_("There is no file {file}.").format(file=file))
    with _unpacked(file, home.path.parent) as folder:
        if (folder / "vitrina.db").exists() and home.database_url is None:
            Runs(Home(folder)).close()  # refuses a later version, and migrates an earlier one
        new_home.take_place(folder, home)


@contextmanager
def _unpacked(file: Path, beside: Path) -> Iterator[Path]:
    """Unpack a backup beside its place; what the block does not move away is removed."""
    with new_home.unfinished(beside) as folder:
        try:
            free = shutil.disk_usage(folder).free
            with _members(file, free) as (_archive, members):
                deque(members, maxlen=0)  # nothing is written of one that is refused
            with _members(file, free) as (archive, members):
                archive.extractall(folder, members=members, filter=_only_files)
        except _DAMAGE as error:
            if is_full(error):
                words = _("The disk is full and nothing was restored; free some space, try again.")
                raise VitrinaError(words) from error
            raise _no_backup(file) from error
        if not all((folder / _TOP / name).is_dir() for name in _FOLDERS):
            raise _no_backup(file)
        yield folder / _TOP


@contextmanager
def _members(file: Path, free: int) -> Iterator[tuple[tarfile.TarFile, Iterator[tarfile.TarInfo]]]:
    """Give the archive of a backup and its members, and read it to its end behind the block."""
    with opened(file) as (stream, _position):
        with tarfile.TarFile(fileobj=cast(BinaryIO, _Forward(stream))) as archive:
            yield archive, _bounded(archive, file, free)
        while stream.read(1 << 20):  # to the checksum at the end
            pass
        if is_broken(stream):
            raise _no_backup(file)


class _Forward(io.RawIOBase):
    """A stream that is read once, in which a position is where its bytes have been passed.

    An archive's list of long names is read at once, however long it claims to be; it is refused.

    Parameters
    ----------
    stream
        Has ``read(size)``, which may return less.
    """

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self._stream = io.BufferedReader(stream, 1 << 18)
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, fewer only at the end."""
        if not 0 <= size <= _MOST_AT_ONCE:
            raise tarfile.ReadError("a name without end")
        content = self._stream.read(size)
        self._position += len(content)
        return content

    def tell(self) -> int:
        """Return how many bytes have been passed."""
        return self._position

    def seek(self, position: int, _whence: int = io.SEEK_SET) -> int:
        """Pass all bytes before a position, which is not behind."""
        if position < self._position:
            raise tarfile.ReadError("not in order")
        while self._position < position and self.read(min(_BLOCK, position - self._position)):
            pass
        return self._position


def _bounded(archive: tarfile.TarFile, file: Path, free: int) -> Iterator[tarfile.TarInfo]:
    """Yield the members of a backup as long as all so far fit on the disk and into the file."""
    needed, packed = 0, file.stat().st_size
    for count, member in enumerate(archive, start=1):
        needed += max(member.size, _LEAST_ON_DISK)
        check_unpacked(needed, packed)
        if count > _MOST_MEMBERS:
            raise _no_backup(file)
        if needed > free:
            raise VitrinaError(
                _("{file} needs more space than the disk has; free some space, try again.").format(
                    file=file
                )
            )
        yield member


def _no_backup(file: Path) -> BadInput:
    return BadInput(_("{file} is no backup of Vitrina, or it is damaged.").format(file=file))


def _add_table(home: Home, to: tarfile.TarFile) -> None:
    """Add the table of runs as of one moment, although processes may write it.

    Raises
    ------
    VitrinaError
        Where it cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / home.database.name
        try:
            with (
                closing(sqlite3.connect(address_to_read(home.database), uri=True)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
        except sqlite3.Error as error:
            raise VitrinaError(
                _(
                    "The table of runs cannot be copied ({reason}); put a copy of vitrina.db back,"
                    " or move it out of the home folder to back up the rest."
                ).format(reason=error)
            ) from error
        copy.chmod(0o600)
        to.add(copy, f"{_TOP}/{copy.name}")


@contextmanager
def held(home: Home) -> Iterator[list[str]]:
    """Yield the names of the datasets, which are neither removed nor renamed meanwhile."""
    names = _folders(home.datasets)
    with ExitStack() as stack:
        for name in names:
            with suppress(VitrinaError):  # a damaged one is backed up as it is
                stack.enter_context(Store(home).reading(name, verify=False))
        yield names


def _add(to: tarfile.TarFile, path: Path, name: str) -> None:
    """Add a file or folder; leave out what is removed meanwhile or half-written.

    A link counts as what it leads to, such as a dataset on another disk.
    """
    is_half_written = path.name.startswith(".") and path.name != renaming.FILE
    if is_half_written or not (path.is_file() or path.is_dir()):
        return
    with suppress(FileNotFoundError):
        to.add(path, name, recursive=False)
        if path.is_dir():
            for part in sorted(path.iterdir()):
                _add(to, part, f"{name}/{part.name}")


def _folder(name: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.mode = tarfile.DIRTYPE, 0o700
    return info


def _only_files(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo:
    """Let files and folders be unpacked, below the folder alone: a backup holds nothing else."""
    if not (member.isreg() or member.isdir() or member.islnk()) or member.issparse():
        raise tarfile.SpecialFileError(member)
    return tarfile.data_filter(member, folder)


def _folders(folder: Path) -> list[str]:
    return sorted(
        path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")
    )
