"""Files that are no delimited text, brought to a form that the readers read.

Members of archives and compressed workbooks are unpacked, the sheets of a workbook become CSV,
JSON and lists of items become Parquet.
"""

import codecs
import itertools
import re
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
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
from data.importing.parquet_sample import check_claims
from data.importing.paths import (
    DAMAGE,
    SYSTEM_FILES,
    check_members,
    in_archive,
    parts_of,
    tar_members,
    zip_members,
)
from data.importing.streams import check_unpacked, is_broken, opened
from data.importing.text_layouts import (
    is_item_lists,
    is_quoted_as_a_whole,
    line_batches,
    without_quotes,
)
from data.importing.workbooks import apart, write_sheets
from data.progress import ShouldStop, raise_if_stopped

_BLOCK = 1 << 20
_HEAD = 1 << 16
_DEEPEST = 8  # archives within archives
_BEGINNING = 1 << 12  # bytes that show UTF-16
_ZIP, _EMPTY_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"PAR1"
Choose = Callable[[Sequence[str]], Sequence[str]]
_PARTITION = re.compile(r"(\w[\w .-]*)=(.*)")
_INCOMPLETE = N_("{file} is an incomplete archive; copy it again.")
_LISTS = N_("each line is taken for a buyer and then the products in their order")
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


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
        self._members_seen = 0
        self._levels = 0
        self._packed = self._unpacked = 0  # bytes of the outermost file, and out of all of it

    def files(self, path: Path, name: str, optional: bool = False) -> Iterator[StagedFile]:
        """Yield a file, or what is in it, in a form that the readers read."""
        if not self._levels:
            self._packed, self._unpacked, self._members_seen = path.stat().st_size, 0, 0
        if self._levels > _DEEPEST:  # as an archive that holds itself
            raise BadInput(
                _("{file} is packed again and again; unpack it, and import what is in it.").format(
                    file=name
                )
            )
        self._levels += 1
        try:
            yield from self._files(path, name, optional)
        finally:
            self._levels -= 1

    def _files(self, path: Path, name: str, optional: bool) -> Iterator[StagedFile]:
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
        with suppress(pa.ArrowException, OSError):  # of a damaged one, which its reader names
            check_claims(path, name)
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

    def _copy(self, source: Any, target: Path) -> None:
        """Write the bytes of a source, without a mark of UTF-8."""
        with target.open("wb") as file:
            while block := source.read(_BLOCK):
                block = block if file.tell() else block.removeprefix(codecs.BOM_UTF8)
                raise_if_stopped(self.should_stop)
                self._unpacked += len(block)
                check_unpacked(self._unpacked, self._packed)
                if self.most is not None and file.tell() + len(block) > self.most:
                    beginning = block[: self.most - file.tell()]
                    file.write(beginning[: beginning.rfind(b"\n") + 1])
                    return
                file.write(block)

    def _decompressed(self, path: Path, name: str, optional: bool) -> Iterator[StagedFile]:
        with self._temporary("plain") as plain:
            with opened(path) as (stream, _position):
                self._copy(stream, plain)
                ends_early = is_broken(stream)
            for file in self.files(plain, name, optional):
                yield replace(file, ends_early=file.ends_early or ends_early)

    def _zip_members(self, path: Path, name: str) -> Iterator[StagedFile]:
        if not zipfile.is_zipfile(path):  # its end is missing, which lists what is in it
            raise BadInput(_(_INCOMPLETE).format(file=name))
        with zipfile.ZipFile(path) as archive:
            members = zip_members(archive, name)
            refuse_documents(members, name)
            yield from self._members(name, list(members), lambda m: archive.open(members[m]))

    def _tar_members(self, path: Path, name: str) -> Iterator[StagedFile]:
        with tarfile.open(path) as archive:
            try:
                members = tar_members(archive, name)
            except DAMAGE as error:
                raise BadInput(_(_INCOMPLETE).format(file=name)) from error

            def open_member(member: str) -> Any:
                return archive.extractfile(members[member])

            yield from self._members(name, list(members), open_member)

    def _members(
        self, archive: str, names: Sequence[str], open_member: Callable[[str], Any]
    ) -> Iterator[StagedFile]:
        """Yield the members of an archive, each unpacked; what systems add to it is left out."""
        member, self.member = self.member, ""  # not of an archive in the archive
        members: Sequence[str] = [name for name in names if not SYSTEM_FILES.search(name)]
        members = [member] if member else self.choose(members)
        if not members:
            raise BadInput(_("{file} holds no files.").format(file=archive))
        for member in members:
            self._members_seen += 1
            check_members(self._members_seen, archive)
            with self._temporary("member") as plain:
                try:
                    with open_member(member) as source:
                        self._copy(source, plain)
                except DAMAGE as error:
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
        with TemporaryDirectory(dir=self.folder) as folder:
            sheets = apart(self.should_stop, write_sheets, path, name, self.sheet, Path(folder))
            for title, target in sheets:
                if target.stat().st_size:
                    yield StagedFile(target, f"{name}/{title}", len(sheets) > 1)
                target.unlink()

    def _json(self, path: Path, target: Path, name: str, start: bytes, form: str) -> bool:
        """Write the fields of JSON objects as columns of text; return whether the file is cut."""
        with self._temporary("json") as plain, self._spill() as spill:
            with opened(path, encoding_of(start)) as (stream, _position):
                self._copy(stream, plain)
                ends_early = is_broken(stream)
            write_json_table(plain, target, name, form, spill)
        return ends_early

    def _without_quotes(self, path: Path, target: Path) -> bool:
        """Write lines without the quotes around each of them; return whether the file is cut."""
        with opened(path) as (stream, _position), target.open("wb") as file:
            for lines in line_batches(stream):
                raise_if_stopped(self.should_stop)
                file.writelines(without_quotes(line) + b"\n" for line in lines)
            return is_broken(stream)

    def _item_lists(self, path: Path, target: Path) -> bool:
        """Write one row an item, in the order of the lines; return whether the file is cut."""
        text = pa.string()
        schema = pa.schema([("user_id", text), ("product_id", text)])
        with (
            opened(path) as (stream, _position),
            pq.ParquetWriter(target, schema, compression="lz4") as writer,
        ):
            for lines in line_batches(stream):
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
