"""Byte streams of files: decompressed, in UTF-8, with one kind of line end."""

import bz2
import codecs
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from data.errors import BadInput
from data.i18n import _, number
from data.importing.file_kind import compression_of

MOST_UNPACKED = 250
"""How many times its own size a packed file may hold; logs are packed to a fiftieth at the most."""

_ALWAYS_UNPACKED = 256 << 20  # bytes that even a small file may hold

_BLOCK = 1 << 18
_MAGIC = 6


def check_unpacked(size: int, packed: int) -> None:
    """Raise BadInput where a packed file holds more than a log can: it would fill the disk.

    Parameters
    ----------
    size : int
        Bytes unpacked so far.
    packed : int
        Bytes of the packed file that they came from.
    """
    if size > max(_ALWAYS_UNPACKED, MOST_UNPACKED * packed):
        raise BadInput(
            _(
                "The file unpacks to more than {times} times its size; it is damaged, or made to"
                " fill the disk."
            ).format(times=number(MOST_UNPACKED))
        )


def check_written(target: Path, packed: int) -> None:
    """Raise BadInput where what is being made of a file takes more space than a log can.

    Parameters
    ----------
    target : Path
        The file that is being written; it may not be there yet.
    packed : int
        Bytes of the file that it is made of.
    """
    if target.exists():
        check_unpacked(target.stat().st_size, packed)


class _Gzip:
    """A zlib decompressor with the interface that ``bz2`` and ``lzma`` have."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=31)
        self._rest = b""

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._rest

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        text = self._zlib.decompress(self._rest + data, max(max_length, 0))
        self._rest = self._zlib.unconsumed_tail
        return text


def _zstd() -> Any:
    from backports import zstd  # of the standard library from Python 3.14 on

    return zstd.ZstdDecompressor()


def _damages() -> tuple[type[Exception], ...]:
    """Return the errors by which decompressors tell of damage."""
    from backports.zstd import ZstdError

    return zlib.error, OSError, lzma.LZMAError, EOFError, ValueError, RuntimeError, ZstdError


_DECOMPRESSORS: dict[str, Callable[[], Any]] = {
    "gzip": _Gzip,
    "bzip2": bz2.BZ2Decompressor,
    "xz": lzma.LZMADecompressor,
    "zstd": _zstd,
}


def decompressor(compression: str) -> Any:
    """Return a new decompressor: ``decompress(data, max_length)``, ``eof``, ``unused_data``."""
    return _DECOMPRESSORS[compression]()


class Decompressed(io.RawIOBase):
    """The content of a compressed file; one that is truncated or damaged just ends there.

    Reading raises BadInput where it holds more than a log can; see ``check_unpacked``.

    Parameters
    ----------
    source : BinaryIO or RawIOBase
    compression : str
        A key of ``file_kind.COMPRESSIONS``'s values.

    Attributes
    ----------
    broken : bool
        Whether the file ended too early or is damaged; known once the end has been reached.
    """

    def __init__(self, source: BinaryIO | io.RawIOBase, compression: str) -> None:
        super().__init__()
        self.broken = False
        self._source = source
        self._compression = compression
        self._stream = decompressor(compression)
        self._packed = self._unpacked = 0

    def readable(self) -> bool:
        """Return True: the stream can be read."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill a buffer with content; return the number of bytes, 0 at the end."""
        content = b""
        while not content and not self.broken:
            block = b""
            if self._stream.eof:  # several compressed streams may follow one another
                block = self._stream.unused_data or self._next_block()
                if not block.strip(b"\0"):
                    return 0
                self._stream = decompressor(self._compression)
            elif self._stream.needs_input:
                block = self._next_block()
                if not block:
                    self.broken = True
                    return 0
            try:
                content = self._stream.decompress(block, len(buffer))
            except _damages():
                self.broken = True
        self._unpacked += len(content)
        check_unpacked(self._unpacked, self._packed)
        buffer[: len(content)] = content
        return len(content)

    def _next_block(self) -> bytes:
        block = self._source.read(_BLOCK)
        self._packed += len(block)
        return block


class LineEnds(io.RawIOBase):
    r"""A stream in which every line ends in ``\n``: ``\r``, ``\r\n`` and ``\r\r\n`` become it."""

    def __init__(self, source: Any) -> None:
        super().__init__()
        self._source = source
        self._held = b""

    def readable(self) -> bool:
        """Return True: the stream can be read."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill a buffer; return the number of bytes, 0 at the end."""
        content = b""
        while not content:
            block = self._source.read(max(len(buffer) - 2, 1))
            if not block:
                content, self._held = self._held.replace(b"\r\r", b"\r").replace(b"\r", b"\n"), b""
                break
            block = self._held + block
            kept = block.rstrip(b"\r")
            self._held = block[len(kept) :]
            content = kept.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        buffer[: len(content)] = content
        return len(content)


@contextmanager
def opened(
    path: Path, encoding: str = "utf-8", line_end: str = "\n"
) -> Iterator[tuple[Any, Callable[[], int]]]:
    r"""Open a file for reading its bytes: decompressed, in UTF-8, with ``\n`` behind each line.

    Parameters
    ----------
    path : Path
    encoding : str
        How its text is encoded; UTF-8 and Windows-1252 are passed as they are, since the reader
        decodes these line by line.
    line_end : str
        ``"\r"`` where lines end in it alone or twice.

    Yields
    ------
    stream
        Has ``read(size)``.
    callable
        Returns how many bytes of the file have been used.
    """
    with path.open("rb") as raw:
        stream: Any = raw
        compression = compression_of(raw.peek(_MAGIC)[:_MAGIC])
        if compression != "none":
            stream = Decompressed(raw, compression)
        if encoding not in ("utf-8", "utf-8-sig", "cp1252"):
            stream = codecs.EncodedFile(stream, "utf-8", encoding, errors="replace")
        if line_end == "\r":
            stream = LineEnds(stream)
        yield stream, raw.tell


def is_broken(stream: Any) -> bool:
    """Return whether a stream that has been read to its end is of a truncated or damaged file."""
    while not isinstance(stream, Decompressed):
        if isinstance(stream, codecs.StreamRecoder):  # it has the attributes of what it reads, too
            stream = stream.stream
        elif (stream := getattr(stream, "_source", None)) is None:
            return False
    return stream.broken
