"""Small files that hold a great deal: each is refused or read within bounds."""

import bz2
import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing import dialect, parquet_sample, streams
from data.importing.ingest import ingest
from data.importing.preview import preview
from data.importing.rejects import LONGEST_TEXT
from data.importing.request import ImportRequest

HEADER = b"user_id,product_id,event_time\n"
ROW = b"1,2,2019-11-01 08:00:00\n"
MILLION = 1 << 20


@pytest.fixture(autouse=True)
def low_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files be greedy that are quick to write."""
    monkeypatch.setattr(streams, "_ALWAYS_UNPACKED", 4 * MILLION)
    monkeypatch.setattr(parquet_sample, "_ALWAYS_ROWS", 10_000)


def write_gzip(file: Path, content: bytes) -> None:
    file.write_bytes(gzip.compress(content))


def write_bzip2(file: Path, content: bytes) -> None:
    file.write_bytes(bz2.compress(content))


def write_zip(file: Path, content: bytes) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log.csv", content)


@pytest.mark.parametrize("write", [write_gzip, write_bzip2, write_zip])
@pytest.mark.parametrize("body", [bytes(8 * MILLION), ROW * (8 * MILLION // len(ROW))])
def test_a_file_that_unpacks_to_more_than_a_log_can_hold_is_refused(
    home: Home, tmp_path: Path, write: Callable[[Path, bytes], None], body: bytes
) -> None:
    file = tmp_path / "log.csv"
    write(file, HEADER + ROW + body)
    with pytest.raises(BadInput, match="unpacks to more than 250 times its size"):
        ingest(Store(home), ImportRequest([file], "log"))
    assert list(home.datasets.iterdir()) == []


def parquet(file: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), file, compression="zstd", store_schema=False, **options)
    return file


def test_a_parquet_file_that_claims_too_many_rows_is_refused(home: Home, tmp_path: Path) -> None:
    ids = np.full(100_000, 7)
    file = parquet(tmp_path / "log.parquet", {"user_id": ids, "product_id": ids})
    with pytest.raises(BadInput, match=r"log.parquet claims 100,000 rows in [\d,]+ bytes"):
        ingest(Store(home), ImportRequest([file], "log"))


def test_long_values_of_a_parquet_file_are_shown_in_part(tmp_path: Path) -> None:
    rows = np.zeros(200, np.int32)
    columns = {
        name: pa.DictionaryArray.from_arrays(rows, [start + "x" * MILLION])
        for name, start in (("user_id", "a"), ("product_id", "b"), ("event_time", "2019-11-01"))
    }
    file = parquet(tmp_path / "log.parquet", columns)
    shown = preview(ImportRequest([file], ""), tmp_path)
    assert shown is not None
    assert {len(cell) for row in shown.rows for cell in row} == {300}
    assert shown.rows[0][0].startswith("axx")
    assert shown.rows[0][0].endswith("…")
    assert sum(len(cell) for row in dialect.sniff(file).sample for cell in row) < 10 * MILLION


def test_a_file_of_too_many_columns_is_refused(tmp_path: Path) -> None:
    names = [f"column_{number}" for number in range(1_001)]
    text = tmp_path / "log.csv"
    text.write_text(f"{','.join(names)}\n{','.join('1' for _name in names)}\n")
    for file in (text, parquet(tmp_path / "log.parquet", {name: [1] for name in names})):
        with pytest.raises(BadInput, match=r"has 1,001 columns, and a log has 1,000 at the most"):
            dialect.sniff(file)


def test_the_text_of_a_long_rejected_row_is_cut(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(HEADER + ROW + b"1," * MILLION + b"\n" + ROW)
    dataset = ingest(Store(home), ImportRequest([file], "log"))
    [row] = pq.read_table(dataset.rejects).to_pylist()
    assert (row["line"], row["reason"]) == (3, "wrong_number_of_columns")
    assert row["raw"] == ("1," * MILLION)[: LONGEST_TEXT - 1] + "…"


def test_a_first_line_without_end_is_refused(tmp_path: Path) -> None:
    for name, start in (("nul.csv", b"\0"), ("long.csv", b"x")):
        file = tmp_path / name
        file.write_bytes(start * MILLION)
        with pytest.raises(BadInput, match=f"{name} is no table: its first line is too long"):
            dialect.sniff(file)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_long_ids_are_rejected_and_long_texts_are_cut(
    home: Home, tmp_path: Path, kind: str
) -> None:
    long = "x" * 5_000
    columns = {
        "user_id": ["ann", "ann", long],
        "product_id": ["tv", long, "tv"],
        "event_time": ["2019-11-01", "2019-11-02", "2019-11-03"],
        "brand": [long, "b", "b"],
        "title": ["T" + long, "t", "t"],
    }
    file = tmp_path / f"log.{kind}"
    if kind == "parquet":
        parquet(file, columns)
    else:
        rows = zip(*columns.values(), strict=True)
        file.write_text("\n".join(map(",".join, [columns, *rows])) + "\n")
    dataset = ingest(Store(home), ImportRequest([file], "log"))
    reasons = dataset.manifest.summary["rejected_by_reason"]
    assert reasons == {"user_too_long": 1, "product_too_long": 1}
    with dataset.connect() as connection:
        [event] = connection.execute('SELECT "user", product, brand, title FROM events').fetchall()
    assert event == ("ann", "tv", long[:1_000], ("T" + long)[:1_000])
