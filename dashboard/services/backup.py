"""A home in one file: copied while it is in use, and put back whole or not at all."""

import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dashboard.jobs import shared_home
from dashboard.jobs.runs_table import Runs
from data.datasets.store import Store
from data.errors import BadInput, VitrinaError
from data.files import atomic_write
from data.home import Home
from data.i18n import _

_FOLDERS = ("datasets", "runs")
"""The folders that are backed up; the others are made again, or hold what is unfinished."""
_TOP = "vitrina"
"""The folder that holds everything within the archive."""
_DAMAGE = (tarfile.TarError, EOFError, zlib.error, OSError)


@dataclass(frozen=True)
class Backup:
    """What a backup holds.

    Attributes
    ----------
    datasets, runs : int
    has_table : bool
        Whether the table of runs is in it; not where it is in PostgreSQL.
    """

    datasets: int
    runs: int
    has_table: bool


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
        Where there is no such home, the archive would lie within it, or it cannot be written.
    """
    if not home.path.is_dir():
        raise BadInput(_("There is no home folder {folder}.").format(folder=home.path))
    if file.absolute().is_relative_to(home.path):
        raise BadInput(_("Write the backup outside of the home folder."))
    has_table = home.database_url is None and home.database.exists()
    try:
        with (
            atomic_write(file) as temporary,
            tarfile.open(temporary, "w:gz", compresslevel=1) as to,
        ):
            if has_table:
                _add_table(home, to)
            for name in (shared_home.FILE, *_FOLDERS):
                _add(to, home.path / name, f"{_TOP}/{name}", recursive=False)
            names = _folders(home.datasets)
            for name in names:
                _add_dataset(home, name, to)
            runs = _folders(home.runs)
            for name in runs:
                _add(to, home.runs / name, f"{_TOP}/runs/{name}")
    except OSError as error:
        raise BadInput(
            _("Cannot write {file}: {reason}.").format(file=file, reason=error.strerror or error)
        ) from error
    return Backup(len(names), len(runs), has_table)


def restore(file: Path, home: Home) -> None:
    """Put back a backup as a home that is new or empty, whole or not at all.

    Raises
    ------
    BadInput
        Where the home is in use, or the file is no backup or damaged.
    VitrinaError
        Where the backup is of a later version.
    """
    if home.path.exists() and (not home.path.is_dir() or any(home.path.iterdir())):
        raise BadInput(
            _("{folder} is not empty; choose a new folder with --home.").format(folder=home.path)
        )
    with _unpacked(file, home.path.parent) as folder:
        if (folder / "vitrina.db").exists() and home.database_url is None:
            Runs(Home(folder)).close()  # refuses a later version, and migrates an earlier one
        with suppress(FileNotFoundError):
            home.path.rmdir()
        folder.chmod(0o700)
        folder.rename(home.path)


@contextmanager
def _unpacked(file: Path, beside: Path) -> Iterator[Path]:
    """Unpack a backup beside its place; what the block does not move away is removed."""
    try:
        beside.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".restore-", dir=beside))
    except OSError as error:
        raise BadInput(
            _("Cannot write {file}: {reason}.").format(file=beside, reason=error.strerror)
        ) from error
    try:
        try:
            with tarfile.open(file) as archive:
                archive.extractall(folder, filter="data")  # nothing outside of the folder
        except FileNotFoundError as error:
            raise BadInput(_("There is no file {file}.").format(file=file)) from error
        except _DAMAGE as error:
            raise _no_backup(file) from error
        if not all((folder / _TOP / name).is_dir() for name in _FOLDERS):
            raise _no_backup(file)
        yield folder / _TOP
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _no_backup(file: Path) -> BadInput:
    return BadInput(_("{file} is no backup of Vitrina, or it is damaged.").format(file=file))


def _add_table(home: Home, to: tarfile.TarFile) -> None:
    """Add the table of runs as of one moment, although processes may write it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / home.database.name
        with (
            closing(sqlite3.connect(home.database)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        copy.chmod(0o600)
        to.add(copy, f"{_TOP}/{copy.name}")


def _add_dataset(home: Home, name: str, to: tarfile.TarFile) -> None:
    """Add a dataset, whose present version stays meanwhile; a damaged one is added as it is."""
    folder, target = home.datasets / name, f"{_TOP}/datasets/{name}"
    try:
        with Store(home).reading(name):
            _add(to, folder, target)
    except VitrinaError:
        _add(to, folder, target)


def _add(to: tarfile.TarFile, path: Path, name: str, *, recursive: bool = True) -> None:
    """Add a file or folder; leave out what is removed meanwhile or half-written."""
    if path.name.startswith("."):
        return
    with suppress(FileNotFoundError):
        to.add(path, name, recursive=False)
        if recursive and path.is_dir() and not path.is_symlink():
            for part in sorted(path.iterdir()):
                _add(to, part, f"{name}/{part.name}")


def _folders(folder: Path) -> list[str]:
    return sorted(
        path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")
    )
