"""Datasets on disk: one folder each, complete or absent.

A dataset's folder holds ``manifest.json`` and one folder with the tables that the manifest
names. An import fills a new folder beside it and then replaces the manifest: that one
replacement is the moment at which the dataset changes, so a crash leaves the old or the new.
What a crash leaves behind is a folder that no manifest names; ``Store.sweep`` removes it.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import psutil

from data.datasets.database import KEYS, connect, events_view, keyed_view
from data.datasets.manifest import SCHEMA, Manifest
from data.errors import BadInput, VitrinaError
from data.home import Home
from data.i18n import _

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Dataset:
    """A dataset that is complete on disk.

    Attributes
    ----------
    name : str
        What people call it.
    path : Path
        The folder with its tables.
    manifest : Manifest
        What is known about it.
    """

    name: str
    path: Path
    manifest: Manifest

    @property
    def fingerprint(self) -> str:
        """A short text that changes whenever the tables do; caches are keyed by it."""
        return self.manifest.version

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The event types in it, most frequent first."""
        return tuple(self.manifest.summary["events_by_type"])

    @property
    def rejects(self) -> Path:
        """Parquet file of the rejected rows: file, line, column, reason, raw."""
        return self.path / "rejects.parquet"

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open a connection with a view of ``events`` and of each derived table.

        ``events`` has the columns of ``data.events`` and ``row``; ``purchases`` has the same rows
        of type purchase, ordered by user, time and row; ``products`` and ``users`` have one row
        each; ``hours`` has the number of events of each hour and type. Close it after use.
        """
        connection = connect()
        for table in ("events", *KEYS):
            connection.execute(f"CREATE VIEW {table} AS {self._select(table)}")
        return connection

    def _select(self, table: str) -> str:
        if table == "events":
            return events_view(self.path, self.manifest.parts, self.manifest.time_from_order)
        return keyed_view(self.path / f"{table}.parquet", KEYS[table])


class Store:
    """The datasets of a home.

    Parameters
    ----------
    home : Home
        Its ``datasets`` folder holds one folder a dataset.
    """

    def __init__(self, home: Home) -> None:
        self.home = home

    def list(self) -> "list[Dataset]":
        """Return every dataset, by name; a damaged one is left out."""
        return sorted(self._readable(), key=lambda dataset: dataset.name.lower())

    def _readable(self) -> Iterator[Dataset]:
        for folder in self.home.datasets.iterdir():
            try:
                yield self.open(folder.name)
            except VitrinaError:
                continue

    def open(self, name: str) -> Dataset:
        """Return a dataset by its name; an unknown one raises BadInput."""
        folder = self.folder(name)
        try:
            manifest = Manifest.read(folder / _MANIFEST)
        except (FileNotFoundError, NotADirectoryError):
            known = ", ".join(sorted(self.names())) or _("none yet")
            raise BadInput(
                _("There is no dataset {name}; the datasets are: {known}.").format(
                    name=name, known=known
                )
            ) from None
        if manifest.schema != SCHEMA:
            raise BadInput(
                _("Dataset {name} was made by another version; import it again.").format(name=name)
            )
        return Dataset(name, folder / manifest.version, manifest)

    def names(self) -> set[str]:
        """Return the names that are taken."""
        return {file.parent.name for file in self.home.datasets.glob(f"*/{_MANIFEST}")}

    def delete(self, name: str) -> None:
        """Delete a dataset; an unknown one, or one being imported, raises BadInput."""
        folder = self.open(name).path.parent
        with self._locked():
            self.check_not_importing(name)
            (folder / _MANIFEST).unlink()
            shutil.rmtree(folder, ignore_errors=True)

    def rename(self, old: str, new: str) -> Dataset:
        """Rename a dataset; a taken or malformed name, or one being imported, raises BadInput."""
        folder = self.open(old).path.parent
        with self._locked():
            for name in (old, new):
                self.check_not_importing(name)
            self.check_free(new)
            folder.rename(self.folder(new))
        return self.open(new)

    def folder(self, name: str) -> Path:
        """Return where a dataset of this name lies or would lie."""
        self.check_name(name)
        return self.home.datasets / name

    @staticmethod
    def check_name(name: str) -> None:
        """Raise BadInput for a name that cannot be a folder and part of an address."""
        if not _NAME.fullmatch(name):
            raise BadInput(
                _(
                    "{name} cannot be a dataset's name: use up to 60 letters, digits, dots, "
                    "hyphens and underscores, and begin with a letter or digit."
                ).format(name=repr(name))
            )

    def check_free(self, name: str) -> None:
        """Raise BadInput where a dataset of this name exists."""
        self.check_name(name)
        if name in self.names():
            raise BadInput(
                _("Dataset {name} exists already; choose another name or delete it first.").format(
                    name=name
                )
            )

    def importing(self, name: str) -> bool:
        """Return whether a process, this one or another, imports a dataset of this name now."""
        folder = self.folder(name)
        versions = list(folder.iterdir()) if folder.is_dir() else []
        committed = self._version(folder)
        return any(
            version.is_dir() and version.name != committed and _alive(version.name)
            for version in versions
        )

    def check_not_importing(self, name: str) -> None:
        """Raise BadInput if a dataset of this name is being imported."""
        if self.importing(name):
            raise BadInput(_("Dataset {name} is being imported already.").format(name=name))

    def begin(self, name: str) -> Path:
        """Create the folder that a new version of a dataset is written to.

        Its name holds the id and start time of this process, so that `importing` and `sweep` can
        tell whether the import still runs.

        Raises
        ------
        BadInput
            If a dataset of this name is being imported already.
        """
        started = int(psutil.Process().create_time() * 1000)
        version = f"v-{os.getpid()}-{started}-{secrets.token_hex(6)}"
        folder = self.folder(name) / version
        with self._locked():
            self.check_not_importing(name)
            folder.mkdir(parents=True)
        return folder

    def commit(
        self, name: str, manifest: Manifest, *, replace: bool, added_to: Dataset | None = None
    ) -> Dataset:
        """Make a filled folder the dataset, at one stroke, and remove the version before it.

        Raises
        ------
        BadInput
            Where ``replace`` is false and somebody made the dataset meanwhile, or where it is no
            longer the one that was added to, so that what somebody else added would be lost.
        """
        folder = self.folder(name)
        before = self.open(name) if name in self.names() else None
        if before and not replace:
            self.check_free(name)
        if added_to and (before is None or before.fingerprint != added_to.fingerprint):
            raise BadInput(
                _("Dataset {name} was changed meanwhile; add the files again.").format(name=name)
            )
        manifest.write(folder / _MANIFEST)
        if before:
            shutil.rmtree(before.path, ignore_errors=True)
        return self.open(name)

    def abandon(self, folder: Path) -> None:
        """Remove a folder that ``begin`` made, and the dataset's folder where it holds no more."""
        shutil.rmtree(folder, ignore_errors=True)
        with self._locked():
            if not any(folder.parent.iterdir()):
                folder.parent.rmdir()

    def sweep(self) -> None:
        """Remove what imports that died have left behind."""
        for folder in self.home.datasets.iterdir():
            if not folder.is_dir():
                continue
            named = self._version(folder)
            for version in folder.iterdir():
                if version.name.startswith(".") and version.is_file():
                    version.unlink(missing_ok=True)
                elif version.is_dir() and version.name != named and not _alive(version.name):
                    shutil.rmtree(version, ignore_errors=True)
            with self._locked():
                if not any(folder.iterdir()):
                    folder.rmdir()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep every other process from beginning an import, renaming or deleting meanwhile."""
        descriptor = os.open(self.home.datasets, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _version(self, folder: Path) -> str | None:
        try:
            return Manifest.read(folder / _MANIFEST).version
        except (VitrinaError, FileNotFoundError):
            return None


def _alive(version: str) -> bool:
    """Tell whether the process that makes a version still runs."""
    try:
        _prefix, pid, started, _salt = version.split("-")
        process = psutil.Process(int(pid))
        return abs(process.create_time() * 1000 - int(started)) < 2000
    except (ValueError, psutil.Error):
        return False
