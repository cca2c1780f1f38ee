"""The rows of a dataset's files that became no events."""

import pyarrow.parquet as pq

from data.datasets.store import Dataset, Store
from data.exploration.csv_export import csv_text
from data.home import Home

MOST_IN_CSV = 200_000
"""Rejects that a download holds at most."""

COLUMNS = ("file", "line", "column", "reason", "raw")


def first(dataset: Dataset, number: int) -> list[dict[str, object]]:
    """Return the first rejects of a dataset, in the order of its files."""
    if not dataset.rejects.exists():
        return []
    with pq.ParquetFile(dataset.rejects) as file:
        batch = next(file.iter_batches(number), None)
    return batch.to_pylist() if batch else []


def as_csv(home: Home, name: str) -> str:
    """Return the rejects of a dataset as CSV, safe to open in a spreadsheet.

    Raises
    ------
    BadInput
        Where there is no such dataset.
    """
    rows = first(Store(home).open(name), MOST_IN_CSV)
    return csv_text(COLUMNS, ([row[column] for column in COLUMNS] for row in rows))
