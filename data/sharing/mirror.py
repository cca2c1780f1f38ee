"""The folders of a home as a mirror of those in a store."""

import fcntl
import os
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from data import checksums
from data.errors import Damaged, VitrinaError
from data.files import atomic_write, locked
from data.home import Home
from data.i18n import _
from data.progress import ShouldStop, never
from data.sharing.folder_table import (
    DATASETS,
    RUNS,
    Condition,
    FolderTable,
    StoredFile,
    StoredFolder,
)
from data.sharing.object_store import DamagedObject, MissingObject, ObjectStore, StoreUnreachable

PATIENCE_SECONDS = 5.0
"""How long a page or a command waits for a store that does not answer."""
_STOP_SECONDS = 10.0
_LONGEST_PAUSE = 5.0
_TRIES = 5
_AT_ONCE = 8
_POLL_SECONDS = 0.05
LOG = "log.txt"
"""The file of a run that its process writes all the time."""
_SMALL = (".json", ".txt")
_SAME_TIME_NS = 1_000_000

Result = TypeVar("Result")
Item = TypeVar("Item")
Choice = Callable[[str], bool]


def is_small(path: str) -> bool:
    """Return whether a file is brought into every home at once, as lists and pages show it.

    Examples
    --------
    >>> is_small("evaluation.json"), is_small("model.onnx"), is_small("checkpoint/state.json")
    (True, False, False)
    """
    return "/" not in path and path.endswith(_SMALL)


