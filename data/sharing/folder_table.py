"""What a database says of the folders in a store: one row a folder, which is its commit."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from data.errors import VitrinaError
from data.sharing.object_store import Content

DATASETS, RUNS, UPLOADS = "datasets", "runs", "uploads"
"""Kinds of folders; each is named as the folder of the home that holds them."""


class Conflict(VitrinaError):
    """A folder has been changed, made or deleted meanwhile."""


@dataclass(frozen=True)
class StoredFile:
    """A file of a folder in the store.

    Attributes
    ----------
    key : str
        Its object, which is never written again.
    sha256 : str
    bytes : int
    modified : int
        Modification time in nanoseconds since 1970.
    checked : bool
        Whether the folder has a checksum of it.
    """

    key: str
    sha256: str
    bytes: int
    modified: int
    checked: bool

    @property
    def content(self) -> Content:
        """What its object holds."""
        return Content(self.sha256, self.bytes, self.modified)


@dataclass(frozen=True)
class StoredFolder:
    """The folder of a dataset or a run as it is in the store.

    Attributes
    ----------
    kind : {"datasets", "runs", "uploads"}
    name : str
    revision : int
        Grows with every change of any folder.
    files : mapping
        Path within the folder → file.
    """

    kind: str
    name: str
    revision: int
    files: Mapping[str, StoredFile]


@dataclass(frozen=True)
class Condition:
    """What must still hold when a folder is committed.

    Attributes
    ----------
    is_new : bool
        There is no such folder.
    key : str
        The folder has a file of this object; empty for any.
    run, attempt : str, int
        This attempt at a run goes on; an empty name for none.
    """

    is_new: bool = False
    key: str = ""
    run: str = ""
    attempt: int = 0


class FolderTable(Protocol):
    """The rows of folders; ``dashboard.jobs.stored_folders`` has them in the table of runs."""

    def changes(self, after: int) -> tuple[list[StoredFolder], set[str]]:
        """Return the datasets and runs with a higher revision, and the names of all datasets."""

    def get(self, kind: str, name: str) -> StoredFolder | None:
        """Return a folder; None where there is none."""

    def commit(
        self,
        kind: str,
        name: str,
        put: Mapping[str, StoredFile],
        dropped: Callable[[str], bool],
        condition: Condition,
    ) -> StoredFolder:
        """Add or replace files of a folder, and drop others, in one transaction.

        Raises
        ------
        Conflict
            When the condition does not hold.
        """

    def remove(self, kind: str, name: str) -> None:
        """Remove a folder; its objects are deleted later."""

    def retry(self, error: VitrinaError) -> bool:
        """Return whether an error of the table may be over a moment later."""

    def garbage(self) -> Collection[str]:
        """Return the objects that no folder has had for a while."""

    def forget_garbage(self, keys: Collection[str]) -> None:
        """Remove the record of objects that have been deleted."""

    def known_keys(self) -> set[str]:
        """Return the keys of the objects of all folders, and of those that are to be deleted."""

    def remove_uploads(self) -> None:
        """Remove the uploads that no import needs any more."""
