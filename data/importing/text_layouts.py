"""Layouts of text that are no table of fields: a line a buyer, and lines quoted as a whole."""

import re
from collections.abc import Iterator
from typing import Any

_BLOCK = 1 << 20
_HEAD = 1 << 16


def is_item_lists(start: bytes) -> bool:
    r"""Return whether a text has one line a buyer: a user, then the items in their order.

    Lines of numbers, separated by blanks, of different lengths, whose first number is a new one
    on each line.

    >>> is_item_lists(b"1 380 184 354\n2 239 398\n3 81 58 191 7\n")
    True
    >>> is_item_lists(b"1 380\n1 239\n2 81\n")
    False
    """
    lines = start.split(b"\n")[: -1 if len(start) >= _HEAD else None]
    rows = [line.split() for line in lines[:1000] if line.strip()]
    if len(rows) < 3 or not all(all(field.isdigit() for field in row) for row in rows):
        return False
    widths = {len(row) for row in rows}
    users = {row[0] for row in rows}
    return min(widths) >= 2 and len(widths) > 1 and len(users) == len(rows)


def is_quoted_as_a_whole(start: bytes) -> bool:
    r"""Return whether each line of a text is one quoted field, as spreadsheets save such text.

    >>> is_quoted_as_a_whole(b'"user,item"\n"1,""Mug, blue"" "\n')
    True
    >>> is_quoted_as_a_whole(b'"user","item"\n"1","2"\n')
    False
    """
    lines = start.removeprefix(b"\xef\xbb\xbf").split(b"\n")[: -1 if len(start) >= _HEAD else None]
    lines = [line.rstrip(b"\r") for line in lines[:1000] if line.strip()]
    return len(lines) > 1 and all(
        line[:1] == line[-1:] == b'"'
        and b'"' not in line[1:-1].replace(b'""', b"")
        and re.search(rb"[,;\t|]", line) is not None
        for line in lines
    )


def without_quotes(line: bytes) -> bytes:
    r"""Return a line without the quotes around it, and with single ones within.

    >>> without_quotes(b'"1,""Mug"" "')
    b'1,"Mug" '
    """
    line = line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r")
    is_quoted = len(line) > 1 and line[:1] == line[-1:] == b'"'
    return line[1:-1].replace(b'""', b'"') if is_quoted else line


def line_batches(stream: Any) -> Iterator[list[bytes]]:
    """Yield the lines of a binary stream in lists, without their line feeds."""
    rest = b""
    while block := stream.read(_BLOCK):
        *lines, rest = (rest + block).split(b"\n")
        yield lines
    if rest:
        yield [rest]
