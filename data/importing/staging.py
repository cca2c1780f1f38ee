"""Files that are no delimited text, brought to a form that the readers read.

Members of archives and compressed workbooks are unpacked, the sheets of a workbook become CSV,
JSON and lists of items become Parquet.
"""

import codecs
import csv
import itertools
import re
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import BadInput
from data.i18n import N_, _
from data.importing.encodings import encoding_of
from data.importing.file_kind import (
    compression_of,
    is_tar,
    is_workbook,
    refuse_documents,
    refuse_sections,
    refuse_unreadable,
)
from data.importing.json_files import (
    is_nested,
    json_form,
    write_json_table,
    write_nested_parquet,
)
from data.importing.streams import check_unpacked, is_broken, opened
from data.progress import ShouldStop, raise_if_stopped

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_BLOCK = 1 << 20
_HEAD = 1 << 16
_BEGINNING = 1 << 12  # bytes that show UTF-16
_ZIP, _EMPTY_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"PAR1"
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
)
Choose = Callable[[Sequence[str]], Sequence[str]]
_PARTITION = re.compile(r"(\w[\w .-]*)=(.*)")
_LARGEST_CELL = 1e15
_INCOMPLETE = N_("{file} is an incomplete archive; copy it again.")
_LISTS = N_("each line is taken for a buyer and then the products in their order")
_LAKES = {
    "_delta_log": "Delta Lake",
    "metadata/*.metadata.json": "Iceberg",
    ".hoodie": "Hudi",
}
"""What lies in the folder of a table → the format of tables."""
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_SYSTEM_FILES = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|\._|Thumbs\.db$|_SUCCESS$|\.)")


@dataclass(frozen=True)
class StagedFile:
    """A file that the readers read.

    Attributes
    ----------
    path : Path
    name : str
        What people call it: the file, and its member or sheet.
    optional : bool
        Whether it is one of several in an archive or workbook, of which those without a log are
        passed over.
    unsure : mapping
        Event column → why something else might have been meant, marked for translation.
    ends_early : bool
        Whether it was compressed, and its end is missing or damaged.
    """

    path: Path
    name: str
    optional: bool = False
    unsure: Mapping[str, str] = field(default_factory=dict)
    ends_early: bool = False

    @property
    def partitions(self) -> dict[str, str]:
        """The values that the folders of a partitioned table give to all rows of the file.

        >>> StagedFile(Path("0"), "log/event_type=view/day=1%2F2/0").partitions
        {'event_type': 'view', 'day': '1/2'}
        """
        pairs = map(_PARTITION.fullmatch, self.name.split("/")[:-1])
        values = {pair[1]: unquote(pair[2]) for pair in pairs if pair}
        return {key: "" if value == _NO_VALUE else value for key, value in values.items()}


def staged(
    files: Sequence[Path],
    folder: Path,
    should_stop: ShouldStop,
    *,
    sheet: str = "",
    choose: Choose = list,
    most: int | None = None,
) -> Iterator[StagedFile]:
    """Yield every file of an import in a form that the readers read.

    Parameters
    ----------
    files : sequence of Path
        Files, folders of them, and members of archives as ``archive.zip/member.csv``.
    folder : Path
        Receives unpacked and converted files; each is removed before the next one is made.
    should_stop : callable
    sheet : str
        The sheet of workbooks to read; empty for all of them.
    choose : callable
        Gets the names of all files in a folder or archive, and returns those to read.
    most : int, optional
        The bytes to unpack of a file, up to the end of a line, for a look at its beginning.
    """
    for file in files:
        archive, member = in_archive(file) or (file, "")
        stage = _Stage(folder, should_stop, sheet, choose, member=member, most=most)
        parts = [archive]
        if file.is_dir():
            parts = [Path(name) for name in choose([str(part) for part in parts_of(file)])]
        root = archive.parent
        while _PARTITION.fullmatch(root.name):
            root = root.parent
        for part in parts:
            yield from stage.files(part, part.relative_to(root).as_posix())


