"""Gzip files, read as far as they go."""

import io
import zlib
from typing import BinaryIO

_BLOCK = 1 << 18


class Inflated(io.RawIOBase):
    """The text of a gzip file; one that breaks off or is damaged just ends there.

    Attributes
    ----------
    broken : bool
        Whether the file ended too early or is damaged; known once the end has been reached.
    """

    def __init__(self, packed: BinaryIO) -> None:
        super().__init__()
        self.broken = False
        self._packed = packed
        self._inflate = zlib.decompressobj(wbits=31)
        self._rest = b""

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill a buffer with text; return the number of bytes, 0 at the end."""
        text = b""
        while not text and not self.broken:
            if self._inflate.eof:
                self._rest = self._inflate.unused_data or self._packed.read(_BLOCK)
                if not self._rest.strip(b"\0"):
                    return 0
                self._inflate = zlib.decompressobj(wbits=31)
            block = self._rest or self._packed.read(_BLOCK)
            text = self._inflated(block, len(buffer))
            self.broken = self.broken or (not block and not text)
        buffer[: len(text)] = text
        return len(text)

    def _inflated(self, block: bytes, most: int) -> bytes:
        try:
            text = self._inflate.decompress(block, most)
        except zlib.error:
            self.broken = True
            return b""
        self._rest = self._inflate.unconsumed_tail
        return text
