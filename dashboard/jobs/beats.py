"""Liveness by counted heartbeats: clocks of two machines are never compared."""

import time
from collections.abc import Callable, Hashable


class Beats:
    """How long each of some counters has not changed, by the clock of this process alone.

    Parameters
    ----------
    clock : callable
        Returns seconds that never go back; tests pass their own.

    Examples
    --------
    >>> now = iter([10.0, 25.0, 26.0])
    >>> beats = Beats(lambda: next(now))
    >>> beats.silence("gpu-1", 7), beats.silence("gpu-1", 7), beats.silence("gpu-1", 8)
    (0.0, 15.0, 0.0)
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changes: dict[Hashable, tuple[int, float]] = {}

    def silence(self, key: Hashable, beats: int) -> float:
        """Return the seconds since a counter was first seen to have this value."""
        now = self._clock()
        known, since = self._changes.get(key, (None, now))
        if known != beats:
            since = now
        self._changes[key] = beats, since
        return now - since

    def reset(self) -> None:
        """Begin anew: while the table cannot be read or written, nothing is heard of anybody."""
        self._changes.clear()
