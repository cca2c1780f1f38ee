"""Times in the time zone of the browser, with UTC in the tooltip."""

from datetime import datetime

from dash import html

from dashboard import formats


def moment(value: datetime | float | None) -> html.Time | html.Span:
    """Return a time in the time zone of the browser.

    Parameters
    ----------
    value : datetime, float or None
        Time; a naive datetime is UTC, a number is seconds since 1970 UTC.
    """
    if value is None:
        return html.Span(formats.MISSING)
    return html.Time(
        formats.moment(value),
        dateTime=formats.aware(value).isoformat(timespec="seconds"),
        title=formats.utc(value),
        className="nowrap",
    )
