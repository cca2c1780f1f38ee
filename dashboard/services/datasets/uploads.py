"""Uploaded files: stored in the home piece by piece until an import has read them.

Each upload has a folder of its own under ``Home.uploads``, named by its token. Until the file is
complete, the folder holds its announced name and size (``.upload.json``) and the bytes received so
far (``.partial``); afterwards it holds the file alone.
"""

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from werkzeug.utils import secure_filename

from data.errors import BadInput
from data.files import read_json
from data.home import Home
from data.i18n import _

LIMIT = 2 << 30
"""Largest file that a browser may upload, in bytes; larger ones are imported by their path."""

MOST_UNFINISHED = 16
"""Uploads that may be incomplete at the same time."""

_SPARE_BYTES = 256 << 20  # left free on the disk
_IDLE_SECONDS = 3600  # an incomplete upload that receives nothing for so long is removed
_UNUSED_SECONDS = 7 * 86400  # a complete file that is not imported for so long is removed
_ANNOUNCEMENT, _PARTIAL = ".upload.json", ".partial"
LONGEST_NAME = 200
"""Characters of a file's name; a file system takes 255 bytes."""
_TOKEN_BYTES = 8
_TOKEN_CHARACTERS = frozenset("0123456789abcdef")

# Web requests run in threads: the limits are checked and the bytes appended by one at a time.
_lock = Lock()


@dataclass(frozen=True)
class Upload:
    """State of an upload after a piece was received.

    Attributes
    ----------
    token : str
        Identifies the upload in the requests after the first one.
    path : str
        Path of the complete file relative to ``Home.uploads``; empty until it is complete.
    received : int
        Bytes received so far.
    """

    token: str
    path: str
    received: int

    @property
    def complete(self) -> bool:
        """Whether the whole file has been received."""
        return bool(self.path)


def begin(home: Home, name: str, size: int) -> str:
    """Create the folder of an upload, store the announced name and size in it, return its token.

    Parameters
    ----------
    home : Home
        Home that stores the file.
    name : str
        Name of the file in the browser.
    size : int
        Size of the whole file in bytes; `append` accepts no more.

    Raises
    ------
    BadInput
        If the name of the file is unusable or too long, the file is empty, larger than ``LIMIT`` or
        does not fit on the disk beside the unfinished uploads, or if there are ``MOST_UNFINISHED``
        of those.
    """
    if not secure_filename(name):
        raise BadInput(_("The file needs a name with letters or digits."))
    if len(name) > LONGEST_NAME:
        raise BadInput(
            _("The name of the file is too long; shorten it to {most} characters.").format(
                most=LONGEST_NAME
            )
        )
    if size <= 0:
        raise BadInput(_("The file {name} is empty.").format(name=name))
    if size > LIMIT:
        raise BadInput(
            _(
                "The file {name} is larger than {limit} GB. Put it into a folder on the server "
                "and name its path instead."
            ).format(name=name, limit=LIMIT >> 30)
        )
    with _lock:
        sweep(home)
        unfinished = list(_unfinished(home))
        if len(unfinished) >= MOST_UNFINISHED:
            raise BadInput(
                _("{number} uploads are incomplete. Wait until one of them has arrived.").format(
                    number=len(unfinished)
                )
            )
        sizes = {folder: _announcement(folder)[1] for folder in unfinished}
        announced = sum(size - _received(folder) for folder, size in sizes.items() if size)
        if shutil.disk_usage(home.uploads).free < size + announced + _SPARE_BYTES:
            raise BadInput(
                _(
                    "The file {name} does not fit on the server's disk. Free some space there."
                ).format(name=name)
            )
        token = secrets.token_hex(_TOKEN_BYTES)
        folder = home.uploads / token
        folder.mkdir()
        (folder / _ANNOUNCEMENT).write_text(json.dumps({"name": name, "size": size}), "utf-8")
    return token


