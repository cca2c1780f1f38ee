"""Memory: how the C library deals with what large arrays leave behind."""

import ctypes
from contextlib import suppress

LARGEST = 2**30
_TRIM, _MAP, _ARENAS = -1, -3, -8
"""What glibc's ``mallopt`` calls its settings."""


def keep_freed() -> None:
    """Let the process keep the memory of freed arrays for the next ones.

    Arrays of megabytes are otherwise given back at once, and the system has to clear every page
    of the next one: half the time of a blend's sums.
    """
    _set(_MAP, LARGEST)
    _set(_TRIM, LARGEST)


def share_pools(number: int) -> None:
    """Let all threads share some pools of memory, where each would have its own.

    What a thread has freed stays in its pool: with eight threads the process grows by a tenth.
    """
    _set(_ARENAS, number)


def _set(what: int, value: int) -> None:
    with suppress(AttributeError, OSError):  # another C library than glibc
        ctypes.CDLL(None).mallopt(what, value)
