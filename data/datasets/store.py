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
import re
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from data import checksums
from data.datasets import renaming, versions
from data.datasets.dataset import Dataset, has_version
from data.datasets.manifest import MANIFEST, Manifest
from data.errors import BadInput, Damaged, VitrinaError
from data.files import locked
from data.home import Home
from data.i18n import _
from data.sharing import mirror_of
from data.sharing.folder_table import DATASETS, Condition, Conflict
from data.sharing.mirror import Mirror

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


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
                version = Manifest.read(self.folder(name) / MANIFEST).version
                versions.remove(self.folder(name) / version)
            with suppress(FileNotFoundError):
                versions.remove_files(self.folder(name))
        for name in gone.union(changed):
            versions.sweep(self.folder(name))

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
            manifest = Manifest.read(folder / MANIFEST)
        except (FileNotFoundError, NotADirectoryError):
            known = ", ".join(sorted(self.names()))
            if not known:
                raise BadInput(
                    _("There is no dataset {name}, nor any other yet; import one first.").format(
                        name=name
                    )
                ) from None
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
            if _NAME.fullmatch(folder.name) and checksums.is_there(folder / MANIFEST)
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
            versions.remove_files(folder)
            for version in folder.iterdir():
                versions.remove(version)
            versions.remove_if_empty(folder)

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
        return versions.is_being_written(self.folder(name))

    def check_not_importing(self, name: str) -> None:
        """Raise BadInput if a dataset of this name is being imported."""
        if self.importing(name):
            raise BadInput(_("Dataset {name} is being imported already.").format(name=name))

    def begin(self, name: str) -> Path:
        """Create the folder for a new version of a dataset and return it.

        Raises
        ------
        BadInput
            If a dataset of this name is being imported already.
        """
        folder = self.folder(name) / versions.new_name()
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
        manifest.write(folder / MANIFEST)
        if isinstance(previous, Dataset):
            versions.remove(previous.path)
        elif isinstance(previous, Damaged):
            versions.sweep(folder)
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
        if added_to and not (before and has_version(before, added_to.manifest.version)):
            raise changed
        tables = self.folder(name) / manifest.version
        with TemporaryDirectory(dir=self.home.cache) as temporary:
            file = Path(temporary) / MANIFEST
            manifest.write(file)
            put = {f"{tables.name}/{table}": tables / table for table in checksums.names(tables)}
            try:
                mirror.commit(
                    DATASETS,
                    name,
                    {MANIFEST: file, **put},
                    dropped=lambda path: "/" in path,
                    condition=Condition(not replace, before.files[MANIFEST].key if before else ""),
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
            versions.remove_if_empty(folder.parent)

    def sweep(self) -> None:
        """Delete the unfinished versions of imports whose processes have ended."""
        with self._locked():
            for folder in self.home.datasets.iterdir():
                versions.sweep(folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep every other process from beginning an import, renaming or deleting meanwhile."""
        with locked(self.home.datasets, fcntl.LOCK_EX):
            yield


def _lock(version: Path, operation: int) -> AbstractContextManager[None]:
    """Return a lock on a version; none where its folder is missing, which shows when it is read."""
    return locked(version, operation) if version.exists() else nullcontext()
