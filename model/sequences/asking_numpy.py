"""The time of asking as codes, in NumPy.

Imports nothing of Vitrina: it is copied into exported bundles.
"""

from typing import Any

import numpy as np

UNKNOWN, FIRST = 1, 2
NO_TIME = -1
MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
THURSDAY = 3
"""Weekday of 1970-01-01, counted from Monday as 0."""
GAPS = 48
"""Intervals of the time since the last event, two for each doubling of 1 + minutes."""
SIZES = (FIRST + 24, FIRST + 7, FIRST + 31, FIRST + GAPS)
"""Number of codes of hour, weekday, day of the month and gap, padding and unknown included."""


def asking_codes(at: Any, last: Any) -> Any:
    """Return hour, weekday, day of the month (UTC) and the gap since the last event, as codes.

    Parameters
    ----------
    at : int64 [histories]
        Asking times in microseconds since 1970; ``NO_TIME`` where one is not known.
    last : int64 [histories]
        Time of the last event of each history; ``NO_TIME`` where it is not known.

    Returns
    -------
    int32 [histories, 4]
        1 where a value is not known.

    Examples
    --------
    Thursday, 1 January 1970, 01:00, an hour after the last event; and nothing known:

    >>> asking_codes(np.array([HOUR, NO_TIME]), np.array([0, NO_TIME])).tolist()
    [[3, 5, 2, 13], [1, 1, 1, 1]]
    """
    at, last = np.asarray(at, dtype=np.int64), np.asarray(last, dtype=np.int64)
    dates = (at // DAY).astype("datetime64[D]")
    in_month = (dates - dates.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
    gap = np.floor(2 * np.log2(1 + np.maximum(at - last, 0) / MINUTE)).astype(np.int64)
    codes = np.stack(
        [
            FIRST + at // HOUR % 24,
            FIRST + (at // DAY + THURSDAY) % 7,
            FIRST + in_month,
            FIRST + np.minimum(gap, GAPS - 1),
        ],
        axis=1,
    )
    codes[last == NO_TIME, 3] = UNKNOWN
    codes[at == NO_TIME] = UNKNOWN
    return codes.astype(np.int32)
