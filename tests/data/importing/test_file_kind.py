"""What holds no log is refused by its first bytes, with what it is and what to do."""

import gzip
import io
import pickle
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from data.datasets.store import Store
from data.errors import BadInput
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from tests.data.importing.makers import Maker, check, csv, event, ks, moment, product, user

ROWS = [(user(k), product(k), moment(k)) for k in ks()]
LOG = csv(("user_id", "product_id", "time"), ROWS)


def zipped(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def stream() -> bytes:
    buffer = io.BytesIO()
    table = pa.table({"user_id": [1, 2], "item_id": [3, 4]})
    with pa.ipc.new_stream(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


REFUSED: dict[str, tuple[bytes, str]] = {
    "Access": (b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(99), "Access.*as CSV"),
    "SPSS": (b"$FL2@(#) SPSS DATA FILE" + bytes(99), "SPSS.*CSV or Parquet"),
    "Stata": (b"<stata_dta><header><release>118", "Stata.*CSV or Parquet"),
    "SAS": (bytes(12) + b"\xc2\xea\x81\x60\xb3\x14" + bytes(99), "SAS.*CSV or Parquet"),
    "DuckDB": (bytes(8) + b"DUCK" + bytes(99), "DuckDB.*Parquet"),
    "R, workspace": (gzip.compress(b"RDX3\nX\n" + bytes(99)), "workspace of R.*write.csv"),
    "R, object": (gzip.compress(b"X\n\x00\x00\x00\x03" + bytes(99)), "object of R.*write.csv"),
    "Arrow": (stream(), "Arrow stream.*Parquet"),
    "encrypted Parquet": (b"PARE" + bytes(99), "encrypted Parquet"),
    "LZ4": (b"\x04\x22\x4d\x18" + bytes(99), "lz4 -d"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d\n", "git lfs pull"),
    "XML of Excel": (
        b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>',
        "open it in Excel",
    ),
    "web page": (b'<meta charset="utf-8">\n<table><tr><td>user</td></tr></table>', "web page"),
    "Word": (zipped(**{"word/document.xml": "<w/>"}), "Word or PowerPoint"),
    "Numbers": (zipped(**{"Index/Document.iwa": "", "preview.jpg": "\xff"}), "Numbers.*as CSV"),
    "half a zip": (zipped(log=LOG)[:200], "incomplete archive"),
    "PostgreSQL, its own format": (b"PGDMP\x01\x0e\x00" + bytes(99), "dump of PostgreSQL.*CSV"),
    "MongoDB": (b"\x25\x00\x00\x00\x07_id\x00" + bytes(30), "dump of MongoDB.*mongoexport"),
    "pickle, protocol 0": (pickle.dumps({"user_id": [1, 2]}, 0), "Python pickle"),
    "PostgreSQL's COPY": (b"COPY public.log (user_id, item_id) FROM stdin;\n1\t2\n", "SQL script"),
    "REPLACE INTO": (b"REPLACE INTO `log` VALUES (1,2);\n", "SQL script"),
    "reviews of SNAP": (
        b"product/productId: B001\nreview/userId: A1\nreview/time: 1574242200\n\n",
        "one line a record",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_holds_no_log_is_refused(name: str, store: Store, tmp_path: Path) -> None:
    content, sentence = REFUSED[name]
    check(Maker({"log.csv": content}, None, sentence), store, tmp_path)


@pytest.mark.parametrize("name", ["PARENT_ASIN", "ORCID", "RDX"])
def test_a_column_that_begins_like_a_binary_file_is_read(
    name: str, store: Store, tmp_path: Path
) -> None:
    text = csv((name, "user_id", "product_id", "time"), [("x", *row) for row in ROWS])
    events = [event(*row) for row in ROWS]
    check(Maker({"log.csv": text}, events), store, tmp_path)


@pytest.mark.parametrize(
    ("mark", "kind"),
    [
        ("_delta_log/0.json", "Delta Lake"),
        ("metadata/v1.metadata.json", "Iceberg"),
        (".hoodie/hoodie.properties", "Hudi"),
    ],
)
def test_a_table_whose_log_says_which_files_hold_is_refused(
    mark: str, kind: str, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "log"
    (folder / mark).parent.mkdir(parents=True)
    (folder / mark).write_text("{}")
    (folder / "part-0.csv").write_text(LOG)
    with pytest.raises(BadInput, match=f"table of {kind}"):
        ingest(store, ImportRequest([folder], "log"))
