"""Small files that hold a great deal, as the pages look into them and import them."""

import gzip
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.services.datasets import imports
from data.errors import BadInput
from data.home import Home
from data.importing.request import ImportRequest

MILLION = 1 << 20
START = b"user_id,product_id,event_time\n1,2,2019-11-01 08:00:00\n"


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """Some 300 kilobytes that unpack to 300 MB of NUL."""
    file = tmp_path / "log.csv.gz"
    with gzip.open(file, "wb", compresslevel=9) as stream:
        stream.write(START)
        for _piece in range(300):
            stream.write(bytes(MILLION))
    return file


@pytest.fixture
def claiming(tmp_path: Path) -> Path:
    """A few kilobytes that claim 20 million rows."""
    column = np.full(20_000_000, 7, np.int8)
    file = tmp_path / "log.parquet"
    pq.write_table(pa.table({"user_id": column, "product_id": column}), file, compression="zstd")
    return file


def test_a_packed_file_that_holds_too_much_is_not_imported(home: Home, packed: Path) -> None:
    with pytest.raises(BadInput, match="unpacks to more than 250 times its size"):
        imports.import_files(home, ImportRequest([packed], "log"))
    assert list(home.datasets.iterdir()) == []


def test_a_file_that_claims_too_many_rows_is_neither_shown_nor_imported(
    home: Home, claiming: Path
) -> None:
    for look in (imports.preview_files, imports.import_files):
        with pytest.raises(BadInput, match="claims 20,000,000 rows"):
            look(home, ImportRequest([claiming], "log"))


def test_huge_values_take_no_memory_of_the_server(home: Home, tmp_path: Path) -> None:
    rows = np.zeros(1_000_000, np.int32)
    columns = {
        name: pa.DictionaryArray.from_arrays(rows, [start + "x" * MILLION])
        for name, start in (("user_id", "a"), ("product_id", "b"), ("event_time", "2019-11-01"))
    }
    file = tmp_path / "log.parquet"
    pq.write_table(pa.table(columns), file, compression="zstd", store_schema=False)
    before = psutil.Process().memory_info().rss
    try:
        shown = imports.preview_files(home, ImportRequest([file], ""))
    except BadInput as error:
        assert "takes too much memory" in str(error)
    else:
        assert shown is not None
        assert max(len(cell) for row in shown.rows for cell in row) <= 300
    assert psutil.Process().memory_info().rss - before < 200 * MILLION
