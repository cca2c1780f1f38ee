"""The folders of runs that a job works on, where several machines share a store."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from math import inf
from pathlib import Path

from dashboard.jobs.job import Job
from dashboard.jobs.reporter import Reporter, retry_while_unavailable
from dashboard.jobs.run import Run
from data import checksums
from data.errors import VitrinaError
from data.home import Home
from data.sharing import mirror_of
from data.sharing.cache_limit import keep_within, limit_of_environment
from data.sharing.folder_table import RUNS, Condition, StoredFile
from data.sharing.mirror import LOG, Mirror

CHECKPOINT = "checkpoint/"
"""The part of a run's folder that only its own training reads."""


class StagedFolder:
    """The folder of a run while a process of this machine works on it.

    Parameters
    ----------
    mirror : Mirror
    name : str
        Name of the run.
    job : Run, optional
        What works on it: the run itself, or one that adds to it, such as an evaluation; None for a
        command.
    """

    def __init__(self, mirror: Mirror, name: str, job: Run | None = None) -> None:
        self._mirror = mirror
        self._name = name
        self._is_own = job is not None and name == job.run
        self._folder = mirror.home.runs / name
        self._condition = Condition(run=job.run, attempt=job.attempt) if job else Condition()
        self._files: dict[str, StoredFile] = {}

    def fetch(self) -> None:
        """Make the folder in the home as it is in the store; the log of this process goes on."""
        own = [LOG] if self._is_own else []
        self._mirror.fetch(RUNS, self._name, self._is_wanted, own)
        folder = self._mirror.get(RUNS, self._name)
        self._files = dict(folder.files) if folder else {}
        if self._is_own and LOG in self._files:
            self._continue_log(self._mirror.read(self._files[LOG]))

    def _is_wanted(self, path: str) -> bool:
        return self._is_own or not path.startswith(CHECKPOINT)

    def _continue_log(self, earlier: bytes) -> None:
        """Put the log of earlier attempts before the lines of this one, which is open here."""
        file = self._folder / LOG
        lines = file.read_bytes() if file.exists() else b""
        if not lines.startswith(earlier):
            with file.open("r+b" if file.exists() else "wb") as log:
                log.write(earlier + lines)

    def commit(self) -> None:
        """Put into the store what has changed since the last time.

        Raises
        ------
        Conflict
            When the attempt at the job is over.
        StoreError, Damaged
            As ``Mirror.commit``.
        """
        put = {path: file for path, file in self._local_files() if self._is_changed(path, file)}
        gone = {path for path in self._files if not (self._folder / path).exists()}
        dropped = gone if self._is_own else set()
        if put or dropped:
            stored = self._mirror.commit(
                RUNS, self._name, put, dropped=dropped.__contains__, condition=self._condition
            )
            self._files |= {path: stored.files[path] for path in put}
            for path in dropped:
                del self._files[path]

    def _local_files(self) -> Iterator[tuple[str, Path]]:
        for file in sorted(self._folder.rglob("*")):
            path = file.relative_to(self._folder).as_posix()
            is_own = file.name == checksums.FILE or file.name.startswith(".")
            if file.is_file() and not is_own and (self._is_own or path != LOG):
                yield path, file

    def _is_changed(self, path: str, file: Path) -> bool:
        stored = self._files.get(path)
        if stored is None or not self._mirror.is_same(file, stored):
            return True
        return stored.checked != bool(checksums.known(file))


class StagedFolders:
    """The folders that a job works on; what it has saved is uploaded while it goes on.

    Parameters
    ----------
    folders : list of StagedFolder
    reporter : Reporter
        Its ``on_saved`` is called whenever the job has saved something.
    """

    def __init__(self, folders: list[StagedFolder], reporter: Reporter) -> None:
        self._folders = folders
        self._reporter = reporter
        self._saved = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        reporter.on_saved = self._saved.set
        self._thread.start()

    def commit(self) -> None:
        """Put all that has changed into the store, after what is being uploaded now.

        Raises
        ------
        StoreError, Damaged, Conflict
            As ``StagedFolder.commit``.
        """
        self._closed = True
        self._saved.set()
        self._thread.join()
        self._commit()

    def _run(self) -> None:
        while self._saved.wait() and not self._closed:
            self._saved.clear()
            try:
                self._commit()
            except (VitrinaError, OSError) as error:
                self._reporter.log(f"{error} What was saved is uploaded later.")

    def _commit(self) -> None:
        for folder in self._folders:
            for _try in range(3):
                with suppress(FileNotFoundError):  # it was removed meanwhile
                    folder.commit()
                    break
            else:
                folder.commit()


def fetch_run(home: Home, run: str) -> Path:
    """Bring the files of a run into the home, where they are in a store, and return its folder.

    Raises
    ------
    StoreError, Damaged
        As ``Mirror.fetch``.
    """
    mirror = mirror_of(home)
    if mirror is not None:
        mirror.fetch(RUNS, run, lambda path: not path.startswith(CHECKPOINT))
    return home.runs / run


@contextmanager
def changed_run(home: Home, run: str) -> Iterator[Path]:
    """Yield the folder of a run, to which the block adds files, and put them into a store.

    Raises
    ------
    StoreError, Damaged
        As ``Mirror.fetch`` and ``Mirror.commit``.
    """
    mirror = mirror_of(home)
    if mirror is None:
        yield home.runs / run
        return
    folder = StagedFolder(mirror, run)
    folder.fetch()
    with mirror.working(RUNS, run):
        yield home.runs / run
        folder.commit()


@contextmanager
def staged_folders(job: Job, reporter: Reporter) -> Iterator[StagedFolders | None]:
    """Bring the folders that a job works on into the home, and let nobody else change them there.

    None where there is no store. The job waits for a store that does not answer as long as it may
    go on.

    Raises
    ------
    StoreError, Damaged
        As ``Mirror.fetch``.
    """
    mirror = retry_while_unavailable(lambda: mirror_of(job.home))
    if mirror is None:
        yield None
        return
    mirror.patience, mirror.log, mirror.should_stop = inf, reporter.log, reporter.stop
    _make_room(mirror)
    folders = []
    with ExitStack() as stack:
        for name in dict.fromkeys([job.run.run, job.run.config.get("run", job.run.run)]):
            folder = StagedFolder(mirror, name, job.run)
            folder.fetch()
            stack.enter_context(mirror.working(RUNS, name))
            folders.append(folder)
        yield StagedFolders(folders, reporter)


def _make_room(mirror: Mirror) -> None:
    """Keep the home within its limit: an engine's nodes have no worker that does."""
    limit = limit_of_environment()
    if limit is not None:
        with suppress(OSError):  # the next run, or a worker, tries again
            mirror.retried(lambda: keep_within(mirror, limit))
