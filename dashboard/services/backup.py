"""A home in one file: copied while it is in use, and put back whole or not at all."""

import sqlite3
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.jobs import shared_home
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

if TYPE_CHECKING or sys.version_info >= (3, 11, 4):
    import tarfile
else:  # no filters there
    from backports import tarfile

_FOLDERS = ("datasets", "runs")
"""The folders that are backed up; the others are made again, or hold what is unfinished."""
_TOP = "vitrina"
"""The folder that holds everything within the archive."""
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
        Where the home is in use or would be a cache of a store, or the file is no backup or
        damaged.
    VitrinaError
        Where the backup is of a later version.
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
            with tarfile.open(file) as archive:
                archive.extractall(folder, filter=_only_files)
                assert archive.fileobj is not None
                while archive.fileobj.read(1 << 20):  # to the checksum at the end
                    pass
        except _DAMAGE as error:
            if is_full(error):
                words = _("The disk is full and nothing was restored; free some space, try again.")
                raise VitrinaError(words) from error
            raise _no_backup(file) from error
        if not all((folder / _TOP / name).is_dir() for name in _FOLDERS):
            raise _no_backup(file)
        yield folder / _TOP


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
                closing(sqlite3.connect(home.database)) as source,
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
    """Give the names of the datasets, which are neither removed nor renamed meanwhile."""
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
    if not (member.isreg() or member.isdir() or member.islnk()):
        raise tarfile.SpecialFileError(member)
    return tarfile.data_filter(member, folder)


def _folders(folder: Path) -> list[str]:
    return sorted(
        path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")
    )