def in_archive(path: Path) -> tuple[Path, str] | None:
    """Return the archive and the member that a path such as ``a.zip/items.csv`` names, if any."""
    if path.exists():
        return None
    archive = next((parent for parent in path.parents if parent.is_file()), None)
    member = path.relative_to(archive).as_posix() if archive else ""
    return (archive, member) if archive and member in members_of(archive) else None


def check_exists(path: Path) -> None:
    """Raise BadInput where there is no such file, folder or member of an archive.

    What is read once only, a pipe, would be waited for without end: files are read several times.
    """
    if path.is_file() or path.is_dir() or in_archive(path):
        return
    if path.exists():
        raise BadInput(
            _(
                "{file} is a pipe or a device; write what it gives into a file, and import that."
            ).format(file=path)
        )
    raise BadInput(_("There is no file {file}.").format(file=path))


def members_of(archive: Path) -> list[str]:
    """Return the names of the members of a zip or tar archive; none of anything else."""
    if not archive.is_file():
        return []
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped:
            return [info.filename for info in zipped.infolist() if not info.is_dir()]
    try:
        with tarfile.open(archive) as tar:
            return [info.name for info in tar.getmembers() if info.isfile()]
    except (*_DAMAGE, OSError):  # no tar archive, or a damaged one, which its reader names
        return []


def parts_of(folder: Path) -> list[Path]:
    """Return the files in a folder and its subfolders, in the order of their names.

    Raises
    ------
    BadInput
        Where there is none, or only the log of a table says which of them hold.
    """
    for mark, kind in _LAKES.items():
        if any(folder.glob(mark)):
            raise BadInput(
                _(
                    "{folder} is a table of {kind}, some of whose files may be deleted rows; write "
                    "what it holds now as one Parquet file, and import that."
                ).format(folder=folder.name, kind=kind)
            )
    parts = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _SYSTEM_FILES.search(str(path.relative_to(folder)))
    ]
    if not parts:
        raise BadInput(_("The folder {folder} holds no files.").format(folder=folder.name))
    return parts


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    if path.is_dir():
        return sum(part.stat().st_size for part in parts_of(path))
    archive, _member = in_archive(path) or (path, "")
    return archive.stat().st_size


