"""A point in time: in the reader's zone, with UTC in the tooltip."""

from datetime import datetime

from dash import html

from dashboard import formats


def moment(value: datetime | float | None) -> html.Time | html.Span:
    """Return a time in the zone of the reader.

    Parameters
    ----------
    value : datetime, float or None
        A time; naive ones count as UTC, numbers as seconds since 1970 UTC.
    """
    if value is None:
        return html.Span(formats.MISSING)
    return html.Time(
        formats.moment(value),
        dateTime=formats.aware(value).isoformat(timespec="seconds"),
        title=formats.utc(value),
        className="nowrap",
    )
