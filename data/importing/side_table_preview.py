"""What a table of products or buyers is taken for, before it is given to a log."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from data.datasets.database import read_parquet
from data.datasets.dataset import Dataset
from data.datasets.side_tables import IDS, LISTS, VIEWS, SideTable
from data.importing.side_table_file import SideTableFile, read_side_table
from data.importing.version import spilling_connection
from data.progress import never


@dataclass(frozen=True)
class SideTablePreview:
    """What a file is taken for, and how it matches a log.

    Attributes
    ----------
    table : SideTable
    log_ids : int
        Ids of the log, or of its first rows, that were looked for.
    matched : int
        Those of them that the file has.
    """

    table: SideTable
    log_ids: int
    matched: int


def preview_for_dataset(dataset: Dataset, table: str, path: Path, folder: Path) -> SideTablePreview:
    """Return the preview of a side table, beside all ids of a dataset.

    Parameters
    ----------
    dataset : Dataset
    table : {"products", "buyers"}
    path : Path
    folder : Path
        Receives temporary files.

    Raises
    ------
    BadInput
        Where the file cannot be read or no column of it holds ids of the log.
    """
    rows = read_parquet(dataset.path / f"{LISTS[table]}.parquet")
    with spilling_connection(folder) as connection:
        connection.execute(
            f"CREATE TEMP TABLE log_ids AS SELECT {IDS[table]}_key::VARCHAR AS id FROM {rows}"
        )
        column = dataset.manifest.mapping[IDS[table]]
        return _preview(connection, SideTableFile(path, table, column), folder)


def preview_for_ids(
    ids: Collection[str], log_column: str, table: str, path: Path, folder: Path
) -> SideTablePreview:
    """Return the preview of a side table, beside some ids of a log that is not imported yet.

    Parameters
    ----------
    ids : collection of str
    log_column : str
        The log's column of the ids.
    table, path, folder
        As for ``preview_for_dataset``.

    Raises
    ------
    BadInput
        Where the file cannot be read or no column of it holds any of the ids.
    """
    with spilling_connection(folder) as connection:
        connection.register("ids", pa.table({"id": pa.array(sorted(set(ids)), pa.string())}))
        connection.execute("CREATE TEMP TABLE log_ids AS FROM ids")
        return _preview(connection, SideTableFile(path, table, log_column), folder)


def _preview(
    connection: duckdb.DuckDBPyConnection, file: SideTableFile, folder: Path
) -> SideTablePreview:
    table, _understood = read_side_table(connection, file, folder, never)
    side = read_parquet(folder / f"{VIEWS[file.table]}.parquet")
    row = connection.execute(
        f"SELECT count(*), count(side.id) FROM log_ids LEFT JOIN "
        f"(SELECT {IDS[file.table]} AS id FROM {side}) AS side USING (id)"
    ).fetchone()
    assert row is not None
    return SideTablePreview(table, *row)
