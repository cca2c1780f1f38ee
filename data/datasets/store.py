"""Datasets on disk: one folder each, changed atomically.

A dataset's folder holds ``manifest.json`` and one folder with the tables of the version that the
manifest names. An import writes a new version beside it and then replaces the manifest
atomically, so that a crash leaves either the old or the new version. The unfinished version of an
import that crashed is named by no manifest; ``Store.sweep`` deletes it.

Where several machines have a store in common (see ``data.sharing``), the home is a cache of it: a
dataset's row in the database takes the place of the manifest as its commit, ``Store.refresh``
brings the manifests of all datasets into the home, and a dataset's tables come when they are read.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import psutil

from data import checksums
from data.datasets import renaming
from data.datasets.database import (
    KEYS,
    attributes_view,
    connect,
    events_view,
    keyed_view,
    read_parquet,
)
from data.datasets.manifest import Manifest
from data.datasets.side_tables import BUYERS, IDS, PRODUCTS, VIEWS, Attribute
from data.errors import BadInput, Damaged, VitrinaError
from data.events import NAMES
from data.files import locked
from data.home import Home
from data.i18n import _
from data.sharing import mirror_of
from data.sharing.folder_table import DATASETS, Condition, Conflict, StoredFolder
from data.sharing.mirror import Mirror

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_MANIFEST = "manifest.json"
_PREFIX = "v-"
_REMOVED = ".removed"  # marks a version that was deleted while it was being read


@dataclass(frozen=True)
class Dataset:
    """A dataset on disk.

    Attributes
    ----------
    name : str
        Its name, chosen by the user.
    path : Path
        The folder with its tables.
    manifest : Manifest
        Its sources, mapping and key figures.
    rows : int or None
        Number of the first events that the views ``events`` and ``purchases`` show; None for all.
    mirror : Mirror or None
        What brings its files into the home, where they are in a store.
    """

    name: str
    path: Path
    manifest: Manifest
    rows: int | None = None
    mirror: Mirror | None = field(default=None, compare=False, repr=False)

    def with_sources(self, number: int) -> "Dataset":
        """Return the dataset as it was when it had only its first ``number`` sources."""
        return replace(self, rows=sum(part.rows for part in self.manifest.parts[:number]))

    @property
    def fingerprint(self) -> str:
        """A short text that changes whenever the tables change; part of the keys of caches."""
        return self.manifest.version

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The event types, most frequent first."""
        return tuple(self.manifest.summary["events_by_type"])

    @property
    def product_attributes(self) -> tuple[Attribute, ...]:
        """What its side table says of products: the columns of view ``product_attributes``."""
        return self._attributes(PRODUCTS)

    @property
    def buyer_attributes(self) -> tuple[Attribute, ...]:
        """What its side table says of buyers: the columns of view ``buyer_attributes``."""
        return self._attributes(BUYERS)

    def _attributes(self, name: str) -> tuple[Attribute, ...]:
        table = self.manifest.side_tables.get(name)
        return table.attributes if table else ()

    @property
    def rejects(self) -> Path:
        """Parquet file of the rejected rows; columns file, line, column, reason, raw.

        Raises
        ------
        Damaged
            Where it is not as it was written.
        """
        return self._verified("rejects.parquet", quick=True)

    @property
    def _files(self) -> Iterator[str]:
        """The names of the files that ``connect`` reads."""
        yield from (part.file for part in self.manifest.parts)
        for table in (*KEYS, *(VIEWS[name] for name in self.manifest.side_tables)):
            yield f"{table}.parquet"

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection with the views ``events`` and one for each derived table.

        ``events`` has the columns of ``data.events`` and ``row``; ``purchases`` has the same
        columns, only events of type purchase, ordered by user, time and row; ``products`` and
        ``users`` have one row per product and user; ``hours`` has the number of events per hour
        and type. ``product_attributes`` (product_key, product, and a column for each of
        ``product_attributes``) and ``buyer_attributes`` (user_key, user, …) have a row for each
        product and user of the log that a side table knows.

        While the block runs, the files stay, even if the dataset is replaced or deleted.

        Raises
        ------
        Damaged
            Where a file is missing or not as it was written.
        BadInput
            Where the dataset has been replaced, renamed or deleted since it was opened.
        """
        with self._held(), connect() as connection:
            for file in self._files:
                self._verified(file, quick=True)
            try:
                self._create_views(connection)
                yield connection
            except duckdb.Error as error:
                self._check_files(error)
                raise

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Keep the files from being removed and the dataset from being renamed meanwhile."""
        with ExitStack() as stack:
            try:
                stack.enter_context(locked(self.path, fcntl.LOCK_SH))
            except OSError as error:
                if self._is_current():
                    raise self._damage(next(self._files)) from error
                raise self._changed() from error
            yield

    def fetch(self) -> None:
        """Bring its files into the home, where they are in a store.

        Raises
        ------
        StoreError
            When the store cannot be read.
        """
        if self.mirror is not None:
            own = f"{self.manifest.version}/"
            self.mirror.fetch(DATASETS, self.name, lambda path: path.startswith(own))

    def fetched(self) -> "Dataset":
        """Return it with its files in the home, for a process that knows no store."""
        self.fetch()
        return replace(self, mirror=None)

    def _is_current(self) -> bool:
        """Return whether the manifest still names this version, or cannot be read."""
        if self.mirror is not None:
            folder = self.mirror.get(DATASETS, self.name)
            return folder is not None and _has_version(folder, self.manifest.version)
        try:
            return Manifest.read(self.path.parent / _MANIFEST).version == self.manifest.version
        except (FileNotFoundError, NotADirectoryError):
            return False
        except Damaged:
            return True

    def verify(self) -> None:
        """Read all files, and raise Damaged for the first one that is not as it was written."""
        self.fetch()
        for file in self._files:
            self._verified(file)

    def _verified(self, file: str, *, quick: bool = False) -> Path:
        if self.mirror is not None and not (self.path / file).exists():
            self.fetch()
        try:
            return checksums.verified(self.path / file, quick=quick)
        except (checksums.ChecksumError, OSError) as error:
            if self.mirror is not None and not self._is_current():
                raise self._changed() from error
            raise self._damage(file) from error

    def _changed(self) -> BadInput:
        return BadInput(
            _("Dataset {name} was changed meanwhile; try again.").format(name=self.name)
        )

    def _damage(self, file: str) -> Damaged:
        return Damaged(
            _(
                "The file {file} of dataset {name} is damaged or missing; import the dataset again."
            ).format(file=file, name=self.name)
        )

    def _create_views(self, connection: duckdb.DuckDBPyConnection) -> None:
        for table in ("events", *KEYS):
            connection.execute(f"CREATE VIEW {table} AS {self._select(table)}")
        for name, view in VIEWS.items():
            side_table = self.manifest.side_tables.get(name)
            is_integer = self.manifest.has_integer_keys(IDS[name])
            select = attributes_view(self.path, name, side_table, is_integer)
            connection.execute(f"CREATE VIEW {view} AS {select}")

    def _check_files(self, error: duckdb.Error) -> None:
        """Raise Damaged from an error where a file of the tables cannot be read to its end."""
        for file in self._files:
            source = read_parquet(self.path / file)
            try:
                with connect() as connection:
                    connection.execute(f"SELECT sum(hash(COLUMNS(*)) % 2) FROM {source}")
            except duckdb.Error:
                raise self._damage(file) from error

    def _select(self, table: str) -> str:
        if table == "events":
            view = events_view(self.path, self.manifest.parts, self.manifest.time_from_order)
            return self._first_rows(view)
        absent = set(NAMES).difference(self.manifest.columns) if table == "purchases" else ()
        view = keyed_view(self.path / f"{table}.parquet", KEYS[table], sorted(absent))
        return self._first_rows(view) if table == "purchases" else view

    def _first_rows(self, view: str) -> str:
        return view if self.rows is None else f"SELECT * FROM ({view}) WHERE row < {self.rows}"


