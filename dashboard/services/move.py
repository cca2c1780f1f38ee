"""A home of one machine, moved to where many machines find it: a database, a store or a folder."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from dashboard.jobs import shared_home, table_copy
from dashboard.jobs.queue import IMPORTING, set_setting, setting
from dashboard.jobs.repository import Repository
from dashboard.jobs.run import is_run_name
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import RUNS as RUN_ROWS
from dashboard.jobs.shared_store import HOME_ID, STORE_ID, open_mirror
from dashboard.jobs.states import ACTIVE, State
from dashboard.jobs.stored_folders import StoredFolders
from dashboard.jobs.unfinished_renames import finish_renames
from dashboard.services import new_home
from dashboard.services.backup import held
from dashboard.services.verification import verify
from data import checksums
from data.datasets import renaming, versions
from data.datasets.store import Store
from data.errors import BadInput, Damaged
from data.home import Home
from data.i18n import _
from data.sharing.folder_table import DATASETS, RUNS

PATIENCE_SECONDS = 60.0
"""How long a store is waited for that does not answer."""
Folders = Mapping[tuple[str, str], Mapping[str, Path]]
"""Kind and name of a folder → path within it → file."""
Commit = Callable[[Connection], object]


@dataclass(frozen=True)
class MoveCounts:
    """What was moved: how many datasets, and how many runs."""

    datasets: int
    runs: int


def move(
    home: Home,
    database_url: str,
    *,
    store_url: str | None = None,
    folder: Path | None = None,
    log: Callable[[str], object],
) -> MoveCounts:
    """Copy a home into a database and, its datasets and runs, into a store or a shared folder.

    The transaction that fills the database is the commit: before it nobody finds what was copied.
    Whoever would change the home meanwhile is told that it is locked; the home stays as it is.

    Parameters
    ----------
    home : Home
        Its table is the file in it.
    database_url : str
        A database that nobody has used yet.
    store_url, folder : str, Path
        One of them: the store, or the home that the machines share, which is new or empty.
    log : callable
        Receives a line when the store does not answer for a while.

    Raises
    ------
    BadInput
        When the home is in use or no home of one machine, or a target is not empty.
    Damaged
        When a file or a row of the home is damaged.
    TableError, StoreError
        When the database or the store cannot be used.
    """
    _check_home(home)
    with tempfile.TemporaryDirectory() as scratch:
        target = Home(folder or Path(scratch) / "home", database_url, store_url)
        if store_url is None:
            _check_folder(home, target)
        database = Repository(target).database
        with database.read() as connection:
            _check_unused(connection, target)
        with _locked(home) as rows:
            before = _versions(home)
            folders = _folders(home, rows)
            copy = _into_folder if store_url is None else _into_store
            with copy(folders, target, log) as commit:
                if _versions(home) != before:
                    raise _changed()
                with database.write() as connection:
                    _check_unused(connection, target)
                    table_copy.copy_rows(rows, connection)
                    commit(connection)
            runs = rows.execute(
                select(func.count()).where(RUN_ROWS.c.deleted.is_(None))
            ).scalar_one()
    return MoveCounts(sum(kind == DATASETS for kind, _name in folders), runs)


def _check_home(home: Home) -> None:
    if home.database_url is not None or home.store_url is not None:
        raise BadInput(
            _(
                "A home is moved whose table is the file vitrina.db in it: leave out --database and"
                " --store, and unset VITRINA_DATABASE and VITRINA_STORE."
            )
        )
    if not home.database.exists():
        raise BadInput(_("There is no home folder {folder}.").format(folder=home.path))


def _check_folder(home: Home, target: Home) -> None:
    if target.path.is_relative_to(home.path):
        raise BadInput(_("Move the home to a folder outside of it."))
    new_home.check_free(target)


def _check_unused(connection: Connection, target: Home) -> None:
    if not table_copy.is_unused(connection, has_store=target.store_url is not None):
        raise BadInput(
            _("The database has been used already; make a new one, and name it with --to-database.")
        )


@contextmanager
def _locked(home: Home) -> Iterator[Connection]:
    """Yield a connection to the table of a home that nobody works on, and let nobody change it.

    Raises
    ------
    BadInput
        When somebody works on it.
    Damaged
        When something in it is damaged.
    """
    runs = Runs(home)
    finish_renames(runs)
    with held(home), runs.database.write() as rows:
        _check_idle(runs, rows)
        if damage := [*verify(home).damage, *runs.damaged()]:
            raise Damaged(_("Nothing was moved: {damage}").format(damage=damage[0]))
        yield rows


def _check_idle(runs: Runs, rows: Connection) -> None:
    of_import = RUN_ROWS.c.kind == IMPORTING
    waits = of_import & (RUN_ROWS.c.state == State.QUEUED.value) & RUN_ROWS.c.deleted.is_(None)
    condition = RUN_ROWS.c.state.in_(sorted(ACTIVE)) | waits
    busy = rows.execute(select(RUN_ROWS.c.run).where(condition).order_by(RUN_ROWS.c.id)).first()
    if busy is not None:
        raise BadInput(
            _(
                "{run} has not ended; wait for its end, or stop it, before you move the home."
            ).format(run=busy.run)
        )
    if runs.lease.status().alive:
        raise BadInput(_("A worker serves this home; stop its server and its worker first."))
    if renamed := renaming.unfinished(runs.home.datasets):
        raise BadInput(
            _(
                "The runs of dataset {name} still have its old name; start the server, and move the"
                " home when they have ended."
            ).format(name=min(renamed))
        )
    if setting(rows, STORE_ID, None) is not None:
        raise BadInput(_("The datasets of this home are in a store already."))


def _versions(home: Home) -> dict[str, str]:
    """Return the version of each dataset, and refuse one that is being imported."""
    store = Store(home)
    if any(map(versions.is_being_written, home.datasets.iterdir())):
        raise _changed()
    return {dataset.name: dataset.fingerprint for dataset in store.list()}


def _changed() -> BadInput:
    return BadInput(
        _("Somebody imports into this home; nothing was moved: try again when that has ended.")
    )


def _folders(home: Home, rows: Connection) -> Folders:
    """Return the files of each dataset, in its current version, and of each run."""
    folders = {}
    for dataset in Store(home).list():
        folder = dataset.path.parent
        files = [*filter(Path.is_file, folder.iterdir()), *_files(dataset.path)]
        folders[DATASETS, dataset.name] = _within(folder, files)
    for name in filter(is_run_name, rows.execute(select(RUN_ROWS.c.run)).scalars()):
        folder = home.runs / name
        if of_run := _within(folder, _files(folder)):
            folders[RUNS, name] = of_run
    return folders


def _files(folder: Path) -> Iterator[Path]:
    """Yield all files below a folder; a link counts as what it leads to."""
    for place, _parts, names in os.walk(folder, followlinks=True):
        yield from (Path(place, name) for name in names)


def _within(folder: Path, files: Iterable[Path]) -> dict[str, Path]:
    """Return files by their path within a folder, without those that are half written."""
    paths = {file.relative_to(folder): file for file in files}
    return {
        path.as_posix(): file
        for path, file in sorted(paths.items())
        if not any(part.startswith(".") for part in path.parts)
    }


@contextmanager
def _into_folder(folders: Folders, target: Home, _log: Callable[[str], object]) -> Iterator[Commit]:
    """Copy files beside the place of a home, which they take with the commit."""
    with new_home.unfinished(target.path.parent) as place:
        for kind in (DATASETS, RUNS):
            (place / kind).mkdir()
        for (kind, name), files in folders.items():
            for path, file in files.items():
                copy = place / kind / name / path
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, copy)

        def commit(connection: Connection) -> None:
            set_setting(connection, HOME_ID, shared_home.write_id(place))
            new_home.take_place(place, target)

        yield commit


@contextmanager
def _into_store(folders: Folders, target: Home, log: Callable[[str], object]) -> Iterator[Commit]:
    """Upload files; the commit names them."""
    mirror = open_mirror(target)
    mirror.patience, mirror.log = PATIENCE_SECONDS, log
    uploaded = {
        (kind, name): mirror.upload(
            kind,
            name,
            {path: file for path, file in files.items() if file.name != checksums.FILE},
        )
        for (kind, name), files in folders.items()
    }
    table = StoredFolders(Repository(target))

    def commit(connection: Connection) -> None:
        for (kind, name), files in uploaded.items():
            table.write_within(connection, kind, name, files)

    yield commit
