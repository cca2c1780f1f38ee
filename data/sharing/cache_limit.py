"""The limit of a home that is a cache of a store: what was used least recently goes first."""

import os
import re
import time

from data.errors import BadInput
from data.i18n import _
from data.sharing.folder_table import StoredFolder
from data.sharing.mirror import Mirror

CACHE_LIMIT = "VITRINA_CACHE_LIMIT"
"""The environment variable with the limit, such as ``20GB``."""
IN_USE_SECONDS = 300.0
"""How long a folder that somebody has asked for is left alone."""
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kMGT]?)i?B?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def limit_of_environment() -> int | None:
    """Return the limit in bytes; None where there is none.

    Raises
    ------
    BadInput
        When it is not written as a size.
    """
    text = os.environ.get(CACHE_LIMIT, "").strip()
    return bytes_of(text) if text else None


def bytes_of(size: str) -> int:
    """Return the bytes of a size.

    Raises
    ------
    BadInput
        When it is not written as one.

    Examples
    --------
    >>> bytes_of("500MB"), bytes_of("1.5 GB")
    (500000000, 1500000000)
    """
    match = _SIZE.fullmatch(size)
    if match is None:
        raise BadInput(
            _("{name} is written as a size, such as 20GB, not “{size}”.").format(
                name=CACHE_LIMIT, size=size
            )
        )
    return int(float(match[1]) * 1000 ** _POWERS[match[2].lower()])


def keep_within(mirror: Mirror, limit: int) -> int:
    """Remove large files from a home until they take no more than the limit.

    What is being read or worked on stays, and so does what was asked for in the last minutes.

    Parameters
    ----------
    mirror : Mirror
    limit : int
        Bytes.

    Returns
    -------
    int
        Bytes of the files that were removed.
    """
    folders, _datasets = mirror.table.changes(0)
    sizes = {(entry.kind, entry.name): mirror.size_here(entry) for entry in folders}
    excess = sum(sizes.values()) - limit
    removed, long_ago = 0, time.time() - IN_USE_SECONDS

    def last_use(folder: StoredFolder) -> float:
        return mirror.last_use(folder.kind, folder.name)

    for folder in sorted(folders, key=last_use):
        if removed >= excess or last_use(folder) > long_ago:
            break
        if sizes[folder.kind, folder.name]:
            removed += mirror.evict(folder)
    return removed
