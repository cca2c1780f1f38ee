"""Logs that lie in one folder or archive with the tables of their items and users.

RecBole keeps ``ml-100k.inter`` (the log), ``ml-100k.item`` and ``ml-100k.user``; the log may be cut
into ``ml-100k.train.inter`` and so on. MovieLens keeps its log beside tables, tags and parts of the
same log. https://recbole.io/docs/user_guide/data/atomic_files.html
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from data.datasets.side_tables import BUYERS, PRODUCTS
from data.importing.paths import in_archive, members_of, parts_of

LOG = ".inter"
SUFFIXES = {PRODUCTS: ".item", BUYERS: ".user"}
"""Side table → the suffix of its file."""

MOVIELENS = {
    "u.data": {PRODUCTS: "u.item", BUYERS: "u.user"},
    "ratings.dat": {PRODUCTS: "movies.dat", BUYERS: "users.dat"},
    "ratings.csv": {PRODUCTS: "movies.csv"},
}
"""Log → the names of the side tables in its folder."""


_DOCUMENTS = re.compile(
    r"^(readme|licen[cs]e|copying|notice|changelog)\b|\.(md|rst|pdf|docx?|html?|metadata)$", re.I
)


def choose_logs(names: Sequence[str]) -> Sequence[str]:
    """Return the logs among the files of a folder or archive; all where no layout is known.

    >>> choose_logs(["ml/tags.csv", "ml/ratings.csv", "ml/movies.csv"]), choose_logs(["a", "b"])
    (['ml/ratings.csv'], ['a', 'b'])
    >>> choose_logs(["log/0.csv", "log/LICENSE", "log/about.pdf"]), choose_logs(["README"])
    (['log/0.csv'], ['README'])
    """
    logs = [name for name in names if name.endswith(LOG)]
    tables = _side_tables(names)
    logs = logs or [name for name in names if dict(_beside(name, tables)).get(PRODUCTS)]
    return logs or [name for name in names if not _is_document(name)] or names


def _is_document(name: str) -> bool:
    """Return whether a file's name is that of a text beside a log, such as its licence."""
    return _DOCUMENTS.search(PurePath(name).name) is not None


def companions(files: Sequence[Path]) -> dict[str, Path]:
    """Return the side tables beside the logs of an import: ``"products"``, ``"buyers"`` → file.

    Parameters
    ----------
    files : sequence of Path
        Files, folders and archives.
    """
    names = [str(name) for file in files for name in _files_around(file)]
    tables = _side_tables(names)
    result: dict[str, Path] = {}
    for log in choose_logs(names):
        for table, name in _beside(log, tables):
            result.setdefault(table, Path(name))
    return result


def left_out(files: Sequence[Path]) -> list[str]:
    """Return the files in folders and archives that are neither logs nor their side tables."""
    side_tables = companions(files).values()
    names: list[str] = []
    for file in files:
        inside = _in(file)
        logs = set(choose_logs([str(name) for name in inside]))
        others = (name for name in inside if str(name) not in logs and name not in side_tables)
        names += [name.relative_to(file.parent).as_posix() for name in others]
    return names


def _side_tables(names: Sequence[str]) -> dict[PurePath, list[str]]:
    """Return the names among some that a side table may have, by their folder."""
    known = {name for tables in MOVIELENS.values() for name in tables.values()}
    result: dict[PurePath, list[str]] = {}
    for path in map(PurePath, names):
        if path.suffix in SUFFIXES.values() or path.name in known:
            result.setdefault(path.parent, []).append(str(path))
    return result


def _beside(log: str, tables: Mapping[PurePath, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Yield the side tables of a log, and their files among those of ``_side_tables``."""
    path = PurePath(log)
    if path.suffix != LOG and path.name not in MOVIELENS:
        return
    for name in tables.get(path.parent, ()):
        other = PurePath(name)
        is_named_after = path.suffix == LOG and path.name.startswith(f"{other.stem}.")
        for table, suffix in SUFFIXES.items():
            if is_named_after and other.suffix == suffix:
                yield table, name
        for table, known in MOVIELENS.get(path.name, {}).items():
            if other.name == known:
                yield table, name


def _in(file: Path) -> list[Path]:
    """Return the files in a folder or archive."""
    return parts_of(file) if file.is_dir() else [file / name for name in members_of(file)]


def _files_around(file: Path) -> list[Path]:
    """Return the files in a folder or archive, or a log and the side tables beside it."""
    if file.is_dir() or file.suffix != LOG:
        return _in(file)
    archive, member = in_archive(file) or (file, "")
    around = members_of(archive) if member else [path.name for path in file.parent.iterdir()]
    folder = archive if member else file.parent
    return [file, *(folder / name for name in around if Path(name).suffix != LOG)]
