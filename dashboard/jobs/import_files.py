"""Files that are imported by a job, which may run on a machine that does not have them."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from data.home import Home
from data.importing.kaggle import is_remote
from data.sharing import mirror_of
from data.sharing.folder_table import UPLOADS


def share_files(home: Home, files: Iterable[Path | None]) -> dict[str, Any]:
    """Put the files of an import into the store, if there is one.

    Returns
    -------
    dict
        What the configuration of the import says of them: ``uploads``, the folder in the store, and
        ``paths``, file on this machine → path in that folder. Empty without a store.

    Raises
    ------
    StoreError
        When the store cannot be written.
    """
    mirror = mirror_of(home)
    here = [file for file in files if file is not None and not is_remote(file)]
    owners = {owner for owner in map(_owner, here) if owner.exists()}
    if mirror is None or not owners:
        return {}
    paths = {owner: f"{number}/{owner.name}" for number, owner in enumerate(sorted(owners))}
    put = {path: file for owner in owners for path, file in _within(owner, paths[owner])}
    upload = secrets.token_hex(8)
    mirror.commit(UPLOADS, upload, put)
    return {"uploads": upload, "paths": {str(owner): path for owner, path in paths.items()}}


def fetch_files(home: Home, config: Mapping[str, Any]) -> None:
    """Bring the files of an import into the home, where they are in a store."""
    mirror = mirror_of(home)
    if mirror is not None and "uploads" in config:
        mirror.fetch(UPLOADS, config["uploads"])


def forget_files(home: Home, config: Mapping[str, Any]) -> None:
    """Remove the files of an import that has finished from the store."""
    mirror = mirror_of(home)
    if mirror is not None and "uploads" in config:
        mirror.remove(UPLOADS, config["uploads"])


def local_file(home: Home, config: Mapping[str, Any], file: Path) -> Path:
    """Return where a file of an import is on this machine: a file may lie within an archive."""
    for owner, path in config.get("paths", {}).items():
        if file.absolute().is_relative_to(owner):
            inside = file.absolute().relative_to(owner)
            return home.uploads.joinpath(config["uploads"], path, inside)
    return file


def _owner(file: Path) -> Path:
    """Return the archive that a file is in, or the file."""
    return next((part for part in (file, *file.parents) if part.is_file()), file).absolute()


def _within(owner: Path, path: str) -> Iterator[tuple[str, Path]]:
    """Yield a file, or all files of a folder, with the path of each in the store."""
    if not owner.is_dir():
        yield path, owner
        return
    for file in sorted(owner.rglob("*")):
        if file.is_file():
            yield f"{path}/{file.relative_to(owner).as_posix()}", file
