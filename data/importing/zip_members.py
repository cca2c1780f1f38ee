"""Zip archives: their members are files to import like any other."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from data.errors import BadInput
from data.i18n import _
from data.progress import Stop, check

_BLOCK = 1 << 20


def unpacked(files: Sequence[Path], folder: Path, cancelled: Stop) -> Iterator[tuple[Path, str]]:
    """Yield each file and what it is called; members of archives are unpacked one at a time.

    Parameters
    ----------
    folder : Path
        Receives the members; each is removed before the next one is unpacked.
    """
    for file in files:
        if not zipfile.is_zipfile(file):
            yield file, file.name
            continue
        with zipfile.ZipFile(file) as archive:
            members = [one for one in archive.infolist() if not _is_ornament(one)]
            if not members:
                raise BadInput(_("{file} holds no files.").format(file=file.name))
            for member in members:
                plain = folder / "member"
                _unpack(archive, member, plain, cancelled)
                yield plain, f"{file.name}/{member.filename}"
                plain.unlink()


def _is_ornament(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member is a folder, or what some systems add to an archive."""
    return member.is_dir() or member.filename.startswith("__MACOSX/")


def _unpack(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, plain: Path, cancelled: Stop
) -> None:
    try:
        with archive.open(member) as packed, plain.open("wb") as target:
            while block := packed.read(_BLOCK):
                check(cancelled)
                target.write(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise BadInput(
            _("{member} in {file} is damaged or locked with a password.").format(
                member=member.filename, file=Path(archive.filename or "").name
            )
        ) from error