def is_unpacked(path: Path) -> bool:
    """Return whether a file has to be unpacked or converted before it is read."""
    if path.is_dir():
        return False
    with opened(path) as (stream, _position):
        start = stream.read(_HEAD)
    is_text = (
        json_form(_in_utf8(start), path.name) is None
        and not is_item_lists(start)
        and not is_quoted_as_a_whole(start)
    )
    return start.startswith((_ZIP, _OLE)) or is_tar(start) or not is_text or is_nested(path)


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the sheets of a workbook, in order; none for a file that is no workbook."""
    return tuple(_workbook(path, path.name).sheet_names) if _has_sheets(path) else ()


def hidden_sheets(path: Path) -> tuple[str, ...]:
    """Return the sheets of a workbook that are hidden and so are not read unless they are named."""
    return _hidden(_workbook(path, path.name)) if _has_sheets(path) else ()


def _has_sheets(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(_HEAD)
    return is_workbook(path, start)


def _hidden(workbook: "CalamineWorkbook") -> tuple[str, ...]:
    """Return the hidden sheets; none where all are."""
    from python_calamine import SheetVisibleEnum

    sheets = workbook.sheets_metadata
    hidden = tuple(one.name for one in sheets if one.visible != SheetVisibleEnum.Visible)
    return hidden if len(hidden) < len(sheets) else ()


def _workbook(path: Path, name: str) -> "CalamineWorkbook":
    """Open a workbook; refuse one that is damaged or locked."""
    from python_calamine import CalamineError, CalamineWorkbook

    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            check_unpacked(sum(i.file_size for i in archive.infolist()), path.stat().st_size)
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise BadInput(
            _("{file} is a damaged or locked workbook; save it again, or as CSV.").format(file=name)
        ) from error


class _Stage:
    """Unpacks and converts files into a folder."""

    def __init__(
        self,
        folder: Path,
        should_stop: ShouldStop,
        sheet: str,
        choose: Choose,
        *,
        member: str,
        most: int | None,
    ) -> None:
        self.folder = folder
        self.should_stop = should_stop
        self.sheet = sheet
        self.choose = choose
        self.member = member
        self.most = most
        self._count = itertools.count()

    def files(self, path: Path, name: str, optional: bool = False) -> Iterator[StagedFile]:
        """Yield a file, or what is in it, in a form that the readers read."""
        with opened(path) as (stream, _position):
            start = stream.read(_HEAD)
        with path.open("rb") as raw:
            is_compressed = raw.read(len(start)) != start
        is_packed = compression_of(start) != "none"
        if is_compressed and (
            start.startswith((_ZIP, _OLE, _PARQUET)) or is_tar(start) or is_packed
        ):
            yield from self._decompressed(path, name, optional)
        elif is_workbook(path, start):
            yield from self._sheets(path, name)
        elif start.startswith((_ZIP, _EMPTY_ZIP)):
            yield from self._zip_members(path, name)
        elif is_tar(start):
            yield from self._tar_members(path, name)
        elif start.startswith(_PARQUET):
            yield from self._parquet(path, name, optional)
        else:
            yield from self._text(path, name, start, optional)

    def _text(self, path: Path, name: str, start: bytes, optional: bool) -> Iterator[StagedFile]:
        """Yield a delimited text as it is, JSON and lists of items as Parquet."""
        refuse_unreadable(start, name)
        refuse_sections(start, name)
        form = json_form(_in_utf8(start), name)
        if is_quoted_as_a_whole(start):
            with self._temporary("txt") as target:
                ends_early = self._without_quotes(path, target)
                yield StagedFile(target, name, optional, ends_early=ends_early)
            return
        if form is None and not is_item_lists(start):
            yield StagedFile(path, name, optional)
            return
        with self._temporary("parquet") as target:
            if form is None:
                ends_early = self._item_lists(path, target)
            else:
                ends_early = self._json(path, target, name, start, form)
            unsure = {} if form else {"user": _LISTS}
            yield StagedFile(target, name, optional, unsure, ends_early)

    def _parquet(self, path: Path, name: str, optional: bool) -> Iterator[StagedFile]:
        """Yield a Parquet file as it is, one with structs or lists as a table of their fields."""
        if not is_nested(path):
            yield StagedFile(path, name, optional)
            return
        with self._temporary("parquet") as target, self._spill() as spill:
            write_nested_parquet(path, target, name, spill)
            yield StagedFile(target, name, optional)

    @contextmanager
    def _spill(self) -> Iterator[Path]:
        """Yield a folder for what does not fit in memory, which is removed in the end."""
        spill = self.folder / "spill"
        try:
            yield spill
        finally:
            shutil.rmtree(spill, ignore_errors=True)

    @contextmanager
    def _temporary(self, suffix: str) -> Iterator[Path]:
        """Yield the path of a new file, which is removed in the end."""
        path = self.folder / f"staged-{next(self._count)}.{suffix}"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _copy(self, source: Any, target: Path, packed: int) -> None:
        """Write what a source holds that was packed into some bytes, without a mark of UTF-8."""
        with target.open("wb") as file:
            while block := source.read(_BLOCK):
                block = block if file.tell() else block.removeprefix(codecs.BOM_UTF8)
                raise_if_stopped(self.should_stop)
                check_unpacked(file.tell() + len(block), packed)
                if self.most is not None and file.tell() + len(block) > self.most:
                    beginning = block[: self.most - file.tell()]
                    file.write(beginning[: beginning.rfind(b"\n") + 1])
                    return
                file.write(block)

    def _decompressed(self, path: Path, name: str, optional: bool) -> Iterator[StagedFile]:
        with self._temporary("plain") as plain:
            with opened(path) as (stream, _position):
                self._copy(stream, plain, path.stat().st_size)
                ends_early = is_broken(stream)
            for file in self.files(plain, name, optional):
                yield replace(file, ends_early=file.ends_early or ends_early)

    def _zip_members(self, path: Path, name: str) -> Iterator[StagedFile]:
        if not zipfile.is_zipfile(path):  # its end is missing, which lists what is in it
            raise BadInput(_(_INCOMPLETE).format(file=name))
        with zipfile.ZipFile(path) as archive:
            members = {info.filename: info for info in archive.infolist() if not info.is_dir()}
            refuse_documents(members, name)
            yield from self._members(path, name, list(members), lambda m: archive.open(members[m]))

    def _tar_members(self, path: Path, name: str) -> Iterator[StagedFile]:
        with tarfile.open(path) as archive:
            try:
                members = {info.name: info for info in archive.getmembers() if info.isfile()}
            except _DAMAGE as error:
                raise BadInput(_(_INCOMPLETE).format(file=name)) from error

            def open_member(member: str) -> Any:
                return archive.extractfile(members[member])

            yield from self._members(path, name, list(members), open_member)

    def _members(
        self, path: Path, archive: str, names: Sequence[str], open_member: Callable[[str], Any]
    ) -> Iterator[StagedFile]:
        """Yield the members of an archive, each unpacked; what systems add to it is left out."""
        member, self.member = self.member, ""  # not of an archive in the archive
        members: Sequence[str] = [name for name in names if not _SYSTEM_FILES.search(name)]
        members = [member] if member else self.choose(members)
        if not members:
            raise BadInput(_("{file} holds no files.").format(file=archive))
        for member in members:
            with self._temporary("member") as plain:
                try:
                    with open_member(member) as source:
                        self._copy(source, plain, path.stat().st_size)
                except _DAMAGE as error:
                    raise BadInput(
                        _("{member} in {file} is damaged or locked with a password.").format(
                            member=member, file=archive
                        )
                    ) from error
                optional = len(members) > 1
                if plain.stat().st_size or not optional:
                    yield from self.files(plain, f"{archive}/{member}", optional)

    def _sheets(self, path: Path, name: str) -> Iterator[StagedFile]:
        """Yield each sheet of a workbook as CSV."""
        workbook = _workbook(path, name)
        titles = list(workbook.sheet_names)
        hidden = _hidden(workbook)
        if self.sheet and self.sheet not in titles:
            raise BadInput(
                _("{file} has no sheet {sheet}; its sheets are: {names}.").format(
                    file=name, sheet=self.sheet, names=", ".join(titles)
                )
            )
        for title in [self.sheet] if self.sheet else [t for t in titles if t not in hidden]:
            with self._temporary("csv") as target:
                with target.open("w", encoding="utf-8", newline="") as file:
                    writer = csv.writer(file, lineterminator="\n")
                    for number, row in enumerate(workbook.get_sheet_by_name(title).iter_rows()):
                        if not number % 1000:
                            raise_if_stopped(self.should_stop)
                        writer.writerow([_cell(value) for value in row])
                if target.stat().st_size:
                    yield StagedFile(target, f"{name}/{title}", len(titles) > 1 and not self.sheet)

    def _json(self, path: Path, target: Path, name: str, start: bytes, form: str) -> bool:
        """Write the fields of JSON objects as columns of text; return whether the file is cut."""
        with self._temporary("json") as plain, self._spill() as spill:
            with opened(path, encoding_of(start)) as (stream, _position):
                self._copy(stream, plain, path.stat().st_size)
                ends_early = is_broken(stream)
            write_json_table(plain, target, name, form, spill)
        return ends_early

    def _without_quotes(self, path: Path, target: Path) -> bool:
        """Write lines without the quotes around each of them; return whether the file is cut."""
        with opened(path) as (stream, _position), target.open("wb") as file:
            for lines in _line_batches(stream):
                raise_if_stopped(self.should_stop)
                file.writelines(_without_quotes(line) + b"\n" for line in lines)
            return is_broken(stream)

    def _item_lists(self, path: Path, target: Path) -> bool:
        """Write one row an item, in the order of the lines; return whether the file is cut."""
        text = pa.string()
        schema = pa.schema([("user_id", text), ("product_id", text)])
        with (
            opened(path) as (stream, _position),
            pq.ParquetWriter(target, schema, compression="lz4") as writer,
        ):
            for lines in _line_batches(stream):
                raise_if_stopped(self.should_stop)
                texts = (line.decode("utf-8", errors="replace") for line in lines)
                rows = [fields for text in texts if (fields := text.split())]
                users = [user for user, *items in rows for _item in items]
                products = [item for _user, *items in rows for item in items]
                arrays = [pa.array(users, text), pa.array(products, text)]
                writer.write_table(pa.table(arrays, schema=schema))
            return is_broken(stream)


def _in_utf8(start: bytes) -> bytes:
    """Return the beginning of a text in UTF-8, where it is in UTF-16 or UTF-32."""
    encoding = encoding_of(start[:_BEGINNING], whole=False)
    return start.decode(encoding, errors="replace").encode() if "utf-" in encoding else start


def _cell(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, times in ISO 8601.

    A workbook keeps 15 digits of a number; one that has more shows that some are missing.

    >>> _cell(13085.0), _cell(2.5), _cell(datetime(2019, 11, 1, 8, 26))
    ('13085', '2.5', '2019-11-01 08:26:00')
    >>> _cell(1515915625441993984)
    '1.51591562544199E+18'
    """
    if isinstance(value, int | float) and abs(value) >= _LARGEST_CELL:
        return f"{value:.14E}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\r", " ").replace("\n", " ")


