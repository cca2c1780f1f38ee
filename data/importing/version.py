"""The version of a dataset that is being written, in a folder of its own until it is committed."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from data.datasets.database import connect, events_view, is_full
from data.datasets.dataset import Dataset
from data.datasets.derived_tables import derive
from data.datasets.manifest import Manifest
from data.datasets.store import Store
from data.errors import BadInput, VitrinaError, is_lack_of_memory
from data.events import NAMES
from data.i18n import _
from data.progress import ShouldStop

MEMORY = "1200MB"
"""Memory limit of DuckDB while a version is written; beyond it DuckDB spills to disk."""


@contextmanager
def new_version(store: Store, name: str) -> Iterator[Path]:
    """Yield the folder of a new version of a dataset; it is deleted when the block raises.

    What was left behind when a process was killed is deleted first.

    Raises
    ------
    BadInput
        If a dataset of this name is being imported already, or its import takes too much memory.
    VitrinaError
        When the disk is full.
    """
    store.sweep()
    folder = store.begin(name)
    try:
        yield folder
    except BaseException as error:
        store.abandon(folder)
        if is_full(error):
            raise VitrinaError(
                _("The disk is full and the import was undone; free some space and try again.")
            ) from error
        if is_lack_of_memory(error):
            raise BadInput(
                _(
                    "The import takes more memory than it may use, and was undone: a file has huge "
                    "values, or very many columns."
                )
            ) from error
        raise


@contextmanager
def spilling_connection(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a DuckDB connection that spills into a folder beside the tables."""
    spill = folder / "spill"
    with connect(memory_limit=MEMORY, temp_directory=str(spill)) as connection:
        yield connection
    shutil.rmtree(spill, ignore_errors=True)


def link_files(dataset: Dataset, folder: Path, names: Iterable[str]) -> None:
    """Link files of a dataset into another folder; copy them where links are not possible."""
    dataset.fetch()
    for name in names:
        try:
            os.link(dataset.path / name, folder / name)
        except OSError:
            shutil.copyfile(dataset.path / name, folder / name)


def repeated_rows(folder: Path, manifest: Manifest, added_to: Dataset) -> int:
    """Return how many of the added events equal an earlier one in every column.

    They stay: exports that overlap repeat events, and so do people. The setting
    ``preparation.drop_duplicates`` drops them before a training.
    """
    first = sum(part.rows for part in added_to.manifest.parts)
    columns = ", ".join(NAMES)
    with spilling_connection(folder) as connection:
        view = events_view(folder, manifest.parts, manifest.time_from_order)
        connection.execute(f"CREATE VIEW events AS {view}")
        row = connection.execute(
            f"SELECT count(*) FROM (SELECT {columns} FROM events WHERE row >= {first}"
            f" INTERSECT ALL SELECT {columns} FROM events WHERE row < {first}"
            f" AND time >= (SELECT min(time) FROM events WHERE row >= {first}))"
        ).fetchone()
    return int(row[0]) if row else 0


def derive_tables(folder: Path, manifest: Manifest, should_stop: ShouldStop) -> dict[str, Any]:
    """Write the derived tables of a version and return its key figures."""
    with spilling_connection(folder) as connection:
        view = events_view(folder, manifest.parts, manifest.time_from_order)
        connection.execute(f"CREATE VIEW events AS {view}")
        summary = derive(connection, folder, manifest.columns, should_stop)
    if manifest.time_from_order:
        summary |= {"first_event": None, "last_event": None}
    return summary
