"""A cache of values that are read from files, invalidated when a file changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

Value = TypeVar("Value")
Stamp = tuple[int, int, int] | None


def stamp(file: Path) -> Stamp:
    """Return the stamp of a file, which changes with it: modification time (ns), size and inode.

    None where there is no such file, or nobody can tell, as of a link to itself. Stamps are
    compared, for instance to see whether a value that was computed from the file is out of date.
    """
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


class FileCache(Generic[Value]):
    """The values read last, each read again after one of its files has changed.

    Values are shared by all callers and must not be modified.

    Parameters
    ----------
    read : callable
        Reads the value of a path.
    *names : str
        Files inside the path, when it is a folder, whose change invalidates the value. Without
        names the path itself is the file.
    size : int
        How many values are kept; the least recently used one is dropped.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> lines = FileCache(lambda file: file.read_text().splitlines(), size=4)
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "log.txt"
    ...     _ = file.write_text("first")
    ...     before = lines.get(file)
    ...     _ = file.write_text("first, second")
    ...     before, lines.get(file)
    (['first'], ['first, second'])
    """

    def __init__(self, read: Callable[[Path], Value], *names: str, size: int) -> None:
        self._read = read
        self._names = names
        self._size = size
        self._values: OrderedDict[Path, tuple[tuple[Stamp, ...], Value]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: Path) -> Value:
        """Return the value of a path; whatever ``read`` raises is raised and not kept."""
        # Taken before reading: a file replaced meanwhile has another stamp at the next call.
        stamps = self._stamps(path)
        with self._lock:
            entry = self._values.get(path)
            if entry is not None and entry[0] == stamps:
                self._values.move_to_end(path)
                return entry[1]
        value = self._read(path)
        with self._lock:
            self._values[path] = (stamps, value)
            self._values.move_to_end(path)
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return value

    def _stamps(self, path: Path) -> tuple[Stamp, ...]:
        return tuple(stamp(path / name) for name in self._names) or (stamp(path),)
