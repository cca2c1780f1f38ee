"""A dataset on disk: its manifest, and its tables as views of DuckDB."""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import duckdb

from data import checksums
from data.datasets.database import (
    KEYS,
    attributes_view,
    connect,
    events_view,
    keyed_view,
    read_parquet,
)
from data.datasets.manifest import MANIFEST, Manifest
from data.datasets.side_tables import BUYERS, IDS, PRODUCTS, VIEWS, Attribute
from data.errors import BadInput, Damaged
from data.events import NAMES
from data.files import locked
from data.i18n import _
from data.sharing.folder_table import DATASETS, StoredFolder
from data.sharing.mirror import Mirror

_MEMORY = "1GB"
"""What a query may hold in memory; the rest of it goes to the folder for temporary files."""


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
        """Yield a connection with the views ``events`` and one for each derived table.

        ``events`` has the columns of ``data.events`` and ``row``; ``purchases`` has the same
        columns, only events of type purchase, ordered by user, time and row; ``products`` and
        ``users`` have one row per product and user; ``hours`` has the number of events per hour
        and type. ``product_attributes`` (product_key, product, and a column for each of
        ``product_attributes``) and ``buyer_attributes`` (user_key, user, …) have a row for each
        product and user of the log that a side table knows.

        While the block runs, the files stay, even if the dataset is replaced or deleted. Sorts and
        groups that are larger than its memory are spilled to a folder of its own, not to the
        current one.

        Raises
        ------
        Damaged
            Where a file is missing or not as it was written.
        BadInput
            Where the dataset has been replaced, renamed or deleted since it was opened.
        """
        with (
            self._held(),
            tempfile.TemporaryDirectory(prefix="vitrina-") as spill,
            connect(memory_limit=_MEMORY, temp_directory=spill) as connection,
        ):
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
            return folder is not None and has_version(folder, self.manifest.version)
        try:
            return Manifest.read(self.path.parent / MANIFEST).version == self.manifest.version
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
                with connect(memory_limit=_MEMORY) as connection:
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


def has_version(folder: StoredFolder, version: str) -> bool:
    """Return whether the store has this version of a dataset."""
    return any(path.startswith(f"{version}/") for path in folder.files)
