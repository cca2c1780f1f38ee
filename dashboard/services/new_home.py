"""A home that is filled beside its place and takes it once it is complete."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from data.errors import BadInput
from data.home import Home
from data.i18n import _

_UNFINISHED = re.compile(r"\.(?:restore|new)-([0-9]{1,9})-[a-z0-9_]{8}")
"""A folder that the process of this number fills; earlier versions wrote ``restore``."""


def check_free(home: Home) -> None:
    """Refuse a home that is neither new nor empty.

    Raises
    ------
    BadInput
    """
    if home.path.exists() and (not home.path.is_dir() or any(home.path.iterdir())):
        raise BadInput(_("{folder} is not empty; name another folder.").format(folder=home.path))


@contextmanager
def unfinished(beside: Path) -> Iterator[Path]:
    """Yield a new folder within another one; what the block does not move away is removed.

    What killed processes have left there is removed first.

    Raises
    ------
    BadInput
        Where it cannot be made.
    """
    try:
        beside.mkdir(parents=True, exist_ok=True)
        _remove_unfinished(beside)
        folder = Path(tempfile.mkdtemp(prefix=f".new-{os.getpid()}-", dir=beside))
    except OSError as error:
        raise BadInput(
            _("Cannot write {file}: {reason}.").format(file=beside, reason=error.strerror)
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def take_place(folder: Path, home: Home) -> None:
    """Make a complete folder the home, whose place is free."""
    with suppress(FileNotFoundError):
        home.path.rmdir()
    folder.chmod(0o700)
    folder.rename(home.path)


def _remove_unfinished(beside: Path) -> None:
    for folder in beside.glob(".*"):
        name = _UNFINISHED.fullmatch(folder.name)
        if name and not psutil.pid_exists(int(name[1])):
            shutil.rmtree(folder, ignore_errors=True)
