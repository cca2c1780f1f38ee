"""Small files that hold a great deal: each is refused or read within bounds."""

import bz2
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing import companions, dialect, parquet_sample, paths, streams
from data.importing.ingest import ingest
from data.importing.preview import preview
from data.importing.progress_tracker import ProgressTracker
from data.importing.rejects import LONGEST_TEXT
from data.importing.request import ImportRequest
from data.progress import ignore_progress, never

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
@pytest.mark.parametrize(
    "body", [bytes(8 * MILLION), ROW * (8 * MILLION // len(ROW))], ids=["nul", "rows"]
)
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


def test_an_archive_of_many_files_is_refused_at_once(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "MOST_MEMBERS", 20)
    files = [tmp_path / name for name in ("log.zip", "log.tar", "log.tar.gz", "nested.zip")]
    with zipfile.ZipFile(files[0], "w") as zipped:
        for number in range(21):
            zipped.writestr(f"{number}.csv", HEADER + ROW)
    for file, mode in zip(files[1:3], ("w", "w:gz"), strict=True):
        with tarfile.open(file, mode) as tar:
            for number in range(21):
                tar.addfile(tarfile.TarInfo(f"{number}.csv"))
    half = io.BytesIO()
    with zipfile.ZipFile(half, "w") as zipped:
        for number in range(11):
            zipped.writestr(f"{number}.txt", b"words")
    with zipfile.ZipFile(files[3], "w") as zipped:
        for number in range(2):
            zipped.writestr(f"{number}.zip", half.getvalue())
    for file in files:
        with pytest.raises(BadInput, match=f"{file.stem}.* holds more than 20 files or sheets"):
            ingest(Store(home), ImportRequest([file], "log"))
    assert list(home.datasets.iterdir()) == []


def test_a_file_that_is_packed_again_and_again_is_refused(home: Home, tmp_path: Path) -> None:
    content = HEADER + ROW
    for _level in range(12):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("log", content)
        content = packed.getvalue()
    file = tmp_path / "log.zip"
    file.write_bytes(content)
    with pytest.raises(BadInput, match="is packed again and again"):
        ingest(Store(home), ImportRequest([file], "log"))


def test_the_bound_on_what_is_unpacked_holds_for_all_members_together(
    home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "log.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(12):
            row = b"%d,2,2019-11-02\n" % number
            archive.writestr(f"{number}.csv", HEADER + row + b"\n" * MILLION)
    with pytest.raises(BadInput, match="unpacks to more than 250 times its size"):
        ingest(Store(home), ImportRequest([file], "log"))


def test_the_events_of_all_files_together_take_no_more_space_than_logs_can() -> None:
    tracker = ProgressTracker(10_000, ignore_progress, never)
    tracker.finish_file(5_000, 1, 3 * MILLION)
    with pytest.raises(BadInput, match="unpacks to more than 250 times its size"):
        tracker.finish_file(5_000, 1, 3 * MILLION)


def test_the_tables_beside_a_log_are_found_without_comparing_all_names_with_all() -> None:
    names = [f"day/{number}.csv" for number in range(50_000)]
    assert companions.choose_logs(names) == names
    assert companions.choose_logs([*names, "day/movies.csv", "day/ratings.csv"]) == [
        "day/ratings.csv"
    ]


def test_a_preview_looks_into_some_members_of_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []
    sniff = dialect.sniff

    def counted(path: Path, *args: Any) -> dialect.Dialect:
        looked.append(path)
        return sniff(path, *args)

    monkeypatch.setattr("data.importing.preview.sniff", counted)
    file = tmp_path / "log.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(300):
            archive.writestr(f"{number}.csv", b"a,b\n1,2\n")
    preview(ImportRequest([file], ""), tmp_path)
    assert len(looked) == 100


@pytest.mark.parametrize("form", ["lines", "array", "object", "list"])
def test_json_with_a_name_of_its_own_in_every_object_is_refused(
    home: Home, tmp_path: Path, form: str
) -> None:
    row = {"user_id": 1, "product_id": 2, "event_time": "2019-11-01"}
    rows = [{**row, f"key{number}": 1} for number in range(5_000)]
    texts: dict[str, Any] = {
        "array": rows,
        "object": {key: 1 for one in rows for key in one},
        "list": {"shop": 1, "events": rows},
    }
    file = tmp_path / "log.json"
    lines = "\n".join(map(json.dumps, rows))
    file.write_text(json.dumps(texts[form]) if form in texts else lines)
    with pytest.raises(BadInput, match=r"log.json has 1,00\d columns, and a log has 1,000"):
        ingest(Store(home), ImportRequest([file], "log"))


def test_a_lack_of_memory_is_a_sentence_and_leaves_nothing(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.importing.json_files._MEMORY", "1MB")
    file = tmp_path / "log.json"
    file.write_text("\n".join(['{"user_id":1,"product_id":2,"event_time":"2019-11-01"}'] * 9))
    with pytest.raises(BadInput, match="takes more memory than it may use, and was undone") as said:
        ingest(Store(home), ImportRequest([file], "log"))
    assert isinstance(said.value.__cause__, duckdb.OutOfMemoryException)
    assert list(home.datasets.iterdir()) == []


def test_a_list_in_a_row_of_parquet_that_becomes_too_many_rows_is_refused(
    home: Home, tmp_path: Path
) -> None:
    lists = {"user_id": [1] * 40, "product_id": pa.array([["tv"] * 5_000] * 40)}
    file = parquet(tmp_path / "log.parquet", lists)
    with pytest.raises(BadInput, match=r"log.parquet claims 200,000 rows"):
        ingest(Store(home), ImportRequest([file], "log"))


def test_nested_parquet_that_claims_too_many_rows_is_refused(home: Home, tmp_path: Path) -> None:
    ids = pa.array([{"user_id": 7, "product_id": 7}]).take(pa.array([0] * 100_000))
    file = parquet(tmp_path / "log.parquet", {"one": ids})
    with pytest.raises(BadInput, match=r"log.parquet claims 100,000 rows"):
        ingest(Store(home), ImportRequest([file], "log"))


def test_parquet_whose_rows_are_in_very_many_groups_is_refused(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_sample, "_MANY_GROUPS", 50)
    ids = list(range(200))
    file = parquet(tmp_path / "log.parquet", {"user_id": ids, "product_id": ids}, row_group_size=2)
    with pytest.raises(BadInput, match=r"log.parquet holds its 200 rows in 100 row groups"):
        ingest(Store(home), ImportRequest([file], "log"))


def workbook(file: Path, rows: str, shared: str = "") -> Path:
    """Write a workbook of one sheet with these rows of XML, and perhaps a shared text."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    sheet = '<sheet name="s" sheetId="1" r:id="r1"/>'
    members = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}">'
        f"<sheets>{sheet}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{main}"><si><t>{shared}</t></si></sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>'
        "</worksheet>",
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file


def test_a_workbook_with_a_cell_in_its_last_corner_is_refused(home: Home, tmp_path: Path) -> None:
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    file = workbook(tmp_path / "log.xlsx", f'<row r="1"><c r="A1"><v>1</v></c></row>{corner}')
    with pytest.raises(BadInput, match="takes too much memory"):  # it ended the whole process
        ingest(Store(home), ImportRequest([file], "log"))
    assert list(home.datasets.iterdir()) == []


@pytest.mark.slow
def test_a_workbook_whose_cells_share_a_long_text_is_refused(home: Home, tmp_path: Path) -> None:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 400))
    file = workbook(tmp_path / "log.xlsx", cells, "z" * 1_000_000)
    with pytest.raises(BadInput, match="unpacks to more than 250 times its size"):
        ingest(Store(home), ImportRequest([file], "log"))


def test_an_open_quotation_is_not_looked_for_its_end_without_bound(
    home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    long = b"x" * (5 * MILLION) + b"\n"
    file.write_bytes(HEADER + ROW + b'1,"' + long * 8 + ROW * 20)
    dataset = ingest(Store(home), ImportRequest([file], "log"))
    assert dataset.manifest.summary["events"] == 21
    assert dataset.manifest.summary["rows_rejected"] == 8
