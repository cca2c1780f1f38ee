"""Extraction of the members of zip archives, one at a time."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from data.errors import BadInput
from data.i18n import _
from data.progress import ShouldStop, raise_if_stopped

_BLOCK = 1 << 20


def unpacked(
    files: Sequence[Path], folder: Path, should_stop: ShouldStop
) -> Iterator[tuple[Path, str]]:
    """Yield the path and the name of each file, and of each member of an archive.

    Parameters
    ----------
    files : sequence of Path
        Zip archives are recognised by their content.
    folder : Path
        Receives the extracted members; each is deleted before the next one is extracted.
    should_stop : callable
        Called for every megabyte; true raises Cancelled.

    Raises
    ------
    BadInput
        For an empty archive, and a damaged or encrypted member.
    """
    for file in files:
        if not zipfile.is_zipfile(file):
            yield file, file.name
            continue
        with zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if not _is_ignored(member)]
            if not members:
                raise BadInput(_("{file} holds no files.").format(file=file.name))
            for member in members:
                path = folder / "member"
                _extract(archive, member, path, should_stop)
                yield path, f"{file.name}/{member.filename}"
                path.unlink()


def _is_ignored(member: zipfile.ZipInfo) -> bool:
    """Return whether a member is a folder or metadata that macOS adds to archives."""
    return member.is_dir() or member.filename.startswith("__MACOSX/")


def _extract(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, should_stop: ShouldStop
) -> None:
    try:
        with archive.open(member) as source, path.open("wb") as target:
            while block := source.read(_BLOCK):
                raise_if_stopped(should_stop)
                target.write(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise BadInput(
            _("{member} in {file} is damaged or locked with a password.").format(
                member=member.filename, file=Path(archive.filename or "").name
            )
        ) from error