def is_item_lists(start: bytes) -> bool:
    r"""Return whether a text has one line a buyer: a user, then the items in their order.

    Lines of numbers, separated by blanks, of different lengths, whose first number is a new one
    on each line.

    >>> is_item_lists(b"1 380 184 354\n2 239 398\n3 81 58 191 7\n")
    True
    >>> is_item_lists(b"1 380\n1 239\n2 81\n")
    False
    """
    lines = start.split(b"\n")[: -1 if len(start) >= _HEAD else None]
    rows = [line.split() for line in lines[:1000] if line.strip()]
    if len(rows) < 3 or not all(all(field.isdigit() for field in row) for row in rows):
        return False
    widths = {len(row) for row in rows}
    users = {row[0] for row in rows}
    return min(widths) >= 2 and len(widths) > 1 and len(users) == len(rows)


def is_quoted_as_a_whole(start: bytes) -> bool:
    r"""Return whether each line of a text is one quoted field, as spreadsheets save such text.

    >>> is_quoted_as_a_whole(b'"user,item"\n"1,""Mug, blue"" "\n')
    True
    >>> is_quoted_as_a_whole(b'"user","item"\n"1","2"\n')
    False
    """
    lines = start.removeprefix(b"\xef\xbb\xbf").split(b"\n")[: -1 if len(start) >= _HEAD else None]
    lines = [line.rstrip(b"\r") for line in lines[:1000] if line.strip()]
    return len(lines) > 1 and all(
        line[:1] == line[-1:] == b'"'
        and b'"' not in line[1:-1].replace(b'""', b"")
        and re.search(rb"[,;\t|]", line) is not None
        for line in lines
    )


def _without_quotes(line: bytes) -> bytes:
    line = line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r")
    is_quoted = len(line) > 1 and line[:1] == line[-1:] == b'"'
    return line[1:-1].replace(b'""', b'"') if is_quoted else line


def _line_batches(stream: Any) -> Iterator[list[bytes]]:
    rest = b""
    while block := stream.read(_BLOCK):
        *lines, rest = (rest + block).split(b"\n")
        yield lines
    if rest:
        yield [rest]
