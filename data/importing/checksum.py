"""Hash and number of lines of a file, computed in a thread while the file is imported."""

import hashlib
import io
import threading
from pathlib import Path

import numpy as np

from data.errors import BadInput
from data.importing.streams import Decompressed

_BLOCK = 1 << 20
_LINE_END = ord("\n")


class Checksum:
    """SHA-256 and number of lines of a file, computed in a background thread.

    The thread spends its time in C code that releases the GIL.

    Parameters
    ----------
    path : Path
        The file.
    compression : str
        ``"none"`` or ``"gzip"``; lines are counted in the decompressed text.

    Attributes
    ----------
    done : int
        Bytes of the file read so far.
    lines : int
        Lines counted so far; a last line without a line end counts.
    broken : bool
        Whether a compressed file is truncated or damaged.
    nul : bool
        Whether the text holds a NUL byte.
    """

    def __init__(self, path: Path, compression: str) -> None:
        self.done = 0
        self.lines = 0
        self.broken = False
        self.nul = False
        self._path = path
        self._is_gzip = compression == "gzip"
        self._hash = hashlib.sha256()
        self._stop = False
        self._error: OSError | BadInput | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise what made the thread end early.

        Raises
        ------
        OSError
            When the file cannot be read.
        BadInput
            When it unpacks to more than a log can hold.
        """
        if self._error:
            raise self._error

    def _run(self) -> None:
        try:
            self._read()
        except (OSError, BadInput) as error:
            self._error = error

    def _read(self) -> None:
        buffer = bytearray(_BLOCK)  # reused: allocating takes longer than reading
        last = _LINE_END
        with self._path.open("rb", buffering=0) as file:
            source = _Hashed(file, self)
            content: io.RawIOBase = Decompressed(source, "gzip") if self._is_gzip else source
            while not self._stop and (size := content.readinto(buffer)):
                last = self._count(np.frombuffer(buffer, np.uint8, size))
            while not self._stop and source.readinto(buffer):  # what no decompressor reads
                pass
            self.broken = isinstance(content, Decompressed) and content.broken
        self.lines += last != _LINE_END

    def add(self, block: "bytearray | memoryview") -> None:
        """Add bytes of the file to its hash."""
        self._hash.update(block)
        self.done += len(block)

    def _count(self, text: "np.typing.NDArray[np.uint8]") -> int:
        """Count the line ends of a text and look for NUL; return its last byte.

        For short lines NumPy takes a third of the time of ``bytes.count``.
        """
        self.lines += int(np.count_nonzero(text == _LINE_END))
        self.nul = self.nul or not text.min()
        return int(text[-1])

    def finish(self) -> str:
        """Wait for the end of the file and return its SHA-256 as hexadecimal digits."""
        self._thread.join()
        self.check()
        return self._hash.hexdigest()

    def stop(self) -> None:
        """End the thread early."""
        self._stop = True
        self._thread.join()


class _Hashed(io.RawIOBase):
    """A file whose bytes are added to a checksum when they are read."""

    def __init__(self, file: io.FileIO, checksum: Checksum) -> None:
        super().__init__()
        self._file = file
        self._checksum = checksum

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        size = self._file.readinto(buffer)
        self._checksum.add(memoryview(buffer)[:size])
        return size