class Mirror:
    """Brings folders of the store into a home, and puts changed ones into the store.

    The rows of the table say how folders are. Only while a job works on a folder, which ``working``
    tells the other processes of this machine, is the one in the home ahead of its row.

    Parameters
    ----------
    home : Home
    table : FolderTable
    objects : ObjectStore

    Attributes
    ----------
    patience : float
        Seconds for which a store or a table that does not answer is tried again.
    log : callable
        Receives a line when that begins, and when it is over.
    should_stop : callable
        Returns whether the work is to end: the patience is ten seconds at most then.
    """

    def __init__(self, home: Home, table: FolderTable, objects: ObjectStore) -> None:
        self.home = home
        self.table = table
        self.objects = objects
        self.patience = PATIENCE_SECONDS
        self.log: Callable[[str], object] = _ignore
        self.should_stop: ShouldStop = never
        self._lock = threading.Lock()
        self._seen = 0
        self._changed: dict[tuple[str, str], StoredFolder] = {}

    def refresh(self) -> tuple[list[str], set[str]]:
        """Bring the small files of every folder that has changed into the home.

        Returns
        -------
        list of str
            The datasets that have changed.
        set of str
            The names of all datasets.

        Raises
        ------
        StoreError
            When they cannot be read.
        """
        with self._lock:
            changes, datasets = self.retried(lambda: self.table.changes(self._seen))
            for folder in changes:
                self._seen = max(self._seen, folder.revision)
                self._changed[folder.kind, folder.name] = folder
            folders = list(self._changed.values())
            updated = _each(self._bring_up_to_date, folders)
            for folder, is_done in zip(folders, updated, strict=True):
                if is_done:
                    del self._changed[folder.kind, folder.name]
            changed = [folder.name for folder in folders if folder.kind == DATASETS]
            return changed, datasets

    def get(self, kind: str, name: str) -> StoredFolder | None:
        """Return a folder as it is in the store; None where there is none."""
        return self.retried(lambda: self.table.get(kind, name))

    def fetch(
        self, kind: str, name: str, wanted: Choice = lambda _path: True, own: Collection[str] = ()
    ) -> None:
        """Bring files of a folder into the home, all or those that are wanted.

        Where a job of this machine works on the folder, only what is missing is brought.

        Parameters
        ----------
        kind, name : str
        wanted : callable
            Says of each path whether it is wanted; small files always come.
        own : collection of str
            Paths that are the caller's, and stay as they are in the home.

        Raises
        ------
        StoreError
            When the store does not answer for longer than the patience, or refuses.
        Damaged
            When the store lacks a file, or a file in it is damaged.
        """
        for _try in range(_TRIES):
            folder = self.get(kind, name)
            if folder is None:
                return
            self._note_use(kind, name)
            if self._has(folder, wanted, own):
                return
            with locked(self._folder(kind, name, "changes"), fcntl.LOCK_EX):
                try:
                    with self._locked_at_once(kind, name, "jobs") as alone:
                        self._mirror(folder, wanted, own, exact=alone)
                        if alone:
                            self._note_revision(folder)
                except (MissingObject, DamagedObject) as error:
                    problem = error  # where it has been replaced meanwhile, there is a new row
                else:
                    return
        raise Damaged(
            _("The store lacks a file of {name}, or it is damaged; restore the store.").format(
                name=name
            )
        ) from problem

    def commit(
        self,
        kind: str,
        name: str,
        put: Mapping[str, Path],
        *,
        dropped: Choice = lambda _path: False,
        condition: Condition | None = None,
        like: StoredFolder | None = None,
    ) -> StoredFolder:
        """Add or replace files of a folder in the store and drop others, whole or not at all.

        Parameters
        ----------
        kind, name : str
        put : mapping
            Path within the folder → the file that is uploaded.
        dropped : callable
            Says of each other path whether the folder has it no more.
        condition : Condition, optional
        like : StoredFolder, optional
            What the folder is as long as the condition holds: files of the same content are not
            uploaded again.

        Raises
        ------
        Conflict
            When the condition does not hold; nothing has changed then.
        StoreError
            When the store does not answer for longer than the patience, or refuses.
        Damaged
            When a file has another checksum than the one it was written with.
        """
        files = self.upload(kind, name, put, like)
        return self.retried(
            lambda: self.table.commit(kind, name, files, dropped, condition or Condition())
        )

    def upload(
        self, kind: str, name: str, put: Mapping[str, Path], like: StoredFolder | None = None
    ) -> dict[str, StoredFile]:
        """Put files of a folder into the store, where no row names them yet; see ``commit``."""
        upload = f"{kind}/{name}.{secrets.token_hex(6)}"
        known = {file.sha256: file for file in like.files.values()} if like else {}
        stored = _each(lambda path: self._upload(put[path], f"{upload}/{path}", known), [*put])
        return dict(zip(put, stored, strict=True))

    def read(self, file: StoredFile) -> bytes:
        """Return the content of a small file of the store."""
        content = self.retried(lambda: self.objects.read(file.key))
        if content is None:
            raise MissingObject(file.key)
        return content

    def remove(self, kind: str, name: str) -> None:
        """Remove a folder from the store."""
        self.retried(lambda: self.table.remove(kind, name))

    @contextmanager
    def working(self, kind: str, name: str) -> Iterator[None]:
        """Let a job change the folder in the home while the block runs; nobody else does."""
        with locked(self._folder(kind, name, "jobs"), fcntl.LOCK_SH):
            yield

    @contextmanager
    def unused(self, kind: str, name: str) -> Iterator[bool]:
        """Say whether no job works on a folder and nobody brings it here, and let nobody begin."""
        with self._locked_at_once(kind, name, "changes") as alone:
            if not alone:
                yield False
                return
            with self._locked_at_once(kind, name, "jobs") as unused:
                yield unused

    def size_here(self, folder: StoredFolder) -> int:
        """Return the bytes of a folder's large files in the home."""
        return sum(file.stat().st_size for file in self._large_files(folder) if file.exists())

    def evict(self, folder: StoredFolder) -> int:
        """Remove a folder's large files from the home, and return their bytes.

        None where a job works on the folder, or somebody reads the tables of the dataset.
        """
        size = 0
        with self.unused(folder.kind, folder.name) as unused, ExitStack() as stack:
            if not unused:
                return 0
            files = [file for file in self._large_files(folder) if file.exists()]
            try:
                for parent in {file.parent for file in files}:
                    operation = fcntl.LOCK_EX | fcntl.LOCK_NB
                    stack.enter_context(locked(parent, operation))
            except BlockingIOError:
                return 0
            for file in files:
                size += file.stat().st_size
                file.unlink()
        return size

    def _large_files(self, folder: StoredFolder) -> list[Path]:
        place = self.home.path / folder.kind / folder.name
        return [place / path for path in folder.files if not is_small(path)]

    def last_use(self, kind: str, name: str) -> float:
        """Return when a folder was last asked for on this machine, in seconds since 1970."""
        return self._folder(kind, name, "use").stat().st_mtime

    def is_same(self, file: Path, stored: StoredFile) -> bool:
        """Return whether a file in the home is the one in the store."""
        try:
            status = file.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        if status.st_size != stored.bytes:
            return False
        is_as_old = abs(status.st_mtime_ns - stored.modified) < _SAME_TIME_NS
        return is_as_old or checksums.sha256(file) == stored.sha256

    def retried(self, access: Callable[[], Result]) -> Result:
        """Access the store or its table, again while it does not answer, up to the patience."""
        start, pause = time.monotonic(), 0.0
        while True:
            try:
                result = access()
            except VitrinaError as error:
                limit = min(self.patience, _STOP_SECONDS) if self.should_stop() else self.patience
                is_over = time.monotonic() - start >= limit
                if is_over or not (isinstance(error, StoreUnreachable) or self.table.retry(error)):
                    raise
                if not pause:
                    self.log(f"{error} It is tried again until it answers.")
            else:
                if pause:
                    self.log("It answers again.")
                return result
            pause = min(2 * pause or 0.1, _LONGEST_PAUSE)
            time.sleep(pause)

    def _upload(self, file: Path, key: str, stored: Mapping[str, StoredFile]) -> StoredFile:
        for checksum in checksums.known(file):
            if checksum in stored and self.is_same(file, stored[checksum]):
                return stored[checksum]
        for _try in range(_TRIES):
            content = self.retried(lambda: self.objects.upload(file, key))
            known = checksums.known(file)
            if not known or content.sha256 in known:  # else it has been replaced meanwhile
                return StoredFile(key, content.sha256, content.bytes, content.modified, bool(known))
        raise Damaged(
            _("The file {file} is damaged and was not put into the store.").format(file=file)
        )

    def _bring_up_to_date(self, folder: StoredFolder) -> bool:
        """Bring the small files of a folder here; False where it must be tried again later.

        Where another process brings them, it is waited for: large files, which come after, are not.
        """
        kind, name = folder.kind, folder.name
        deadline = time.monotonic() + self.patience
        while self._revision(kind, name) < folder.revision:
            with self._locked_at_once(kind, name, "changes") as alone:
                if alone:
                    return self._mirror_unless_worked_on(folder)
            if self._has_small(folder) or time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def _mirror_unless_worked_on(self, folder: StoredFolder) -> bool:
        with self._locked_at_once(folder.kind, folder.name, "jobs") as unused:
            if unused:
                with suppress(MissingObject):  # there is a new row, or none
                    self._mirror(folder, is_small, exact=True)
                    self._note_revision(folder)
            return unused

    def _has_small(self, folder: StoredFolder) -> bool:
        place = self.home.path / folder.kind / folder.name
        small = {path: file for path, file in folder.files.items() if is_small(path)}
        return all(self.is_same(place / path, file) for path, file in small.items())

    def _mirror(
        self, folder: StoredFolder, wanted: Choice, own: Collection[str] = (), *, exact: bool
    ) -> None:
        """Bring the small and the wanted files of a folder here.

        Where ``exact``, what differs is replaced or removed, so that the folder is as its row says.
        """
        place = self.home.path / folder.kind / folder.name
        missing = []
        for path, file in folder.files.items():
            here = place / path
            if path in own:
                continue
            if self.is_same(here, file):
                if exact:
                    os.utime(here, ns=(file.modified, file.modified))
            elif exact or not here.exists():
                if wanted(path) or is_small(path):
                    missing.append(path)
                else:
                    here.unlink(missing_ok=True)
        if exact and folder.kind == RUNS:
            _remove_others(place, folder)
        for name in {str(Path(path).parent) for path in folder.files}:
            self._note_checksums(place / name, folder, name, exact=exact)
        for is_part in (is_small, lambda path: not is_small(path)):  # small files first
            part = [path for path in missing if is_part(path)]
            _each(lambda path: self._download(place / path, folder.files[path]), part)

    def _note_checksums(
        self, here: Path, folder: StoredFolder, inside: str, *, exact: bool
    ) -> None:
        """Write the checksums of a folder's files, also of those that are not here yet."""
        here.mkdir(parents=True, exist_ok=True)
        known = {
            Path(path).name: checksums.Entry(file.sha256, file.bytes, file.modified)
            for path, file in folder.files.items()
            if file.checked and str(Path(path).parent) == inside
        }
        if exact:
            checksums.replace(here, known)
        else:
            checksums.add(here, {n: e for n, e in known.items() if not (here / n).exists()})

    def _download(self, here: Path, file: StoredFile) -> None:
        """Replace a file; a log is written in place, as a process may be writing it."""
        if here.name != LOG:
            with atomic_write(here) as temporary:
                self.retried(lambda: self.objects.download(file.key, file.content, temporary))
            return
        content = self.read(file)
        with os.fdopen(os.open(here, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as log:
            log.write(content)
            log.truncate()
        os.utime(here, ns=(file.modified, file.modified))

    def _has(self, folder: StoredFolder, wanted: Choice, own: Collection[str]) -> bool:
        """Return whether the small and the wanted files of a folder are here, as its row says."""
        place = self.home.path / folder.kind / folder.name
        return self._revision(folder.kind, folder.name) >= folder.revision and all(
            self.is_same(place / path, file)
            for path, file in folder.files.items()
            if path not in own and (wanted(path) or is_small(path))
        )

    def _revision(self, kind: str, name: str) -> int:
        """Return the revision of a folder that was last mirrored here; 0 for none."""
        if not (self.home.path / kind / name).exists():
            return 0
        try:
            return int(self._folder(kind, name).joinpath("revision").read_text())
        except (OSError, ValueError):
            return 0

    def _note_revision(self, folder: StoredFolder) -> None:
        with atomic_write(self._folder(folder.kind, folder.name) / "revision") as temporary:
            temporary.write_text(str(folder.revision))

    def _note_use(self, kind: str, name: str) -> None:
        os.utime(self._folder(kind, name, "use"))

    @contextmanager
    def _locked_at_once(self, kind: str, name: str, lock: str) -> Iterator[bool]:
        """Hold a lock while the block runs; False where somebody else holds it."""
        with ExitStack() as stack:
            try:
                operation = fcntl.LOCK_EX | fcntl.LOCK_NB
                stack.enter_context(locked(self._folder(kind, name, lock), operation))
            except BlockingIOError:
                is_held = False
            else:
                is_held = True
            yield is_held

    def _folder(self, kind: str, name: str, *inside: str) -> Path:
        """Return the folder with what this machine knows of a folder; its parts are locks."""
        folder = self.home.sharing.joinpath(kind, name, *inside)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _each(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Return the results of a function for each item; several are computed at once."""
    if len(items) < 2:
        return [function(item) for item in items]
    with ThreadPoolExecutor(min(len(items), _AT_ONCE)) as pool:
        return list(pool.map(function, items))


def _remove_others(place: Path, folder: StoredFolder) -> None:
    """Remove the files of a run that its row does not know."""
    for file in place.rglob("*"):
        path = file.relative_to(place).as_posix()
        is_own = file.name in (checksums.FILE, LOG) or file.name.startswith(".")
        if path not in folder.files and file.is_file() and not is_own:
            file.unlink(missing_ok=True)


def _ignore(_line: str) -> None:
    """Drop a line of the log."""
