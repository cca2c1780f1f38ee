"""Every row of any file becomes an event or a reject: property-based tests."""

import csv
import gzip
import io
import random
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing.blanks import BLANKS
from data.importing.ingest import ingest
from data.importing.missing_values import MISSING
from data.importing.preview import Preview, preview
from data.importing.request import ImportRequest

pytestmark = pytest.mark.slow

HEADER = ["event_time", "event_type", "product_id", "brand", "price", "user_id"]


def _csv(row: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue().encode()


texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\r"), min_size=0, max_size=8
) | st.sampled_from(["NA", "", '"', '""', "a,b", "x\ny", "=cmd|' /C calc'!A0", "007", " "])
times = st.sampled_from(
    ["2019-11-01 00:00:00 UTC", "2020-02-29 12:00:00", "0000-01-01", "9999-12-31", "soon", ""]
)
prices = st.sampled_from(["1.5", "-3", "NaN", "inf", "", "abc", "1e308", "0"])
good = st.tuples(times, st.just("purchase"), texts, texts, prices, texts)
written = good.map(_csv)
junk = st.binary(max_size=40) | st.sampled_from(
    [b"1,2,3", b'"open,2,3', b"a\0b,1,2,3,4,5", b"\xff\xfe,1,2,3,4,5", b'x,"y"z,1,2,3,4', b",,,,,"]
)
lines = st.lists(written | junk.map(lambda line: line.replace(b"\r", b"") + b"\n"), max_size=30)


# Enough for most examples: where most rows have too few or too many fields, a file is refused.
VALID = 40


def imported(content: bytes, suffix: str = ".csv") -> Dataset | None:
    """Import a file with a header, VALID valid rows and this content; pass over no tables."""
    start = ",".join(HEADER) + "\n" + "2019-11-01 00:00:00 UTC,purchase,p,b,1,u\n" * VALID
    folder = Path(tempfile.mkdtemp())
    whole = start.encode() + content
    file = folder / f"log{suffix}"
    file.write_bytes(gzip.compress(whole) if suffix == ".csv.gz" else whole)
    try:
        return ingest(Store(Home(folder / "home")), ImportRequest([file], "log"))
    except BadInput as error:
        assume("it is no table" not in str(error))
        raise


def rows_of(dataset: Dataset) -> int:
    """Return the number of rows in the tables themselves."""
    with dataset.connect() as connection:
        row = connection.execute("SELECT count(*) FROM events").fetchone()
    return (row[0] if row else 0) + len(pd.read_parquet(dataset.rejects))


@pytest.mark.property
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines, st.sampled_from([".csv", ".csv.gz"]))
def test_every_row_is_kept_or_rejected(content: list[bytes], suffix: str) -> None:
    dataset = imported(b"".join(content), suffix)
    assert dataset is not None
    figures = dataset.manifest.summary
    assert figures["rows_read"] == figures["rows_kept"] + figures["rows_rejected"]
    assert figures["rows_read"] == rows_of(dataset)
    assert figures["rows_rejected"] == sum(figures["rejected_by_reason"].values())


@pytest.mark.property
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(written | junk.map(lambda line: line.replace(b"\r", b"") + b"\n"), max_size=30))
def test_every_line_is_in_exactly_one_row(content: list[bytes]) -> None:
    """The lines of the file are those of the rejects and those of the kept rows: none is lost
    and none is counted twice."""
    dataset = imported(b"".join(content))
    assert dataset is not None
    total = b"".join(content).split(b"\n")
    filled = [line for line in total if line]
    raw = pd.read_parquet(dataset.rejects)["raw"]
    rejected = sum(text.count("\n") + 1 for text in raw)
    with dataset.connect() as connection:
        kept = connection.execute("SELECT user, product, brand FROM events").fetchall()
    inside = sum((value or "").count("\n") for row in kept for value in row)
    blank = len(total) - 1 - len(filled)
    assert 0 <= len(filled) - (rejected + len(kept) - VALID + inside) + blank <= blank


@pytest.mark.property
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=20))
@example([("0", "\0")])  # DuckDB alone would keep it
def test_ids_of_any_kind_are_kept_exactly(pairs: list[tuple[str, str]]) -> None:
    rows = [("2019-11-01", "purchase", product, "b", "1", user) for product, user in pairs]
    dataset = imported(b"".join(map(_csv, rows)))
    assert dataset is not None
    cut = [(product.strip(BLANKS), user.strip(BLANKS)) for product, user in pairs]
    expected = [
        pair for pair in cut if not {*MISSING} & set(pair) and not any("\0" in id_ for id_ in pair)
    ]
    with dataset.connect() as connection:
        kept = connection.execute("SELECT product, user FROM events ORDER BY row").fetchall()
    assert kept[VALID:] == expected


@pytest.mark.property
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
@example(b"\0")
@example(b" \n")
@example(b"\0\n\0,1")
def test_random_bytes_are_imported_or_refused_in_one_sentence(content: bytes) -> None:
    folder = Path(tempfile.mkdtemp())
    file = folder / "log.csv"
    file.write_bytes(content)
    store = Store(Home(folder / "home"))
    try:
        dataset = ingest(store, ImportRequest([file], "log"))
    except BadInput as error:
        assert "\n" not in str(error)
        assert list(store.home.datasets.iterdir()) == []
    else:
        figures = dataset.manifest.summary
        assert figures["rows_read"] == rows_of(dataset)


MAGICS = [b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"PAR1"]
DEEP = 100_000


@pytest.mark.parametrize("magic", MAGICS)
def test_noise_after_the_first_bytes_of_a_format_is_refused(tmp_path: Path, magic: bytes) -> None:
    for seed in range(8):
        file = tmp_path / f"{seed}.csv"
        file.write_bytes(magic + random.Random(seed).randbytes(3000) + magic)
        for read in (_preview, _import):
            with pytest.raises(BadInput):
                read(file)


@pytest.mark.parametrize(
    "content",
    [b'{"a":' * DEEP + b"1" + b"}" * DEEP, b'[{"user":' + b"[" * DEEP + b"]" * DEEP + b"}]"],
)
def test_json_that_is_nested_too_deeply_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "deep.json"
    file.write_bytes(content)
    for read in (_preview, _import):
        with pytest.raises(BadInput):
            read(file)


def test_times_that_python_has_no_dates_for_are_shown(tmp_path: Path) -> None:
    ticks = pa.array([2**62, -(2**62), 0], pa.timestamp("us"))
    table = pa.table({"user_id": ["a", "b", "c"], "product_id": ["x", "y", "z"], "time": ticks})
    pq.write_table(table, tmp_path / "log.parquet")
    assert len(_preview(tmp_path / "log.parquet").rows) == 3


def _preview(file: Path) -> Preview:
    shown = preview(ImportRequest([file], "log"), Path(tempfile.mkdtemp()))
    assert shown is not None
    return shown


def _import(file: Path) -> Dataset:
    return ingest(Store(Home(file.parent / "home")), ImportRequest([file], "log"))
