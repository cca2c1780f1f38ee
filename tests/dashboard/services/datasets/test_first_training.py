"""The training offered for a log that has just arrived ends in minutes."""

from datetime import date
from typing import Any

import pytest

from dashboard.services.datasets.first_training import address, first_day


def log(purchases: int, first: str | None, last: str | None) -> dict[str, Any]:
    return {"name": "a log", "purchases": purchases, "first_event": first, "last_event": last}


@pytest.mark.parametrize(
    ("purchases", "days", "kept"),
    [
        (60_000, 365, None),
        (120_000, 7, None),  # a week is no less than what is left
        (1_460_438, 366, date(2017, 12, 17)),
        (50_000_000, 366, date(2017, 12, 26)),  # not hours: a week
    ],
)
def test_it_keeps_the_latest_days_of_a_long_log(
    purchases: int, days: int, kept: date | None
) -> None:
    first = date.fromordinal(date(2018, 1, 1).toordinal() - days + 1)
    summary = log(purchases, f"{first}T08:00:00Z", "2018-01-01T23:59:59Z")
    assert first_day(summary) == kept
    query = f"&preparation.first={kept}" if kept else ""
    assert address(summary) == f"/train?dataset=a+log&preset=fast{query}"


def test_a_log_without_times_has_no_latest_days() -> None:
    assert first_day(log(1_000_000, None, None)) is None
