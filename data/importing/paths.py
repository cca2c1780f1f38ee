"""What people name to import: files, folders of them, and members of archives."""

import re
import tarfile
import zipfile
import zlib
from pathlib import Path

from data.errors import BadInput
from data.i18n import _, number

DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
)
"""What reading a damaged or locked archive raises."""
MOST_MEMBERS = 10_000
"""Files of an archive, archives in it included, that are read."""
SYSTEM_FILES = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|\._|Thumbs\.db$|_SUCCESS$|\.)")
"""Names of what systems add to folders and archives."""
_LAKES = {
    "_delta_log": "Delta Lake",
    "metadata/*.metadata.json": "Iceberg",
    ".hoodie": "Hudi",
}
"""What lies in the folder of a table → the format of tables."""


def in_archive(path: Path) -> tuple[Path, str] | None:
    """Return the archive and the member that a path such as ``a.zip/items.csv`` names, if any."""
    if path.exists():
        return None
    archive = next((parent for parent in path.parents if parent.is_file()), None)
    member = path.relative_to(archive).as_posix() if archive else ""
    return (archive, member) if archive and member in members_of(archive) else None


def check_exists(path: Path) -> None:
    """Raise BadInput where there is no such file, folder or member of an archive.

    A pipe or a device is refused, too: files are read several times, and these can be read once.
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


def check_members(count: int, archive: str) -> None:
    """Raise BadInput for an archive, or workbook, of more parts than are read."""
    if count > MOST_MEMBERS:
        raise BadInput(
            _(
                "{file} holds more than {most} files or sheets; put their rows together in fewer,"
                " and import those."
            ).format(file=archive, most=number(MOST_MEMBERS))
        )


def zip_members(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """Return the files in a zip archive by their names.

    Raises
    ------
    BadInput
        Where there are too many.
    """
    check_members(len(archive.infolist()), name)
    return {info.filename: info for info in archive.infolist() if not info.is_dir()}


def tar_members(archive: tarfile.TarFile, name: str) -> dict[str, tarfile.TarInfo]:
    """Return the files in a tar archive by their names.

    Raises
    ------
    BadInput
        Where there are too many.
    """
    members = {}
    for count, info in enumerate(archive, start=1):
        check_members(count, name)
        if info.isfile():
            members[info.name] = info
    return members


def members_of(archive: Path) -> list[str]:
    """Return the names of the members of a zip or tar archive; none of anything else.

    Raises
    ------
    BadInput
        Where there are too many.
    """
    if not archive.is_file():
        return []
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped:
            return list(zip_members(zipped, archive.name))
    try:
        with tarfile.open(archive) as tar:
            return list(tar_members(tar, archive.name))
    except (*DAMAGE, OSError):  # no tar archive, or a damaged one, which its reader names
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
        if path.is_file() and not SYSTEM_FILES.search(str(path.relative_to(folder)))
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
