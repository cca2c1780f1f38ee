"""Whether the files of a home are as they were written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from dashboard.jobs import database
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import TableError
from data import checksums
from data.datasets.store import Store
from data.errors import Damaged
from data.home import Home
from data.i18n import _
from model.run_files import BASELINES


@dataclass(frozen=True)
class Verification:
    """What was read, and what is damaged.

    Attributes
    ----------
    files : int
        Files that were read and compared with their checksum.
    unknown : int
        Files of datasets and runs without a checksum, such as those of an earlier version.
    damage : tuple of str
        A sentence on each file that is damaged or missing.
    """

    files: int
    unknown: int
    damage: tuple[str, ...]


def verify(home: Home) -> Verification:
    """Read every file of a home that has a checksum, and the table of runs where it is a file.

    Where the home is a cache of a store, it is what is in the cache.

    The table has no checksums: damage to its structure shows, a changed value in it does not.
    """
    files, unknown, damage = 0, 0, [*_damage_of_table(home)]
    for folder, sentence in _folders(home):
        try:
            names = checksums.names(folder)
            damaged = checksums.damaged_files(folder, is_cache=home.store_url is not None)
            damage += [sentence.format(file=name) for name in damaged]
        except Damaged as error:
            damage.append(str(error))
            continue
        files += len(names)
        unknown += sum(_is_counted(file) and file.name not in names for file in folder.iterdir())
    return Verification(files, unknown, (*damage, *_unreadable_datasets(home)))


def _folders(home: Home) -> Iterator[tuple[Path, str]]:
    """Yield each folder that has checksums, and the sentence on a file of it that is damaged."""
    for dataset in Store(home).list():
        words = _("The file {file} of dataset {name} is damaged or missing; import it again.")
        sentence = words.replace("{name}", dataset.name)
        yield dataset.path.parent, sentence
        yield dataset.path, sentence
    deleted = _deleted_runs(home)
    for run in sorted(home.runs.glob("*")):
        if run.name in deleted:
            continue
        words = _("{file} of run {run} is damaged or missing; train it again.")
        for folder in (run, run / BASELINES):
            if folder.is_dir():
                yield folder, words.replace("{run}", run.name)


def _deleted_runs(home: Home) -> set[str]:
    """Return the runs whose files the next worker removes; a kill may have left some of them."""
    if home.database_url is None and not home.database.exists():
        return set()
    try:
        return Runs(home).deletion.pending()
    except TableError:  # which is said apart
        return set()


def _unreadable_datasets(home: Home) -> Iterator[str]:
    yield from Store(home).damaged().values()


def _is_counted(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".") and file.name != checksums.FILE


def _damage_of_table(home: Home) -> Iterator[str]:
    if home.database_url is not None or not home.database.exists():
        return
    try:
        address = database.address_to_read(home.database)
        with closing(sqlite3.connect(address, uri=True)) as table:
            problems = [row[0] for row in table.execute("PRAGMA integrity_check(1)")]
    except sqlite3.Error as error:
        problems = [str(error)]
    if problems != ["ok"]:
        yield _("The table of runs is damaged; put a backup of it back.")
