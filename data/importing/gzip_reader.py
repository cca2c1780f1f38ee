"""A reader of gzip files that yields all text before a truncation or damage."""

import io
import zlib
from typing import BinaryIO

_BLOCK = 1 << 18


class GzipReader(io.RawIOBase):
    """The decompressed bytes of a gzip file; a truncated or damaged file ends there.

    Parameters
    ----------
    file : binary file
        The compressed bytes.

    Attributes
    ----------
    broken : bool
        Whether the file is truncated or damaged; known once the end has been reached.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self.broken = False
        self._file = file
        self._decompressor = zlib.decompressobj(wbits=31)
        self._rest = b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill a buffer with decompressed bytes; return their number, 0 at the end."""
        text = b""
        while not text and not self.broken:
            if self._decompressor.eof:
                self._rest = self._decompressor.unused_data or self._file.read(_BLOCK)
                if not self._rest.strip(b"\0"):
                    return 0
                self._decompressor = zlib.decompressobj(wbits=31)
            block = self._rest or self._file.read(_BLOCK)
            text = self._decompress(block, len(buffer))
            self.broken = self.broken or (not block and not text)
        buffer[: len(text)] = text
        return len(text)

    def _decompress(self, block: bytes, max_length: int) -> bytes:
        try:
            text = self._decompressor.decompress(block, max_length)
        except zlib.error:
            self.broken = True
            return b""
        self._rest = self._decompressor.unconsumed_tail
        return text
