"""The training that is offered for a log that has just arrived: one that ends in minutes."""

from datetime import date, timedelta
from math import ceil
from typing import Any
from urllib.parse import urlencode

PURCHASES = 60_000
"""About how many purchases are left, where a log has more."""
LEAST_DAYS = 7
"""Days that are left at least: weekdays differ, and targets are held out by time."""


def address(summary: dict[str, Any]) -> str:
    """Return the address of the form that holds a first training: fast, on the latest days.

    Parameters
    ----------
    summary : dict
        Key figures of a dataset, as ``library.summary`` returns them.

    Examples
    --------
    >>> address({"name": "shop", "purchases": 600_000,
    ...     "first_event": "2017-01-01T08:00:00Z", "last_event": "2017-12-31T20:00:00Z"})
    '/train?dataset=shop&preset=fast&preparation.first=2017-11-25'
    """
    settings = {"dataset": summary["name"], "preset": "fast"}
    day = first_day(summary)
    if day:
        settings["preparation.first"] = day.isoformat()
    return f"/train?{urlencode(settings)}"


def first_day(summary: dict[str, Any]) -> date | None:
    """Return the first of the latest days that hold about ``PURCHASES``; None where all are few.

    Purchases are taken as spread evenly over the log: an order of magnitude is all that counts.
    """
    if summary["purchases"] <= PURCHASES or not summary["last_event"]:
        return None
    first, last = (date.fromisoformat(summary[key][:10]) for key in ("first_event", "last_event"))
    days = (last - first).days + 1
    kept = max(LEAST_DAYS, ceil(days * PURCHASES / summary["purchases"]))
    return last - timedelta(days=kept - 1) if kept < days else None
