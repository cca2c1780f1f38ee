"""Some of the people of a huge log, chosen by chance: enough for shares, and quick to look at."""

import math

HUGE = 1_500_000
"""Events whose people are followed one by one; where there are more, a sample of the people is."""


def one_in(events: int) -> int:
    """Return which part of the people to follow: one in how many.

    Examples
    --------
    >>> one_in(916_382), one_in(63_651_796)
    (1, 43)
    """
    return max(1, math.ceil(events / HUGE))


def some_people(where: str, part: int) -> str:
    """Return an SQL condition that lets through the events of one person in so many.

    Examples
    --------
    >>> some_people("true", 1), some_people("true", 43)
    ('true', 'true AND hash(user_key) % 43 = 0')
    """
    return where if part == 1 else f"{where} AND hash(user_key) % {part} = 0"