class Store:
    """The datasets of a home.

    Parameters
    ----------
    home : Home
        Its ``datasets`` folder holds one folder per dataset.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self._mirror = mirror_of(home)

    def refresh(self) -> None:
        """Bring into the home what has changed in the store, if there is one.

        The small files of datasets and runs come, such as manifests; tables and models do when they
        are read.

        Raises
        ------
        StoreError
            When the store cannot be read.
        """
        if self._mirror is None:
            return
        changed, names = self._mirror.refresh()
        gone = self._names() - names
        for name in gone:
            with suppress(FileNotFoundError, Damaged):
                version = Manifest.read(self.folder(name) / _MANIFEST).version
                _remove(self.folder(name) / version)
            with suppress(FileNotFoundError):
                _remove_files(self.folder(name))
        for name in gone.union(changed):
            _sweep(self.folder(name))

    def list(self) -> "list[Dataset]":
        """Return all datasets sorted by name; those in ``damaged`` are left out."""
        datasets = (self._open_or_error(name) for name in sorted(self.names(), key=str.lower))
        return [dataset for dataset in datasets if isinstance(dataset, Dataset)]

    def damaged(self) -> dict[str, str]:
        """Return the datasets that cannot be opened: name → sentence. They can be deleted."""
        datasets = {name: self._open_or_error(name) for name in sorted(self.names())}
        return {name: str(error) for name, error in datasets.items() if isinstance(error, Damaged)}

    def _open_or_error(self, name: str) -> "Dataset | VitrinaError":
        try:
            return self.open(name)
        except VitrinaError as error:  # BadInput where it has been deleted meanwhile
            return error

    def open(self, name: str) -> Dataset:
        """Return a dataset by its name; an unknown one raises BadInput, a damaged one Damaged."""
        folder = self.folder(name)
        self.refresh()
        try:
            manifest = Manifest.read(folder / _MANIFEST)
        except (FileNotFoundError, NotADirectoryError):
            known = ", ".join(sorted(self.names())) or _("none yet")
            raise BadInput(
                _("There is no dataset {name}; the datasets are: {known}.").format(
                    name=name, known=known
                )
            ) from None
        return Dataset(name, folder / manifest.version, manifest, mirror=self._mirror)

    @contextmanager
    def reading(self, name: str, *, verify: bool = True) -> Iterator[Dataset]:
        """Open a dataset whose files stay while the block runs, even if it is replaced or deleted.

        Meanwhile it cannot be renamed.

        Parameters
        ----------
        name : str
        verify : bool
            Whether all files are read first to see whether they are as they were written.

        Raises
        ------
        BadInput, Damaged
            As ``open``.
        """
        while True:
            dataset = self.open(name)
            with _lock(dataset.path, fcntl.LOCK_SH):
                if self.open(name).path == dataset.path:  # it has not been replaced before the lock
                    if verify:
                        dataset.verify()
                    yield dataset
                    return

    def names(self) -> set[str]:
        """Return the names of the datasets, damaged ones and those without their manifest too."""
        self.refresh()
        return self._names()

    def _names(self) -> set[str]:
        return {
            folder.name
            for folder in self.home.datasets.glob("*")
            if _NAME.fullmatch(folder.name) and checksums.is_there(folder / _MANIFEST)
        }

    def delete(self, name: str) -> None:
        """Delete a dataset; an unknown name, or one being imported, raises BadInput."""
        with suppress(Damaged):
            self.open(name)
        folder = self.folder(name)
        with self._locked():
            self.check_not_importing(name)
            if self._mirror is not None:
                self._mirror.remove(DATASETS, name)
            _remove_files(folder)
            for version in folder.iterdir():
                _remove(version)
            _remove_if_empty(folder)

    def rename(self, old: str, new: str) -> None:
        """Rename a dataset, marked until whoever calls this concludes it (``renaming``).

        One in a store is renamed by its row, which ``Runs.rename_dataset`` changes together with
        those of its runs.

        Raises
        ------
        BadInput
            When the new name is taken or malformed, or the dataset is being imported or read.
        """
        dataset = self.open(old)
        with self._locked():
            for name in (old, new):
                self.check_not_importing(name)
            self.check_free(new)
            if self._mirror is not None:
                return
            try:
                with _lock(dataset.path, fcntl.LOCK_EX | fcntl.LOCK_NB):
                    renaming.mark(self.folder(old))
                    self.folder(old).rename(self.folder(new))
            except BlockingIOError as error:
                raise BadInput(
                    _("Dataset {name} is being read; try again when that has ended.").format(
                        name=old
                    )
                ) from error

    def folder(self, name: str) -> Path:
        """Return the folder of a dataset of this name, whether or not it exists."""
        self.check_name(name)
        return self.home.datasets / name

    @staticmethod
    def check_name(name: str) -> None:
        """Raise BadInput for a name that is no valid folder name and URL segment."""
        if not _NAME.fullmatch(name):
            raise BadInput(
                _(
                    "{name} cannot be a dataset's name: use up to 60 letters, digits, dots, "
                    "hyphens and underscores, and begin with a letter or digit."
                ).format(name=repr(name))
            )

    def check_free(self, name: str) -> None:
        """Raise BadInput if a dataset of this name exists."""
        self.check_name(name)
        if name in self.names():
            raise BadInput(
                _("Dataset {name} exists already; choose another name or delete it first.").format(
                    name=name
                )
            )

    def importing(self, name: str) -> bool:
        """Return whether a process, this one or another, imports a dataset of this name now."""
        return any(map(_is_running, _unfinished(self.folder(name))))

    def check_not_importing(self, name: str) -> None:
        """Raise BadInput if a dataset of this name is being imported."""
        if self.importing(name):
            raise BadInput(_("Dataset {name} is being imported already.").format(name=name))

    def begin(self, name: str) -> Path:
        """Create the folder for a new version of a dataset and return it.

        Its name holds the id and start time of this process, so that `importing` and `sweep` can
        tell whether the import still runs.

        Raises
        ------
        BadInput
            If a dataset of this name is being imported already.
        """
        started = int(psutil.Process().create_time() * 1000)
        version = f"{_PREFIX}{os.getpid()}-{started}-{secrets.token_hex(6)}"
        folder = self.folder(name) / version
        with self._locked():
            self.check_not_importing(name)
            folder.mkdir(parents=True)
        return folder

    def commit(
        self, name: str, manifest: Manifest, *, replace: bool, added_to: Dataset | None = None
    ) -> Dataset:
        """Make a complete version the current one atomically and delete the previous version.

        Parameters
        ----------
        name : str
            The dataset's name.
        manifest : Manifest
            Of the new version.
        replace : bool
            Whether a dataset of this name may exist.
        added_to : Dataset, optional
            The version that the new one extends.

        Raises
        ------
        BadInput
            If ``replace`` is false and the dataset has been created meanwhile, or if
            ``added_to`` is no longer the current version, so that events would be lost.
        """
        folder = self.folder(name)
        if not replace:
            self.check_free(name)
        previous = self._open_or_error(name)
        current = previous.fingerprint if isinstance(previous, Dataset) else None
        if added_to and current != added_to.fingerprint:
            raise BadInput(
                _("Dataset {name} was changed meanwhile; add the files again.").format(name=name)
            )
        checksums.record(
            folder / manifest.version, like=previous.path if isinstance(previous, Dataset) else None
        )
        if self._mirror is not None:
            self._upload(self._mirror, name, manifest, replace=replace, added_to=added_to)
        manifest.write(folder / _MANIFEST)
        if isinstance(previous, Dataset):
            _remove(previous.path)
        elif isinstance(previous, Damaged):
            _sweep(folder)
        return self.open(name)

    def _upload(
        self,
        mirror: Mirror,
        name: str,
        manifest: Manifest,
        *,
        replace: bool,
        added_to: Dataset | None,
    ) -> None:
        """Put a version into the store, where it takes the place of the one before.

        Raises
        ------
        BadInput
            If the dataset has been created, or changed under an addition, meanwhile.
        """
        before = mirror.get(DATASETS, name) if added_to else None
        changed = BadInput(_("Dataset {name} was changed meanwhile; try again.").format(name=name))
        if added_to and not (before and _has_version(before, added_to.manifest.version)):
            raise changed
        tables = self.folder(name) / manifest.version
        with TemporaryDirectory(dir=self.home.cache) as temporary:
            file = Path(temporary) / _MANIFEST
            manifest.write(file)
            put = {f"{tables.name}/{table}": tables / table for table in checksums.names(tables)}
            try:
                mirror.commit(
                    DATASETS,
                    name,
                    {_MANIFEST: file, **put},
                    dropped=lambda path: "/" in path,
                    condition=Condition(not replace, before.files[_MANIFEST].key if before else ""),
                    like=before,
                )
            except Conflict as error:
                raise changed from error

    def save_beside(self, name: str, file: str, value: Any) -> None:
        """Write a JSON file that belongs to a dataset beside its tables.

        Raises
        ------
        BadInput
            If there is no such dataset.
        """
        folder = self.open(name).path.parent
        checksums.write_checked_json(folder / file, value)
        if self._mirror is not None:
            self._mirror.commit(DATASETS, name, {file: folder / file})

    def abandon(self, folder: Path) -> None:
        """Delete an unfinished version, and the dataset's folder if it is empty then."""
        shutil.rmtree(folder, ignore_errors=True)
        with self._locked():
            _remove_if_empty(folder.parent)

    def sweep(self) -> None:
        """Delete the unfinished versions of imports whose processes have ended."""
        with self._locked():
            for folder in self.home.datasets.iterdir():
                _sweep(folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep every other process from beginning an import, renaming or deleting meanwhile."""
        with locked(self.home.datasets, fcntl.LOCK_EX):
            yield


def _sweep(folder: Path) -> None:
    """Delete what killed imports have left in a dataset's folder, and the folder if it is empty."""
    unfinished = _unfinished(folder)
    running = list(filter(_is_running, unfinished))
    for version in set(unfinished).difference(running):
        _remove(version)
    if not running:
        for name in (_MANIFEST, checksums.FILE):
            for temporary in folder.glob(f".*{name}*"):  # of a killed commit
                temporary.unlink(missing_ok=True)
    _remove_if_empty(folder)


def _remove_files(folder: Path) -> None:
    """Delete the files in a dataset's folder, the manifest first."""
    checksums.remove(folder, [_MANIFEST])
    for file in folder.iterdir():
        if not file.is_dir():
            file.unlink(missing_ok=True)


def _has_version(folder: StoredFolder, version: str) -> bool:
    """Return whether the store has this version of a dataset."""
    return any(path.startswith(f"{version}/") for path in folder.files)


def _unfinished(folder: Path) -> list[Path]:
    """Return the versions in a dataset's folder that its manifest does not name.

    The list is empty if the manifest cannot be read, since any of them may be complete then.
    """
    try:
        current = Manifest.read(folder / _MANIFEST).version
    except (FileNotFoundError, NotADirectoryError):
        current = None
    except VitrinaError:
        return []
    return [path for path in folder.glob(f"{_PREFIX}*") if path.name != current]


def _remove(version: Path) -> None:
    """Delete a version; where it is being read, mark it, and leave it to a later sweep."""
    with suppress(FileNotFoundError):
        try:
            with locked(version, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(version, ignore_errors=True)
        except BlockingIOError:
            (version / _REMOVED).touch()


def _lock(version: Path, operation: int) -> AbstractContextManager[None]:
    """Return a lock on a version; none where its folder is missing, which shows when it is read."""
    return locked(version, operation) if version.exists() else nullcontext()


def _remove_if_empty(folder: Path) -> None:
    """Delete a dataset's folder that holds nothing but checksums."""
    if {file.name for file in folder.glob("*")} <= {checksums.FILE}:
        (folder / checksums.FILE).unlink(missing_ok=True)
    with suppress(OSError):  # it is not empty, or another process has removed it
        folder.rmdir()


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
