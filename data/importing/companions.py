"""Tables of items and users that lie beside a log in RecBole's atomic files.

RecBole keeps ``ml-100k.inter`` (the log), ``ml-100k.item`` and ``ml-100k.user`` in one folder or
archive; the log may be cut into ``ml-100k.train.inter`` and so on.
https://recbole.io/docs/user_guide/data/atomic_files.html
"""

from collections.abc import Sequence
from pathlib import Path

from data.datasets.side_tables import BUYERS, PRODUCTS
from data.importing.staging import in_archive, members_of, parts_of

LOG = ".inter"
SUFFIXES = {PRODUCTS: ".item", BUYERS: ".user"}
"""Side table → the suffix of its file."""


def companions(files: Sequence[Path]) -> dict[str, Path]:
    """Return the side tables beside the logs of an import: ``"products"``, ``"buyers"`` → file.

    Parameters
    ----------
    files : sequence of Path
        Files, folders and archives.
    """
    names = [name for file in files for name in _files_around(file)]
    logs = [str(name) for name in names if name.suffix == LOG]
    result: dict[str, Path] = {}
    for name in names:
        stem = str(name.with_suffix(""))
        for table, suffix in SUFFIXES.items():
            if name.suffix == suffix and any(log.startswith(f"{stem}.") for log in logs):
                result.setdefault(table, name)
    return result


def _files_around(file: Path) -> list[Path]:
    """Return the files in a folder or archive, or a log and the side tables beside it."""
    if file.is_dir():
        return parts_of(file)
    archive, member = in_archive(file) or (file, "")
    if file.suffix == LOG:
        around = members_of(archive) if member else [path.name for path in file.parent.iterdir()]
        folder = archive if member else file.parent
        return [file, *(folder / name for name in around if Path(name).suffix != LOG)]
    return [file / name for name in members_of(file)]
