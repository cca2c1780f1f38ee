"""The quality of a dataset: what a check of its events finds, and the rejected rows."""

import pyarrow.parquet as pq

from data.datasets.store import Dataset, Store
from data.errors import damaged_unless_read
from data.exploration.csv_export import csv_text
from data.exploration.finding import Finding
from data.exploration.quality import findings as check
from data.home import Home
from data.i18n import _

MOST_IN_CSV = 200_000
"""Rejected rows in a download at most."""

COLUMNS = ("file", "line", "column", "reason", "raw")


def findings(home: Home, name: str) -> list[Finding]:
    """Return the findings on a dataset, warnings first.

    Raises
    ------
    BadInput
        If there is no such dataset.
    """
    return check(Store(home).open(name), home.cache)


def rejected_rows(dataset: Dataset, limit: int) -> list[dict[str, object]]:
    """Return the first rejected rows of a dataset, in the order of its files."""
    if not dataset.rejects.exists():
        return []
    sentence = _("The rejected rows of dataset {name} are damaged; import the dataset again.")
    with (
        damaged_unless_read(sentence.format(name=dataset.name)),
        pq.ParquetFile(dataset.rejects) as file,
    ):
        batch = next(file.iter_batches(limit, columns=COLUMNS), None)
    return batch.to_pylist() if batch else []


def rejected_rows_csv(home: Home, name: str) -> str:
    """Return the rejected rows of a dataset as CSV that is safe to open in a spreadsheet.

    Raises
    ------
    BadInput
        If there is no such dataset.
    """
    rows = rejected_rows(Store(home).open(name), MOST_IN_CSV)
    return csv_text(COLUMNS, ([row[column] for column in COLUMNS] for row in rows))
