"""What a file is, told by its first bytes and never by its name."""

import re
from collections.abc import Iterable
from pathlib import Path

from data.errors import BadInput
from data.i18n import N_, _

COMPRESSIONS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
"""The first bytes of compressed files that are decompressed while they are read."""

_REFUSED = (
    (b"SQLite format 3\0", N_("a SQLite database"), N_("export its table as CSV")),
    (b"\x89HDF\r\n\x1a\n", N_("an HDF5 file"), N_("save its table as CSV or Parquet")),
    (b"ARROW1", N_("a Feather file"), N_("save it as Parquet")),
    (b"\xff\xff\xff\xff", N_("an Arrow stream"), N_("save it as Parquet")),
    (b"PARE", N_("an encrypted Parquet file"), N_("save it without encryption")),
    (b"\x00\x01\x00\x00Standard ", N_("an Access database"), N_("export its table as CSV")),
    (b"$FL2", N_("an SPSS file"), N_("save it as CSV or Parquet")),
    (b"$FL3", N_("an SPSS file"), N_("save it as CSV or Parquet")),
    (b"<stata_dta>", N_("a Stata file"), N_("save it as CSV or Parquet")),
    (b"RDX", N_("a workspace of R"), N_("write its table with write.csv")),
    (b"X\n\x00\x00\x00", N_("an object of R"), N_("write its table with write.csv")),
    (b"{\\rtf", N_("a Rich Text document"), N_("save the table in it as CSV")),
    (b"\x04\x22\x4d\x18", N_("a file compressed by LZ4"), N_("unpack it with lz4 -d")),
    (b"\xff\x06\x00\x00sNaPpY", N_("a file compressed by Snappy"), N_("unpack it")),
    (b"\x1f\x9d", N_("a file compressed by compress"), N_("unpack it with uncompress")),
    (b"LZIP", N_("a file compressed by lzip"), N_("unpack it with lzip -d")),
    (b"-----BEGIN PGP", N_("an encrypted message"), N_("decrypt it")),
    (
        b"version https://git-lfs",
        N_("a pointer of Git LFS"),
        N_("fetch the file with git lfs pull"),
    ),
    (b"PGDMP", N_("a dump of PostgreSQL"), N_("restore it and export its table as CSV")),
    (b"Obj\x01", N_("an Avro file"), N_("save it as Parquet")),
    (b"ORC", N_("an ORC file"), N_("save it as Parquet")),
    (b"%PDF", N_("a PDF document"), N_("export the table behind it as CSV")),
    (b"Rar!", N_("a RAR archive"), N_("unpack it and import the files in it")),
    (b"7z\xbc\xaf\x27\x1c", N_("a 7-Zip archive"), N_("unpack it and import the files in it")),
    (b"\x80\x02", N_("a Python pickle"), N_("save its table as CSV or Parquet")),
    (b"\x80\x03", N_("a Python pickle"), N_("save its table as CSV or Parquet")),
    (b"\x80\x04", N_("a Python pickle"), N_("save its table as CSV or Parquet")),
    (b"\x80\x05", N_("a Python pickle"), N_("save its table as CSV or Parquet")),
    (b"\x93NUMPY", N_("a NumPy array"), N_("save its table as CSV or Parquet")),
    (b"\x89PNG", N_("a picture"), N_("import the table that it shows")),
    (b"\xff\xd8\xff", N_("a picture"), N_("import the table that it shows")),
    (b"MATLAB 5.0", N_("a MATLAB file"), N_("save its table as CSV")),
)

_MARKUP = (
    (
        ("<!doctype html", "<html", "<table", "<meta", "<style", "<head", "<body", "<div", "<!--"),
        N_("a web page"),
        N_("save the table on it as CSV"),
    ),
    (("<?xml", "<"), N_("an XML document"), N_("convert its records to CSV or JSON lines")),
)

