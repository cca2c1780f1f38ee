"""Side tables of products and buyers: given to a dataset, replaced, and removed."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard.jobs.import_files import share_files
from dashboard.jobs.runs_table import Runs
from dashboard.services.datasets.imports import (
    BOUNDED,
    IMPORT,
    check_not_importing,
    preview_files,
)
from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput, VitrinaError
from data.home import Home
from data.i18n import _
from data.importing.companions import companions
from data.importing.kaggle import is_remote
from data.importing.request import ImportRequest
from data.importing.side_table_preview import (
    SideTablePreview,
    preview_for_dataset,
    preview_for_ids,
)
from data.importing.side_tables import attach_side_tables


def attach(
    home: Home,
    name: str,
    *,
    products: Path | None = None,
    buyers: Path | None = None,
    remove: Collection[str] = (),
    encoding: str | None = None,
    decimal_mark: str | None = None,
) -> Dataset:
    """Add side tables to a dataset, and return it; see `data.importing.side_tables`.

    Raises
    ------
    BadInput
        If the dataset is unknown or being imported, or a file cannot be used. Nothing changes.
    """
    Store(home).open(name)
    check_not_importing(home, name)
    return attach_side_tables(
        Store(home),
        name,
        products=products,
        buyers=buyers,
        remove=remove,
        encoding=encoding,
        decimal_mark=decimal_mark,
    )


def start(home: Home, name: str, files: Mapping[str, Path], remove: Collection[str] = ()) -> str:
    """Queue a job that gives a dataset side tables or removes them, and return its run.

    Parameters
    ----------
    home : Home
    name : str
        The dataset.
    files : mapping
        ``"products"``, ``"buyers"`` → the new file of that table.
    remove : collection of str
        Tables to remove.

    Raises
    ------
    BadInput
        If there is nothing to do, or the dataset is unknown or being imported.
    """
    if not files and not remove:
        raise BadInput(_("Choose a table of products or of buyers first."))
    Store(home).open(name)
    check_not_importing(home, name)
    config = {"side_tables": {table: str(file) for table, file in files.items()}}
    shared = share_files(home, files.values())
    return Runs(home).create(IMPORT, name, config | {"remove": list(remove)} | shared)


def preview(home: Home, name: str, table: str, file: Path) -> SideTablePreview:
    """Return the preview of a file as a side table of a dataset.

    Raises
    ------
    BadInput
        If the dataset is unknown, or the file cannot be its side table.
    """
    with TemporaryDirectory(dir=home.cache) as folder:
        dataset = Store(home).open(name).fetched()
        return BOUNDED.call(preview_for_dataset, dataset, table, file, Path(folder))


def preview_beside_log(
    home: Home, log: ImportRequest, column: str, table: str, file: Path
) -> SideTablePreview:
    """Return the preview of a file as a side table of a log that is not imported yet.

    Parameters
    ----------
    home : Home
    log : ImportRequest
        The log and how to read it; its first rows are looked at.
    column : str
        The log's column of the buyers or products, as a person has chosen it.
    table : {"products", "buyers"}
    file : Path

    Raises
    ------
    BadInput
        If the log has no preview, or the file has no column with ids of its first rows.
    """
    first = preview_files(home, log)
    if first is None or column not in first.columns:
        raise BadInput(_("What is in this table is told when the log has been read."))
    place = first.columns.index(column)
    ids = {row[place].strip() for row in first.rows if len(row) > place and row[place].strip()}
    with TemporaryDirectory(dir=home.cache) as folder:
        return BOUNDED.call(preview_for_ids, ids, column, table, file, Path(folder))


def beside(logs: Sequence[str]) -> dict[str, str]:
    """Return the tables of products and buyers that lie beside logs: table → file.

    Those in an archive that takes long to look through are left for the import to find.
    """
    files = [Path(log) for log in logs if not is_remote(Path(log))]
    try:
        files_by_table = BOUNDED.call(companions, files)
    except VitrinaError:
        return {}
    return {table: str(file) for table, file in files_by_table.items() if file.exists()}
