"""Settings of glibc's ``malloc`` for programs that allocate large arrays."""

import ctypes
from contextlib import suppress

LARGEST = 2**30
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Parameters of ``mallopt``."""


def keep_freed() -> None:
    """Keep the memory of freed arrays in the process, for the next arrays.

    By default, arrays of megabytes are returned to the system at once, which clears every page of
    the next array: half the time of scoring a blend.
    """
    _set(_MMAP_THRESHOLD, LARGEST)
    _set(_TRIM_THRESHOLD, LARGEST)


def share_pools(number: int) -> None:
    """Limit the number of memory pools (arenas), which threads then share.

    A thread's freed memory stays in its pool: with a pool for each of eight threads, the process
    takes a tenth more memory.
    """
    _set(_ARENA_MAX, number)


def _set(parameter: int, value: int) -> None:
    with suppress(AttributeError, OSError):  # another C library than glibc
        ctypes.CDLL(None).mallopt(parameter, value)