_TEXTS = (
    (
        r"\((dp|lp)\d*\n|ccopy_reg\n",
        N_("a Python pickle"),
        N_("save its table as CSV or Parquet"),
    ),
    (
        r"(?s).{4}\x07_id\x00",
        N_("a dump of MongoDB"),
        N_("restore it and export its collection with mongoexport"),
    ),
    (r"(?s).{8}DUCK", N_("a DuckDB database"), N_("export its table as Parquet")),
    (r"\x00{12}\xc2\xea\x81", N_("a SAS file"), N_("save it as CSV or Parquet")),
    (
        r"(?s)<\?xml.{0,200}<\?mso-application progid=.Excel",
        N_("a workbook as XML"),
        N_("open it in Excel and save it as .xlsx or CSV"),
    ),
    (
        r"(\w+/\w+: [^\n]*\n){2}",
        N_("a text with a line for each field of a record"),
        N_("write one line a record, as CSV or JSON"),
    ),
    (
        r"%%MatrixMarket ",
        N_("a sparse matrix of Matrix Market"),
        N_("write its entries as CSV, with a line that names the columns"),
    ),
    (
        r"(%[^\n]*\n|\s)*@relation\s",
        N_("an ARFF file of Weka"),
        N_("save it as CSV, with a line that names the columns"),
    ),
    (
        r"(--[^\n]*\n|/\*[^\n]*\n|\s)*((INSERT|REPLACE) |(CREATE|DROP) TABLE "
        r"|SET [A-Z_@]+ ?=|BEGIN;|USE \[|COPY \S+ (\([^)\n]*\) )?FROM stdin)",
        N_("an SQL script"),
        N_("run it in a database and export its table as CSV"),
    ),
    (
        r"\S+ \S+ \S+ \[\d{2}/[A-Za-z]{3}/\d{4}:",
        N_("the access log of a web server"),
        N_("write the buyer, the product and the time of each request as CSV"),
    ),
    (
        r"-?\d+(\.\d+)?( \d+:-?\d+(\.\d+)?){2,} *\n",
        N_("a libSVM file, whose lines are features and no events"),
        N_("write one line an event: buyer, product, time"),
    ),
    (
        r"(\d+ -1 )+-2 *\n",
        N_("a file of sequences as SPMF reads it, without buyers"),
        N_("write one line an event: buyer, product, time"),
    ),
    (
        r"(---\s*\n)?- [\w\"']+: ",
        N_("a YAML file"),
        N_("convert its records to CSV or JSON lines"),
    ),
    (
        r"(\w+=(\"[^\"\n]*\"|\S+) +){2,}\w+=",
        N_("a text of key=value pairs"),
        N_("convert its lines to CSV or JSON lines"),
    ),
)
"""Regular expressions of how texts begin that are no tables."""

_SECTION = re.compile(rb"\w+:")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 4096


def compression_of(start: bytes) -> str:
    """Return the compression that the first bytes of a file show, ``"none"`` where there is none.

    >>> compression_of(b"BZh91AY&SY"), compression_of(b"user,item")
    ('bzip2', 'none')
    """
    return next((name for magic, name in COMPRESSIONS.items() if start.startswith(magic)), "none")


def is_tar(start: bytes) -> bool:
    """Return whether the first (decompressed) bytes are those of a tar archive."""
    return start[257:262] == b"ustar"


def refuse_unreadable(start: bytes, file: str) -> None:
    """Raise BadInput where the first (decompressed) bytes are of a kind that holds no log."""
    is_binary = b"\0" in start
    for magic, kind, remedy in _REFUSED:
        if start.startswith(magic) and (is_binary or not magic.isalpha()):  # no column PARENT_ID
            raise BadInput(_refusal(file, kind, remedy))
    text = start.lstrip(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    for pattern, kind, remedy in _TEXTS:
        if re.match(pattern.encode(), text, re.IGNORECASE):
            raise BadInput(_refusal(file, kind, remedy))
    beginning = text.lstrip(b" \t\r\n")[:200].decode("latin-1").lower()
    for beginnings, kind, remedy in _MARKUP:
        if beginning.startswith(beginnings):
            raise BadInput(_refusal(file, kind, remedy))


def refuse_documents(members: Iterable[str], file: str) -> None:
    """Raise BadInput for the archive that a document of Word, PowerPoint or Apple is."""
    names = list(members)
    remedy = N_("save the table in it as CSV")
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise BadInput(_refusal(file, N_("a document of Word or PowerPoint"), remedy))
    if any(name.endswith(".iwa") or name == "Index.zip" for name in names):
        raise BadInput(_refusal(file, N_("a document of Numbers, Pages or Keynote"), remedy))


def refuse_sections(start: bytes, file: str) -> None:
    """Raise BadInput for rows under lines such as ``1:``, as those of the Netflix Prize."""
    first, _end, rest = start.partition(b"\n")
    if _SECTION.fullmatch(first.strip()) and b"," in rest.partition(b"\n")[0]:
        command = 'awk -F, \'/:/ {sub(/:/, ""); id = $0; next} {print id "," $0}\''
        raise BadInput(
            _(
                "{file} names the product of its rows on lines of their own ({line}); put it into "
                "every row with {command} and import that with --map product=1,user=2,time=4."
            ).format(file=file, line=first.decode().strip(), command=command)
        )


def _refusal(file: str, kind: str, remedy: str) -> str:
    return _("{file} is {kind}, which is not read; {remedy}.").format(
        file=file, kind=_(kind), remedy=_(remedy)
    )


def is_workbook(path: Path, start: bytes) -> bool:
    """Return whether a file is an Excel or OpenDocument workbook."""
    if start.startswith(_OLE):
        return True
    if not start.startswith(b"PK"):
        return False
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return False
    return bool(names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"})
