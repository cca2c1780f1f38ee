"""A clock that tests set."""

from dataclasses import dataclass


@dataclass
class Clock:
    """Seconds since 1970 that stand still until a test moves them."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now
