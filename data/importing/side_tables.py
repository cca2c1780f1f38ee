"""Side tables of products and buyers: read with a log, or given to a dataset later."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import duckdb

from data.datasets.database import KEYS, read_parquet
from data.datasets.dataset import Dataset
from data.datasets.manifest import Manifest
from data.datasets.side_tables import BUYERS, IDS, PRODUCTS, VIEWS
from data.datasets.store import Store
from data.errors import BadInput
from data.i18n import _
from data.importing.filling import fill
from data.importing.paths import check_exists
from data.importing.side_table_file import SideTableFile, read_side_table
from data.importing.version import derive_tables, link_files, new_version, spilling_connection
from data.progress import ShouldStop, never


def attach_side_tables(
    store: Store,
    name: str,
    *,
    products: Path | None = None,
    buyers: Path | None = None,
    remove: Collection[str] = (),
    encoding: str | None = None,
    decimal_mark: str | None = None,
    should_stop: ShouldStop = never,
) -> Dataset:
    """Add side tables to a dataset without importing its log again, completely or not at all.

    A new version of the dataset takes the place of the one before; files that do not change are
    linked. A table of products fills the title, category, category id, brand and price of events
    whose log has none, so that all tables are derived again; a table of buyers changes no event.

    Parameters
    ----------
    store : Store
    name : str
        The dataset's name.
    products, buyers : Path, optional
        Files of any kind that a log may be of, also a member of an archive, ``a.zip/items.csv``.
        Each replaces the table of its kind; a table without a new file stays.
    remove : collection of {"products", "buyers"}
        The tables to take away.
    encoding : str, optional
        How the text is encoded, where the guess is wrong.
    decimal_mark : {".", ","}, optional
        That of the prices, where their values do not settle it.
    should_stop : callable

    Raises
    ------
    BadInput
        For an unknown dataset, one that is being imported, and a file that cannot be read or has
        no column of ids of the log.
    Cancelled
        When ``should_stop`` returned true.
    VitrinaError
        When the disk is full.
    """
    dataset = store.open(name)
    paths = {PRODUCTS: products, BUYERS: buyers}
    files = [
        SideTableFile(path, table, dataset.manifest.mapping[IDS[table]], encoding, decimal_mark)
        for table, path in paths.items()
        if path is not None
    ]
    if not files and not remove:
        raise BadInput(_("Name a file of products or of buyers."))
    for file in files:
        check_exists(file.path)
    with new_version(store, name) as folder:
        manifest = _new_manifest(dataset, folder, files, remove, should_stop)
        return store.commit(name, manifest, replace=True, added_to=dataset)


def _new_manifest(
    dataset: Dataset,
    folder: Path,
    files: Sequence[SideTableFile],
    remove: Collection[str],
    should_stop: ShouldStop,
) -> Manifest:
    """Write a version that differs from a dataset in its side tables."""
    old = dataset.manifest
    kept = {table: entry for table, entry in old.side_tables.items() if table not in remove}
    tables = {*remove, *(file.table for file in files)}
    unchanged = [f"{VIEWS[table]}.parquet" for table in kept if table not in tables]
    link_files(dataset, folder, ["rejects.parquet", *(part.file for part in old.parts), *unchanged])
    manifest = replace(old, version=folder.name, side_tables=kept)
    manifest = add_side_tables(folder, manifest, files, should_stop)
    if PRODUCTS in tables:
        return with_summary(folder, manifest, should_stop)
    link_files(dataset, folder, [f"{table}.parquet" for table in KEYS])
    return replace(manifest, summary=manifest.summary | {"side_tables": figures(folder, manifest)})


def keep_side_tables(folder: Path, manifest: Manifest, dataset: Dataset) -> Manifest:
    """Link the side tables of a dataset into the folder of a version that adds events to it."""
    tables = dataset.manifest.side_tables
    link_files(dataset, folder, [f"{VIEWS[table]}.parquet" for table in tables])
    return replace(manifest, side_tables=tables)


def with_summary(folder: Path, manifest: Manifest, should_stop: ShouldStop) -> Manifest:
    """Write the derived tables of a version and return its manifest with all key figures."""
    summary = manifest.summary | derive_tables(folder, manifest, should_stop)
    return replace(manifest, summary=summary | {"side_tables": figures(folder, manifest)})


def add_side_tables(
    folder: Path, manifest: Manifest, files: Sequence[SideTableFile], should_stop: ShouldStop
) -> Manifest:
    """Read side tables into the folder of a version and fill its events from the one of products.

    Parameters
    ----------
    folder : Path
        Holds the parts, and the side tables that the manifest has already.
    manifest : Manifest
        Of the version; ``summary`` may have ``understood``.
    files : sequence of SideTableFile
        New tables, which replace those of the manifest.
    should_stop : callable

    Returns
    -------
    Manifest
        With the side tables, what was understood of them, and the parts as they were filled.
    """
    tables = dict(manifest.side_tables)
    previous = dict(manifest.summary.get("understood", {}))
    if not files and not tables and not any(part.filled for part in manifest.parts):
        return _with_understood(manifest, {**previous, "side_tables": {}})
    understood = {k: v for k, v in previous.get("side_tables", {}).items() if k in tables}
    skipped: dict[str, str] = dict(previous.get("skipped", {}))
    with spilling_connection(folder) as connection:
        for file in files:
            _load_ids(connection, folder, manifest, IDS[file.table])
            try:
                table, understanding = read_side_table(connection, file, folder, should_stop)
            except BadInput as error:
                if not file.optional:
                    raise
                skipped[file.path.name] = str(error)
                continue
            tables[file.table], understood[file.table] = table, understanding
        fills = tables[PRODUCTS].fills if PRODUCTS in tables else ()
        is_new = tables.get(PRODUCTS) is not manifest.side_tables.get(PRODUCTS)
        parts = tuple(
            fill(
                connection,
                folder,
                part,
                fills,
                category_is_id=_category_is_id(manifest),
                should_stop=should_stop,
            )
            if is_new or part.filled != fills
            else part
            for part in manifest.parts
        )
    manifest = replace(manifest, parts=parts, side_tables=tables)
    return _with_understood(manifest, {**previous, "skipped": skipped, "side_tables": understood})


def _with_understood(manifest: Manifest, understood: dict[str, Any]) -> Manifest:
    return replace(manifest, summary=manifest.summary | {"understood": understood})


def _load_ids(
    connection: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest, name: str
) -> None:
    """Make the table ``log_ids`` of the ids in the parts."""
    ids = " UNION ".join(
        f"SELECT {name}::VARCHAR AS id FROM {read_parquet(folder / part.file)}"
        for part in manifest.parts
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE log_ids AS SELECT DISTINCT id FROM ({ids})")


def _category_is_id(manifest: Manifest) -> bool:
    """Return whether the log has the id of a category and no name of it."""
    category = manifest.mapping.get("category")
    return category is not None and category == manifest.mapping.get("category_id")


def figures(folder: Path, manifest: Manifest) -> dict[str, Any]:
    """Return how the side tables of a version match its log, as ``vitrina stats`` prints it.

    Returns
    -------
    dict
        For each table ``file``, ``key``, ``rows``, ``matched`` (ids that the log and the table
        have), ``unmatched_in_log`` (ids of the log that the table does not have),
        ``unmatched_in_table`` (ids of the table that the log does not have), ``duplicates`` and
        ``rejected`` (rows left out), ``fills`` and ``attributes``. ``rows`` is the sum of
        ``matched``, ``unmatched_in_table``, ``duplicates`` and ``rejected``.
    """
    result: dict[str, Any] = {}
    if not manifest.side_tables:
        return result
    with spilling_connection(folder) as connection:
        for table, entry in manifest.side_tables.items():
            name = IDS[table]
            log = read_parquet(
                folder / ("products.parquet" if table == PRODUCTS else "users.parquet")
            )
            side = read_parquet(folder / f"{VIEWS[table]}.parquet")
            ids = connection.execute(f"SELECT count(*) FROM {log}").fetchone()
            rows = connection.execute(
                f"SELECT count(*), count(log.id) FROM {side} AS side LEFT JOIN "
                f"(SELECT {name}_key::VARCHAR AS id FROM {log}) AS log ON log.id = side.{name}"
            ).fetchone()
            assert ids is not None and rows is not None
            result[table] = {
                **asdict(entry),
                "matched": rows[1],
                "unmatched_in_log": ids[0] - rows[1],
                "unmatched_in_table": rows[0] - rows[1],
            }
    return result
