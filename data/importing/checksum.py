"""What is told about a file by reading its bytes once: its hash and its number of lines."""

import hashlib
import threading
import zlib
from pathlib import Path

import numpy as np

_BLOCK = 1 << 20
_LINE_END = ord("\n")


class Scan:
    """Reads a file in a thread of its own, beside whoever imports it.

    The thread spends its time in C code that lets other threads run.

    Attributes
    ----------
    done : int
        Bytes read so far.
    lines : int
        Lines of the decompressed text found so far; a last one without an end counts.
    broken : bool
        Whether a compressed file ends too early or is damaged.
    nul : bool
        Whether the decompressed text holds a NUL byte.
    """

    def __init__(self, path: Path, compression: str) -> None:
        self.done = 0
        self.lines = 0
        self.broken = False
        self.nul = False
        self._path = path
        self._gzip = compression == "gzip"
        self._hash = hashlib.sha256()
        self._stop = False
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._read()
        except OSError as error:
            self._error = error

    def _read(self) -> None:
        inflate = zlib.decompressobj(wbits=31) if self._gzip else None
        ended = True
        buffer = bytearray(_BLOCK)  # one for all blocks: fresh memory costs more than reading
        with self._path.open("rb", buffering=0) as file:
            while not self._stop and (size := file.readinto(buffer)):
                self._hash.update(memoryview(buffer)[:size])
                self.done += size
                if inflate is None:
                    ended = self._look(np.frombuffer(buffer, np.uint8, size))
                    continue
                block = bytes(memoryview(buffer)[:size])
                while block:
                    text, block, inflate = self._inflate(inflate, block)
                    if text:
                        ended = self._look(np.frombuffer(text, np.uint8))
        self.lines += not ended
        if inflate is not None and not inflate.eof:
            self.broken = True

    def _look(self, text: "np.typing.NDArray[np.uint8]") -> bool:
        """Count the lines of some text and note a NUL; return whether it ends a line.

        NumPy counts in a third of the time that ``bytes.count`` takes where lines are short.
        """
        self.lines += int(np.count_nonzero(text == _LINE_END))
        self.nul = self.nul or not text.min()
        return bool(text[-1] == _LINE_END)

    def _inflate(
        self, inflate: "zlib._Decompress", block: bytes
    ) -> tuple[bytes, bytes, "zlib._Decompress"]:
        """Return some text of a block, what is left of the block, and who inflates the next."""
        if inflate.eof:
            inflate = zlib.decompressobj(wbits=31)
        try:
            return inflate.decompress(block), inflate.unused_data, inflate
        except zlib.error:
            self.broken = True
            return b"", b"", inflate

    def finish(self) -> str:
        """Wait until the whole file is read and return its SHA-256."""
        self._thread.join()
        if self._error:
            raise self._error
        return self._hash.hexdigest()

    def stop(self) -> None:
        """End the thread early."""
        self._stop = True
        self._thread.join()