def append(home: Home, token: str, piece: bytes, *, offset: int) -> Upload:
    """Append the next piece of a file; the last piece completes the file and names it.

    Parameters
    ----------
    home : Home
        Home that stores the file.
    token : str
        Token that `begin` returned.
    piece : bytes
        Next bytes of the file.
    offset : int
        Position of the piece in the file, in bytes. The last piece received may be sent again, as
        a browser does when the response was lost; it is not written twice.

    Raises
    ------
    BadInput
        If there is no such upload, the piece does not begin where the bytes received so far end,
        or it exceeds the announced size.
    """
    folder = home.uploads / token
    is_token = len(token) == 2 * _TOKEN_BYTES and _TOKEN_CHARACTERS.issuperset(token)
    if not is_token or not folder.is_dir():
        raise _unknown_upload()
    with _lock:
        if not (folder / _ANNOUNCEMENT).exists():
            return _append_to_complete(folder, piece, offset)
        name, size = _announcement(folder)
        if not size:
            raise _unknown_upload()
        received = _received(folder)
        if offset + len(piece) > size:
            raise BadInput(
                _("The file {name} is larger than announced. Send it again.").format(name=name)
            )
        if not _is_repeated(folder / _PARTIAL, piece, offset):
            if offset != received:
                raise _out_of_order(name)
            _write(folder / _PARTIAL, piece, received)
            received += len(piece)
        if received < size:
            return Upload(token, "", received)
        target = folder / secure_filename(name)
        (folder / _PARTIAL).replace(target)
        (folder / _ANNOUNCEMENT).unlink()
        return Upload(token, f"{token}/{target.name}", received)


def discard(home: Home, token: str) -> None:
    """Remove an upload with everything received so far."""
    shutil.rmtree(home.uploads / token, ignore_errors=True)


def find(home: Home, path: str) -> Path:
    """Return a complete uploaded file by its path relative to ``Home.uploads``.

    Raises
    ------
    BadInput
        If there is no such file, or the path leads out of the folder.
    """
    folder = home.uploads.resolve()
    with suppress(OSError, ValueError, RuntimeError):  # too long, with NUL, a link to itself
        file = (folder / path).resolve()
        internal = file.name in {_ANNOUNCEMENT, _PARTIAL}
        if not internal and file.is_relative_to(folder) and file.is_file():
            return file
    raise BadInput(_("The uploaded file is gone. Choose it again."))


def sweep(home: Home) -> None:
    """Remove uploads that stopped an hour ago and files that nobody imported for a week."""
    now = time.time()
    for folder in home.uploads.iterdir():
        if not folder.is_dir():
            continue
        lifetime = _IDLE_SECONDS if (folder / _ANNOUNCEMENT).exists() else _UNUSED_SECONDS
        places = (folder, folder / _PARTIAL)
        changed = max(place.stat().st_mtime for place in places if place.exists())
        if now - changed > lifetime:
            shutil.rmtree(folder, ignore_errors=True)


def _unfinished(home: Home) -> Iterator[Path]:
    return (file.parent for file in home.uploads.glob(f"*/{_ANNOUNCEMENT}"))


def _announcement(folder: Path) -> tuple[str, int]:
    """Return the name and the size that were announced for an incomplete upload.

    The size is 0 where the announcement is damaged: nothing more can be received then.
    """
    with suppress(OSError, ValueError, TypeError, KeyError, OverflowError):
        announcement = read_json(folder / _ANNOUNCEMENT)
        if secure_filename(announcement["name"]):
            return announcement["name"], int(announcement["size"])
    return "", 0


def _received(folder: Path) -> int:
    partial = folder / _PARTIAL
    return partial.stat().st_size if partial.exists() else 0


def _is_repeated(file: Path, piece: bytes, offset: int) -> bool:
    """Return whether a piece equals the last bytes of a file, at the same position."""
    if offset < 0 or not file.exists() or offset + len(piece) != file.stat().st_size:
        return False
    with file.open("rb") as received:
        received.seek(offset)
        return received.read() == piece


def _write(partial: Path, piece: bytes, received: int) -> None:
    """Append bytes; a piece that cannot be written whole leaves nothing of itself."""
    try:
        with partial.open("ab") as file:
            file.write(piece)
    except OSError:
        with suppress(FileNotFoundError):
            os.truncate(partial, received)
        raise


def _append_to_complete(folder: Path, piece: bytes, offset: int) -> Upload:
    """Accept the last piece of a complete file a second time."""
    file = next((file for file in folder.iterdir() if file.is_file()), None)
    if file is None:
        raise _unknown_upload()
    if not _is_repeated(file, piece, offset):
        raise _out_of_order(file.name)
    return Upload(folder.name, f"{folder.name}/{file.name}", file.stat().st_size)


def _unknown_upload() -> BadInput:
    return BadInput(_("This upload is no longer known. Choose the file again."))


def _out_of_order(name: str) -> BadInput:
    return BadInput(
        _("The pieces of {name} arrived out of order. Send it again.").format(name=name)
    )
