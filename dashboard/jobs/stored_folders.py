"""The folders in the store that several machines share: a row each, which is the commit."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.engine import Connection, Row

from dashboard.jobs.queue import IMPORTING, set_setting, setting
from dashboard.jobs.repository import Repository
from dashboard.jobs.schema import RUNS as RUN_ROWS
from dashboard.jobs.schema import STORED_FOLDERS, STORED_GARBAGE, Unreachable
from dashboard.jobs.states import ACTIVE, State
from data.errors import VitrinaError, damaged_unless_read
from data.i18n import _
from data.sharing.folder_table import (
    DATASETS,
    RUNS,
    UPLOADS,
    Condition,
    Conflict,
    StoredFile,
    StoredFolder,
)

GRACE_SECONDS = 300.0
"""How long an object stays that no folder has any more, for those who are reading it."""
UNUSED_SECONDS = 3600.0
"""How long files stay that were uploaded for an import that was not queued."""
_REVISION = "stored revision"
_AT_ONCE = 500


class StoredFolders:
    """The rows of folders, and of objects to be deleted; see ``data.sharing``.

    Parameters
    ----------
    repository : Repository
        The database.
    """

    def __init__(self, repository: Repository) -> None:
        self._database = repository.database
        self._clock = repository.clock

    def changes(self, after: int) -> tuple[list[StoredFolder], set[str]]:
        """Return the datasets and runs with a higher revision, and the names of all datasets."""
        folders = STORED_FOLDERS
        changed = select(folders).where(
            folders.c.revision > after, folders.c.kind.in_([DATASETS, RUNS])
        )
        names = select(folders.c.name).where(folders.c.kind == DATASETS)
        with self._database.read() as connection:
            rows = connection.execute(changed).all()
            datasets = set(connection.execute(names).scalars())
        return [_from_row(row) for row in rows], datasets

    def get(self, kind: str, name: str) -> StoredFolder | None:
        """Return a folder; None where there is none."""
        with self._database.read() as connection:
            return _get(connection, kind, name)

    def commit(
        self,
        kind: str,
        name: str,
        put: Mapping[str, StoredFile],
        dropped: Callable[[str], bool],
        condition: Condition,
    ) -> StoredFolder:
        """Add or replace files of a folder, and drop others, in one transaction.

        The same commit may be made again: whoever lost the connection does not know whether it was
        heard.

        Raises
        ------
        Conflict
            When the condition does not hold.
        """
        with self._database.write() as connection:
            folder = _get(connection, kind, name)
            if folder is not None and _is_committed(folder, put, dropped):
                return folder
            _check(connection, folder, condition)
            before = folder.files if folder else {}
            files = {path: file for path, file in before.items() if not dropped(path)} | dict(put)
            self._add_garbage(connection, before, files)
            return self.write_within(connection, kind, name, files)

    def remove(self, kind: str, name: str) -> None:
        """Remove a folder; its objects are deleted later."""
        with self._database.write() as connection:
            self.remove_within(connection, kind, name)

    def remove_within(self, connection: Connection, kind: str, name: str) -> None:
        """Remove a folder in a transaction that does more."""
        folder = _get(connection, kind, name)
        if folder is not None:
            self._add_garbage(connection, folder.files, {})
            connection.execute(delete(STORED_FOLDERS).where(_is(kind, name)))

    def rename_dataset(self, connection: Connection, old: str, new: str) -> None:
        """Rename the folder of a dataset in a transaction that does more."""
        folder = _get(connection, DATASETS, old)
        if folder is not None:
            connection.execute(delete(STORED_FOLDERS).where(_is(DATASETS, old)))
            self.write_within(connection, DATASETS, new, folder.files)

    def remove_uploads(self) -> None:
        """Remove the uploads that no import needs any more: it has finished, or was deleted."""
        folders, runs = STORED_FOLDERS, RUN_ROWS
        old = folders.c.created < self._clock() - UNUSED_SECONDS
        uploads = select(folders.c.name).where(folders.c.kind == UPLOADS, old)
        imports = select(runs.c.config).where(
            runs.c.kind == IMPORTING,
            runs.c.state != State.FINISHED.value,
            runs.c.deleted.is_(None),
        )
        with self._database.write() as connection:
            names = set(connection.execute(uploads).scalars())
            configs = connection.execute(imports).scalars() if names else ()
            for name in names - {config.get("uploads") for config in configs if config}:
                self.remove_within(connection, UPLOADS, name)

    def retry(self, error: VitrinaError) -> bool:
        """Return whether an error of the table may be over a moment later."""
        return isinstance(error, Unreachable)

    def garbage(self) -> Collection[str]:
        """Return the objects that no folder has had for ``GRACE_SECONDS``."""
        old = STORED_GARBAGE.c.since < self._clock() - GRACE_SECONDS
        with self._database.read() as connection:
            return connection.execute(select(STORED_GARBAGE.c.key).where(old)).scalars().all()

    def forget_garbage(self, keys: Collection[str]) -> None:
        """Remove the record of objects that have been deleted."""
        rest = list(keys)
        while rest:
            part, rest = rest[:_AT_ONCE], rest[_AT_ONCE:]
            with self._database.write() as connection:
                connection.execute(delete(STORED_GARBAGE).where(STORED_GARBAGE.c.key.in_(part)))

    def known_keys(self) -> set[str]:
        """Return the objects of all folders, and those that are to be deleted."""
        with self._database.read() as connection:
            rows = connection.execute(select(STORED_FOLDERS)).all()
            keys = set(connection.execute(select(STORED_GARBAGE.c.key)).scalars())
        return keys.union(file.key for row in rows for file in _from_row(row).files.values())

    def write_within(
        self, connection: Connection, kind: str, name: str, files: Mapping[str, StoredFile]
    ) -> StoredFolder:
        """Write the row of a folder in a transaction that does more."""
        revision = int(setting(connection, _REVISION, 0)) + 1
        set_setting(connection, _REVISION, revision)
        values = {
            "revision": revision,
            "files": {path: asdict(file) for path, file in files.items()},
        }
        changed = connection.execute(update(STORED_FOLDERS).where(_is(kind, name)).values(**values))
        if not changed.rowcount:
            values |= {"kind": kind, "name": name, "created": self._clock()}
            connection.execute(insert(STORED_FOLDERS).values(**values))
        return StoredFolder(kind, name, revision, files)

    def _add_garbage(
        self,
        connection: Connection,
        before: Mapping[str, StoredFile],
        after: Mapping[str, StoredFile],
    ) -> None:
        kept = {file.key for file in after.values()}
        rows = [
            {"key": file.key, "since": self._clock()}
            for file in before.values()
            if file.key not in kept
        ]
        if rows:
            connection.execute(insert(STORED_GARBAGE), rows)


def _is_committed(
    folder: StoredFolder, put: Mapping[str, StoredFile], dropped: Callable[[str], bool]
) -> bool:
    """Return whether a commit has been made already."""
    others = folder.files.keys() - put.keys()
    return not any(map(dropped, others)) and put.items() <= folder.files.items()


def _check(connection: Connection, folder: StoredFolder | None, condition: Condition) -> None:
    """Raise Conflict where a condition does not hold."""
    keys = {file.key for file in folder.files.values()} if folder else set()
    holds = not (condition.is_new and folder) and (not condition.key or condition.key in keys)
    if condition.run:
        goes_on = select(RUN_ROWS.c.id).where(
            RUN_ROWS.c.run == condition.run,
            RUN_ROWS.c.attempt == condition.attempt,
            RUN_ROWS.c.state.in_(sorted(ACTIVE)),
        )
        holds = holds and connection.execute(goes_on).first() is not None
    if not holds:
        raise Conflict(_("It was changed meanwhile; try again."))


def _get(connection: Connection, kind: str, name: str) -> StoredFolder | None:
    row = connection.execute(select(STORED_FOLDERS).where(_is(kind, name))).one_or_none()
    return None if row is None else _from_row(row)


def _is(kind: str, name: str) -> Any:
    return and_(STORED_FOLDERS.c.kind == kind, STORED_FOLDERS.c.name == name)


def _from_row(row: Row[Any]) -> StoredFolder:
    """Return the folder of a row.

    Raises
    ------
    Damaged
        When it cannot be read, or names a file outside of the folder.
    """
    with damaged_unless_read(
        _("The row of {name} in the table of the store is damaged.").format(name=row.name)
    ):
        files = {path: StoredFile(**file) for path, file in row.files.items()}
        if any(part in ("", ".", "..") for path in files for part in path.split("/")):
            raise ValueError(row.name)
        return StoredFolder(row.kind, row.name, row.revision, files)
