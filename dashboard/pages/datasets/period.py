"""The period of a dataset as text."""

from datetime import datetime

from dashboard import formats
from data.i18n import _


def period(first: str | None, last: str | None) -> str:
    """Return the first and the last day of a log, or its only day.

    Parameters
    ----------
    first, last : str or None
        Times in ISO 8601, UTC, as in the summary of a dataset.

    Examples
    --------
    >>> period("2019-10-01T00:00:00Z", "2019-10-31T23:59:59Z")
    'Oct 1, 2019 – Oct 31, 2019'
    """
    if first is None or last is None:
        return formats.MISSING
    start, end = (formats.day(datetime.fromisoformat(moment)) for moment in (first, last))
    return start if start == end else _("{first} – {last}").format(first=start, last=end)
