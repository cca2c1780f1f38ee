"""The quality of a dataset: what a check of its events finds, and the rejected rows."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import damaged_unless_read
from data.exploration.csv_export import write_csv
from data.exploration.finding import Finding
from data.exploration.quality import findings as check
from data.home import Home
from data.i18n import _

MOST_IN_CSV = 200_000
"""Rejected rows in a download at most."""

_BATCH_ROWS = 1_000

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
    return next(_batches(dataset, limit), [])


def _batches(dataset: Dataset, size: int) -> Iterator[list[dict[str, object]]]:
    """Yield the rejected rows of a dataset in batches."""
    if not dataset.rejects.exists():
        return
    sentence = _("The rejected rows of dataset {name} are damaged; import the dataset again.")
    with (
        damaged_unless_read(sentence.format(name=dataset.name)),
        pq.ParquetFile(dataset.rejects) as file,
    ):
        for batch in file.iter_batches(size, columns=COLUMNS):
            yield batch.to_pylist()


def write_rejected_rows(home: Home, name: str, target: Path) -> None:
    """Write the rejected rows of a dataset as CSV that is safe to open in a spreadsheet.

    They are read and written batch by batch, so that memory stays bounded.

    Raises
    ------
    BadInput
        If there is no such dataset.
    """
    dataset = Store(home).open(name)
    rows = itertools.chain.from_iterable(_batches(dataset, _BATCH_ROWS))
    values = ([row[column] for column in COLUMNS] for row in rows)
    write_csv(target, COLUMNS, itertools.islice(values, MOST_IN_CSV))
