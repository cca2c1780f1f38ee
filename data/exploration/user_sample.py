"""Sampling of users by hash, for queries over the histories of huge logs."""

import math

HUGE = 1_500_000
"""Number of events up to which all users are queried; of larger logs, a sample is."""


def one_in(events: int) -> int:
    """Return n such that a sample of one user in n has at most about ``HUGE`` events.

    Examples
    --------
    >>> one_in(916_382), one_in(63_651_796)
    (1, 43)
    """
    return max(1, math.ceil(events / HUGE))


def sample_condition(where: str, one_in: int) -> str:
    """Return an SQL condition that selects the events of one user in ``one_in``.

    Examples
    --------
    >>> sample_condition("true", 1), sample_condition("true", 43)
    ('true', 'true AND hash(user_key) % 43 = 0')
    """
    return where if one_in == 1 else f"{where} AND hash(user_key) % {one_in} = 0"
