"""Error messages for columns whose values cannot be read."""

from data.i18n import _


def rounded_ids(column: str, example: str) -> str:
    """Return the error message for ids whose last digits a spreadsheet has rounded away."""
    return _(
        "The ids in column {column} have lost digits ({example}), as spreadsheets do with long "
        "numbers, so that different ids look the same; export the column as text."
    ).format(column=column, example=example)


def listed_ids(column: str, example: str) -> str:
    """Return the error message for rows that hold several ids in a column."""
    return _(
        "Column {column} holds several ids in a row ({example}); write one row for each, such as "
        "with pandas' explode, and import that."
    ).format(column=column, example=example[:40])


def shared_zone(column: str, zone: str, offset: str, pattern: str) -> str:
    """Return the error message for times whose zone is written as several are."""
    return _(
        "The times in column {column} are of the zone {zone}, which stands for several; write it "
        "as an offset such as {offset}, or read the clock as it stands with --time-format "
        '"{format}".'
    ).format(column=column, zone=zone, offset=offset, format=pattern)


def swapped_days(column: str) -> str:
    """Return the error message for dates of which a spreadsheet has exchanged day and month."""
    return _(
        "A spreadsheet has taken the days of some times in column {column} for months: all of its "
        "dates have days up to 12, and all that are left as text have others; export the column "
        "as text anew, or read it as it stands with --time-format {format}."
    ).format(column=column, format="day/month/year")


def unreadable_times(column: str, example: str) -> str:
    """Return the error message for a column that holds no times."""
    return _(
        "The times in column {column} cannot be read ({example}); give their format with "
        "--time-format, such as {format}, or leave the column out with --map time=."
    ).format(column=column, example=example[:40], format="%d/%m/%Y %H:%M")
