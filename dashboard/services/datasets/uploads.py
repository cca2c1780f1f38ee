"""Files that a browser sends: kept in the home piece by piece until an import has read them."""

import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from werkzeug.utils import secure_filename

from data.errors import BadInput
from data.home import Home
from data.i18n import _

LIMIT = 2 << 30
"""Largest file that a browser may send, in bytes; larger ones are named by their path."""

_SPARE = 256 << 20  # bytes that an upload leaves free on the disk
_KEPT_SECONDS = 7 * 86400
_TOKEN = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Upload:
    """A file on its way.

    Attributes
    ----------
    token : str
        Names the upload; every piece after the first one brings it.
    path : str
        Where the file lies once it is complete, relative to ``Home.uploads``.
    received : int
        Bytes that have arrived.
    done : bool
        Whether all of it is there.
    """

    token: str
    path: str
    received: int
    done: bool


def begin(home: Home, name: str, size: int) -> str:
    """Make room for a file and return the token of its upload.

    Raises
    ------
    BadInput
        Where the file has no name, is empty, is too large, or does not fit on the disk.
    """
    if not secure_filename(name):
        raise BadInput(_("The file needs a name with letters or digits."))
    if size <= 0:
        raise BadInput(_("The file {name} is empty.").format(name=name))
    if size > LIMIT:
        raise BadInput(
            _(
                "The file {name} is larger than {limit} GB. Put it into a folder on the server "
                "and name its path instead."
            ).format(name=name, limit=LIMIT >> 30)
        )
    sweep(home)
    if shutil.disk_usage(home.uploads).free < size + _SPARE:
        raise BadInput(
            _("The file {name} does not fit on the server's disk. Free some space there.").format(
                name=name
            )
        )
    token = secrets.token_hex(8)
    (home.uploads / token).mkdir()
    return token


def append(home: Home, token: str, name: str, piece: bytes, *, offset: int, size: int) -> Upload:
    """Add the next piece of a file; the last one gives the file its name.

    Parameters
    ----------
    home : Home
        Where it is kept.
    token : str
        What ``begin`` returned.
    name : str
        The file's name in the browser.
    piece : bytes
        The next bytes.
    offset : int
        Where the piece begins; one that is sent twice is written once.
    size : int
        Length of the whole file, in bytes.

    Raises
    ------
    BadInput
        Where there is no such upload, or the piece does not follow the ones before it.
    """
    folder = home.uploads / token
    if not token or not _TOKEN.issuperset(token) or not folder.is_dir():
        raise BadInput(_("This upload is no longer known. Choose the file again."))
    target = folder / secure_filename(name)
    partial = folder / f".{target.name}.part"
    received = partial.stat().st_size if partial.exists() else 0
    if offset > received or offset + len(piece) > size:
        raise BadInput(
            _("The pieces of {name} arrived out of order. Send it again.").format(name=name)
        )
    with partial.open("r+b" if received else "wb") as file:
        file.seek(offset)
        file.write(piece)
    received = max(received, offset + len(piece))
    if received == size:
        partial.replace(target)
    return Upload(token, f"{token}/{target.name}", received, received == size)


def find(home: Home, path: str) -> Path:
    """Return a complete uploaded file by its path relative to ``Home.uploads``.

    Raises
    ------
    BadInput
        Where there is none, or the path leads elsewhere.
    """
    folder = home.uploads.resolve()
    file = (folder / path).resolve()
    if not file.is_relative_to(folder) or not file.is_file():
        raise BadInput(_("The uploaded file is gone. Choose it again."))
    return file


def sweep(home: Home) -> None:
    """Remove uploads that nobody imported for a week, and folders that an import has emptied."""
    oldest = time.time() - _KEPT_SECONDS
    for folder in home.uploads.iterdir():
        if folder.is_dir() and folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)
